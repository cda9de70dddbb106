"""Training rows from scored problems: `Scored` for every one, `SftRow` with a taught response, `RlRow` without any."""

from typing import Literal

from pydantic import Field

from stages.core.dialogues import Message
from stages.core.records import Problem, Rejected, RlRow, SftRow, Split, content_id
from stages.core.records.base import Record
from stages.core.scoring.verdict import passes
from stages.difficulty.teach import worked


class Scored(Record):
    """A problem's score, who gave it, and the side it went to."""

    id: str
    parents: tuple[str, ...]
    family: str
    score: int = Field(ge=1, le=5)
    scorer: str
    side: Literal["sft", "rl"]
    split: Split


def scored(problem: Problem, score: int, scorer: str, side: Literal["sft", "rl"]) -> Scored:
    """The record of one score."""
    return Scored(
        id=content_id("scored", {"problem": problem.id, "score": score, "scorer": scorer}),
        parents=(problem.id,),
        family=problem.family,
        score=score,
        scorer=scorer,
        side=side,
        split=problem.split,
    )


def sft_row(problem: Problem) -> SftRow | Rejected:
    """The question with its worked solution, or why there is none that the problem's verifier accepts."""
    response = worked(problem)
    if response is None:
        return Rejected(id=problem.id, reason="no_worked_solution", detail=problem.family)
    if not passes(response, problem):
        return Rejected(id=problem.id, reason="worked_solution_fails", detail=response[-80:])
    question: Message = {"role": "user", "content": problem.question}
    answer: Message = {"role": "assistant", "content": response}
    messages = (question, answer)
    return SftRow(
        id=content_id("sft", {"problem": problem.id, "messages": list(messages)}),
        parents=(problem.id,),
        source="problem",
        split=problem.split,
        messages=messages,
    )


def rl_row(problem: Problem) -> RlRow:
    """The question alone; the problem travels with it so that its verifier can reward a reply."""
    question: Message = {"role": "user", "content": problem.question}
    prompt = (question,)
    return RlRow(
        id=content_id("rl", {"problem": problem.id, "prompt": list(prompt)}),
        parents=(problem.id,),
        source="problem",
        split=problem.split,
        prompt=prompt,
        problem=problem,
    )
