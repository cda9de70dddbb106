"""The judge: sees the conversation and the candidates, never the state; says who met all requests, and ranks them.

Beside its word stands a check that needs none: the candidates' end states are compared by goal digest, and the winner must
be among those that most of them left.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from stages.core.dialogues import messages, outcome_text
from stages.core.params.writing import Written
from stages.core.records import Dialogue
from stages.trajectories.writing.asks import Ask, Note, Refusal, Shape, Talk, opening, tried
from stages.trajectories.writing.job import Job
from stages.trajectories.writing.solve import Candidate, wire

RULES = """You judge what assistants did with one request. You get a JSON object: the conversation so far, the person's last \
message ("query") and the candidates, each with its calls, their results and its closing words.
A candidate passes only if everything in the last message was done or told, rightly and completely, nothing was changed that \
nobody asked for, nothing was asked of the person that the tools could have found, and the closing words say clearly what \
came of it and claim nothing else.
Rank all candidates, the best first: by correctness, then by fewest needless calls, then by how little was asked back, then \
by use of what was said before, then by fit of the tools, then by clarity.
The form: {"verdicts": [{"candidate": 1, "passes": true, "why": "..."}], "ranking": [1]}, with every candidate once in each."""


class Verdict(Shape):
    """On one candidate."""

    candidate: int
    passes: bool
    why: str


class Verdicts(Shape):
    """On all candidates."""

    verdicts: list[Verdict]
    ranking: list[int]


class Judged(NamedTuple):
    """`best`: candidates that pass and left the state that most left, the best first. Shares are of all solvers."""

    best: list[Candidate]
    passed: list[Candidate]
    eligible: int
    agreeing: int
    """Candidates that left the state that most left; 0 where two states tie."""


def judge(
    job: Job,
    before: Dialogue | None,
    query: str,
    candidates: Sequence[Candidate],
    author: Written,
    note: Note,
) -> Talk[Judged | Refusal]:
    """Verdicts on the eligible candidates. Refused: nobody is eligible, the judge makes no sense, or nobody passes."""
    eligible = [one for one in candidates if one.ineligible is None]
    if not eligible:
        note("judge", "nobody_eligible")
        return Refusal("nobody_eligible")
    whole = before if before is not None else job.dialogue((), "", "")
    shown = [
        {
            "candidate": place,
            "calls": [
                {"tool": call.tool, "arguments": call.arguments, "result": outcome_text(outcome)}
                for call, outcome in zip(one.calls, one.outcomes, strict=True)
            ],
            "closing_words": one.answer,
        }
        for place, one in enumerate(eligible, 1)
    ]
    conversation = wire(messages(whole, job.environment)[1:])
    ask = Ask("judge", opening(RULES, conversation=conversation, query=query, candidates=shown), Verdicts)
    made = yield from tried("judge", ask, Verdicts, lambda said: _complete(said, len(eligible)), author.tries, note)
    if isinstance(made, Refusal):
        return made
    passing = {verdict.candidate for verdict in made.verdicts if verdict.passes}
    ranked = [(place, eligible[place - 1]) for place in made.ranking]
    digest, agreeing = majority([one.digest for one in eligible])
    passed = [one for place, one in ranked if place in passing]
    best = [one for one in passed if one.digest == digest]
    if not best:
        reason = "nobody_passes" if not passed else "no_agreement" if digest is None else "against_the_majority"
        note("judge", reason)
        return Refusal(reason)
    return Judged(best, passed, len(eligible), agreeing)


def majority(digests: Sequence[str]) -> tuple[str | None, int]:
    """The state that more candidates left than any other, and how many; (None, 0) where two tie."""
    counts = Counter(digests).most_common(2)
    if not counts or (len(counts) == 2 and counts[0][1] == counts[1][1]):
        return None, 0
    return counts[0]


def _complete(said: Verdicts, number: int) -> Refusal | None:
    everyone = list(range(1, number + 1))
    if sorted(verdict.candidate for verdict in said.verdicts) != everyone:
        return Refusal("not_all_judged", f"verdicts on candidates 1 to {number}, each once")
    if sorted(said.ranking) != everyone:
        return Refusal("not_all_ranked", f"a ranking of candidates 1 to {number}, each once")
    return None
