"""Difficulty scores 1 to 5 by three scorers behind one interface: problems in, one score or None a problem out.

DeReason (arXiv 2603.11193) asks an LLM for an integer 1..5 of reasoning intensity. `llm` does so with a rubric
reconstructed from third-party readings of the paper (steps, knowledge, room for error; 1 recalls a fact, 5 is a long
expert derivation), question only, greedy, parsed strictly, asked once more, then quarantined. `pass_rate` is ours: k
sampled answers, score = 1 + round(4 * (1 - share that passes)). `reference` is ours too: the step of the generator's own
dial, which ranks problems within a family and costs nothing.
"""

import re
from collections.abc import Callable, Sequence

from stages.core.dialogues import Message
from stages.core.records import Problem
from stages.core.scoring.verdict import passes

Scorer = Callable[[Sequence[Problem]], list[int | None]]
Ask = Callable[[Sequence[list[Message]], int], list[str]]
"""Prompts and the number of the try (so that a second one is not the first's cached answer) -> replies."""
Sample = Callable[[Sequence[Problem]], list[list[str]]]
"""Problems -> k sampled answers each."""

DIGIT_TOKENS = 4
"""Tokens of a reply: a score is one token and the end; more is prose, which is refused whatever its length."""
RUBRIC = """Rate how much reasoning this problem needs, from 1 to 5. Weigh the number of steps, the knowledge it takes and \
the room for error.
1: recall of one fact. 2: one simple step. 3: a few steps. 4: many steps or uncommon knowledge. 5: a long derivation that \
takes an expert.

Problem: {question}

Reply with one digit and nothing else."""


def parse(reply: str) -> int | None:
    """The score, if the reply is one digit 1 to 5 and nothing else; never clamped, never searched for."""
    found = re.fullmatch(r"\s*([1-5])\s*", reply, re.ASCII)
    return int(found.group(1)) if found else None


def prompt(problem: Problem) -> list[Message]:
    """What the LLM is asked: the question, never the answer."""
    return [{"role": "user", "content": RUBRIC.format(question=problem.question)}]


def llm(problems: Sequence[Problem], ask: Ask) -> list[int | None]:
    """Ask for each problem; ask again once where the reply is no score; None where that fails too."""
    scores = [parse(reply) for reply in ask([prompt(problem) for problem in problems], 0)]
    again = [index for index, score in enumerate(scores) if score is None]
    if again:
        replies = ask([prompt(problems[index]) for index in again], 1)
        for index, reply in zip(again, replies, strict=True):
            scores[index] = parse(reply)
    return scores


def pass_rate(problems: Sequence[Problem], sample: Sample) -> list[int | None]:
    """1 when every sampled answer passes, 5 when none does, in equal steps between."""
    scores: list[int | None] = []
    for problem, answers in zip(problems, sample(problems), strict=True):
        share = sum(passes(answer, problem) for answer in answers) / len(answers)
        scores.append(1 + round(4 * (1 - share)))
    return scores


def reference(problems: Sequence[Problem]) -> list[int | None]:
    """The step of the generator's dial (`difficulty.level`); None where a problem (a user's) has none in 1..5."""
    levels = [problem.difficulty.get("level") for problem in problems]
    return [level if type(level) is int and 1 <= level <= 5 else None for level in levels]
