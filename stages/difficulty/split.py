"""The split at tau: D_SFT holds scores up to tau, D_RL the rest; and the random control of the same size.

Both are pure functions of scores and a seed (DeReason, arXiv 2603.11193, tau = 3). Problems with one question, whatever
their wording's case and spacing, stay together on the side of the hardest of them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from stages.core.records import Problem
from stages.core.seeds import generator


class Sides(NamedTuple):
    """Two disjoint lists, together the scored pool, each in order of id."""

    sft: list[Problem]
    rl: list[Problem]


def split(problems: Sequence[Problem], scores: Mapping[str, int], tau: int) -> Sides:
    """Send each problem to its side. `scores` is by problem id; KeyError for a problem without one."""
    hardest: dict[str, int] = {}
    for problem in problems:
        key = question(problem)
        hardest[key] = max(hardest.get(key, 0), scores[problem.id])
    ordered = sorted(problems, key=lambda problem: problem.id)
    return Sides(
        [problem for problem in ordered if hardest[question(problem)] <= tau],
        [problem for problem in ordered if hardest[question(problem)] > tau],
    )


def random_split(problems: Sequence[Problem], rl_size: int, seed: int) -> Sides:
    """The control: as many RL problems as DeReason's split has, drawn without regard to scores."""
    ordered = sorted(problems, key=lambda problem: problem.id)
    drawn = {problem.id for problem in generator(seed, "difficulty", "random").sample(ordered, rl_size)}
    return Sides([p for p in ordered if p.id not in drawn], [p for p in ordered if p.id in drawn])


def question(problem: Problem) -> str:
    """What makes two problems the same."""
    return " ".join(problem.question.casefold().split())
