"""Draw problems of one family: unique by essence over all steps and splits, so that no split sees another's question."""

import importlib.metadata
import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import reasoning_gym

from stages.core.records import Problem, Rejected, Split, content_id
from stages.core.seeds import derive
from stages.problems.families import FAMILIES, Family
from stages.problems.gate import refusal

SPLITS: tuple[Split, ...] = ("test", "dev", "train")
"""In the order in which they choose."""
TRIES = 6
"""A step is asked for so many times the problems it needs, since small dials repeat themselves."""


class Drawn(NamedTuple):
    """What one family gave. `missing` counts the problems that its dial was too small for."""

    problems: list[Problem]
    rejected: list[Rejected]
    missing: int


def draw(name: str, counts: dict[Split, int], max_characters: int, seed: int) -> Drawn:
    """Fill each step of the family's dial, `test` first, then `dev`, then `train`, each from a stream of its own.

    So the test split stays as it is whatever the sizes of the others, and gives nothing away to them.

    Args:
        name: of a family in FAMILIES.
        counts: problems a step, by split.
        max_characters: of a question.
        seed: of the whole stage.
    """
    family = FAMILIES[name]
    version = importlib.metadata.version("reasoning-gym")
    taken: set[str] = set()
    problems: list[Problem] = []
    rejected: list[Rejected] = []
    missing = 0
    for split, (level, settings) in itertools.product(SPLITS, enumerate(family.dial, 1)):
        wanted = counts[split]
        for entry in _entries(name, settings, wanted * TRIES, derive(seed, "problems", name, level, split)):
            if not wanted:
                break
            problem = _problem(name, family, entry, level, settings, version, split)
            essence = family.essence(problem.question)
            reason = "duplicate" if essence in taken else refusal(problem, max_characters)
            if reason:
                rejected.append(Rejected(id=problem.id, reason=reason, detail=f"{name}, step {level}, {split}"))
                continue
            taken.add(essence)
            wanted -= 1
            problems.append(problem)
        missing += wanted
    return Drawn(problems, rejected, missing)


def _entries(name: str, settings: dict[str, int], size: int, seed: int) -> Iterator[dict[str, Any]]:
    # The generators take 32-bit seeds and add the item's index to them.
    dataset = reasoning_gym.create_dataset(name, size=size, seed=seed % 2**31, **settings)
    for index in range(size):
        yield dataset[index]


def _problem(
    name: str, family: Family, entry: dict[str, Any], level: int, settings: dict[str, int], version: str, split: Split
) -> Problem:
    question, answer = entry["question"].strip(), entry["answer"].strip()
    return Problem(
        id=content_id("problem", {"family": name, "question": question, "answer": answer}),
        parents=(f"reasoning-gym-{version}/{name}",),
        family=name,
        question=question,
        answer=answer,
        verifier=family.verifier,
        difficulty={"level": level, **settings},
        split=split,
    )
