"""One dialogue, turn by turn: plan, query, solvers, judge, proof; then perhaps other words for the same turn.

A turn starts where the winner of the last one ended. The first turn that comes to nothing ends the dialogue; earlier turns
stay. Refined words stand only if solvers who heard nothing else reach the same state and tell the same values.
"""

from collections import Counter
from typing import NamedTuple

from stages.core.engine import Session
from stages.core.params.writing import Written
from stages.core.records import Dialogue, Record, Turn
from stages.trajectories.synthesis import Budgets
from stages.trajectories.tokens import Counter as Count
from stages.trajectories.writing.asks import Refusal, Talk
from stages.trajectories.writing.job import Job, Operator
from stages.trajectories.writing.judge import Judged, judge
from stages.trajectories.writing.plan import Plan, plan
from stages.trajectories.writing.query import Query, query, refine
from stages.trajectories.writing.settle import Place, Settled
from stages.trajectories.writing.solve import Candidate, solve
from stages.trajectories.writing.told import agreed
from stages.trajectories.writing.view import minted


class Story(Record):
    """How a written turn came about: one line of `written.jsonl`."""

    id: str
    parents: tuple[str, ...]
    persona: str
    situation: str
    about: str
    intent: str
    plain: str
    """The user's words before they were refined; empty where they stayed."""
    refined: str
    """The operator that was drawn, `none`, or the operator and why its words were not taken."""
    candidates: int
    eligible: int
    passed: int
    accuracy: float
    """Candidates that passed, as a share of all."""
    agreement: float
    """Candidates that left the winner's state, as a share of the eligible ones."""
    calls_dropped: int
    arguments_dropped: int


class Done(NamedTuple):
    """A dialogue with its story, or why there is none; and what was refused on the way, by step and reason."""

    dialogue: Dialogue | None
    stories: tuple[Story, ...]
    refusal: Refusal | None
    refused: Counter[tuple[str, str]]


class _Turn(NamedTuple):
    """A turn that passed, with its verdicts."""

    settled: Settled
    judged: Judged
    says: tuple[str, ...]


def write(job: Job, author: Written, budgets: Budgets, count: Count) -> Talk[Done]:
    """The whole talk about one dialogue."""
    return (yield from _Writing(job, author, budgets, count).run())


class _Writing:
    def __init__(self, job: Job, author: Written, budgets: Budgets, count: Count) -> None:
        self._job, self._author, self._budgets, self._count = job, author, budgets, count
        self._turns: list[Turn] = []
        self._stories: list[dict] = []
        self.refused: Counter[tuple[str, str]] = Counter()

    def note(self, step: str, reason: str) -> None:
        self.refused[step, reason] += 1

    def run(self) -> Talk[Done]:
        job = self._job
        session = job.runtime.open(job.scenario)
        begun = session.digest()
        planned = yield from plan(job, session, self._author, self.note)
        refusal = planned if isinstance(planned, Refusal) else None
        if isinstance(planned, Plan):
            for number in range(len(planned.turns)):
                found = yield from self._turn(planned, number, session, begun)
                if isinstance(found, Refusal):
                    refusal = found
                    break
                session.close()
                session = found.session
                self._turns.append(found.turn)
        digest = session.digest()
        session.close()
        if not self._turns:
            return Done(None, (), refusal, self.refused)
        made = job.dialogue(self._turns, begun, digest)
        return Done(made, tuple(map(self._story, range(len(self._turns)))), refusal, self.refused)

    def _turn(self, planned: Plan, number: int, session: Session, begun: str) -> Talk[Settled | Refusal]:
        author, job = self._author, self._job
        asked = yield from query(job, planned, self._turns, session, author, self.note)
        if isinstance(asked, Refusal):
            return asked
        place = Place(job, tuple(self._turns), session, begun, self._budgets, self._count)
        plain = yield from self._solved(place, asked.query, "written/plain", None)
        if isinstance(plain, Refusal):
            return plain
        operator, best, outcome = job.operators[number], plain, "none"
        if operator is not None:
            refined = yield from self._refined(place, operator, asked, plain)
            outcome = operator if isinstance(refined, _Turn) else f"{operator}: {refined.reason}"
            if isinstance(refined, _Turn):
                plain.settled.session.close()
                best = refined
            else:
                self.note("refined", refined.reason)
        self._stories.append(
            {
                "persona": planned.persona,
                "situation": planned.situation,
                "about": planned.turns[number].about,
                "intent": asked.intent,
                "plain": asked.query if best is not plain else "",
                "refined": outcome,
                "candidates": author.candidates,
                "eligible": best.judged.eligible,
                "passed": len(best.judged.passed),
                "accuracy": round(len(best.judged.passed) / author.candidates, 4),
                "agreement": round(best.judged.agreeing / best.judged.eligible, 4),
                "calls_dropped": best.settled.calls_dropped,
                "arguments_dropped": best.settled.arguments_dropped,
            }
        )
        return best.settled

    def _solved(self, place: Place, words: str, template: str, plain: _Turn | None) -> Talk[_Turn | Refusal]:
        """The best candidate for these words whose turn is proved. `plain`: the turn that they are other words for."""
        job, author = self._job, self._author
        before = job.dialogue(self._turns, "", "") if self._turns else None
        candidates: list[Candidate] = yield from solve(job, before, words, place.start, author, self.note)
        judged = yield from judge(job, before, words, candidates, author, self.note)
        if isinstance(judged, Refusal):
            return judged
        says = self._says(place, words, template, plain, judged)
        if isinstance(says, Refusal):
            return says
        refusal = Refusal("nobody_passes")
        for candidate in judged.best:
            settled = place.settle(words, candidate, says, template)
            if isinstance(settled, Settled):
                return _Turn(settled, judged, says)
            refusal = settled
            self.note("settle", settled.reason)
        return refusal

    def _says(
        self, place: Place, words: str, template: str, plain: _Turn | None, judged: Judged
    ) -> tuple[str, ...] | Refusal:
        """What the answer must hold. Only a question's state is told; of a change the state speaks for itself."""
        environment = self._job.environment
        hidden = minted(environment, place.start.state())
        found = agreed(environment, judged.best, words, hidden)
        changes = judged.best[0].digest != place.start.goal_digest()
        if plain is None:
            return () if changes else found
        if judged.best[0].digest != plain.settled.turn.goal.digest:
            return Refusal("another_state")
        if template.endswith("goal_expansion"):
            # What the plain answer told anyway is no goal more.
            added = tuple(
                value for value in found if value not in plain.says and value not in plain.settled.turn.answer
            )
            kept = tuple(value for value in plain.says if value in found)
            return (*kept, *added) if added and kept == plain.says else Refusal("nothing_added")
        if not set(plain.says) <= set(found):
            return Refusal("another_answer")
        return plain.says

    def _refined(self, place: Place, operator: Operator, asked: Query, plain: _Turn) -> Talk[_Turn | Refusal]:
        words = yield from refine(self._job, operator, asked, self._turns, place.start, self._author, self.note)
        if isinstance(words, Refusal):
            return words
        return (yield from self._solved(place, words, f"written/{operator}", plain))

    def _story(self, number: int) -> Story:
        made = self._job.dialogue(self._turns, "", "")
        return Story(id=f"{made.id}/{number}", parents=(made.id,), **self._stories[number])
