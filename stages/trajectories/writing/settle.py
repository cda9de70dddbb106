"""From what a solver did to a turn of a dialogue: needless calls taken out, every argument's origin found, all proved.

A call is needless if everything else, executed again without it, still ends in the same state, shows the same values and
has its arguments' origins. The same holds for an optional argument that nobody spoke of.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from stages.core.dialogues import outcome_text
from stages.core.engine import Session
from stages.core.records import Call, Environment, Goal, Outcome, Span, Turn, canonical
from stages.trajectories import proof
from stages.trajectories.synthesis import Budgets
from stages.trajectories.tokens import Counter as Count
from stages.trajectories.tokens import call_text
from stages.trajectories.writing import told
from stages.trajectories.writing.asks import Refusal
from stages.trajectories.writing.job import Job
from stages.trajectories.writing.origins import spans
from stages.trajectories.writing.solve import Candidate


class Settled(NamedTuple):
    """A proved turn, the session that stands at its end, and what was taken out."""

    turn: Turn
    session: Session
    calls_dropped: int
    arguments_dropped: int


@dataclass(frozen=True)
class Place:
    """Where a turn stands: the dialogue so far and the state it starts in."""

    job: Job
    turns: tuple[Turn, ...]
    start: Session
    """Not moved."""
    begun: str
    """Replay digest of the dialogue's own start."""
    budgets: Budgets
    count: Count

    def settle(self, query: str, candidate: Candidate, says: tuple[str, ...], template: str) -> Settled | Refusal:
        """The turn of this candidate, or why it cannot be one.

        Args:
            query: the user's words.
            candidate: one that passed.
            says: values that the answer must hold.
            template: names who worded it.
        """
        environment = self.job.environment
        made = [call for call, outcome in zip(candidate.calls, candidate.outcomes, strict=True) if not outcome.error]
        outcomes = [outcome for outcome in candidate.outcomes if not outcome.error]
        sources = told.sources(environment, made, outcomes, says)
        trial = _Trial(self, query, sources, made)
        if len(sources) < len(says) or not trial.sound or trial.digest != candidate.digest:
            return Refusal("not_executed_again")
        best, trimmed = trial.pruned()
        if best.lost:
            call, argument = best.lost[0]
            return Refusal("unproved", f"{best.calls[call].tool}.{argument}")
        effective = any(environment.tool(call.tool).writes for call in best.calls)
        if not best.calls or not (effective or says):
            return Refusal("nothing_told")
        if refusal := self._too_much(best, candidate.answer):
            return refusal
        turn = Turn(
            user=query,
            calls=tuple(best.calls),
            outcomes=tuple(best.outcomes),
            answer=candidate.answer,
            goal=Goal(
                digest=best.digest,
                says=says,
                reads=told.showing(environment, sources.values()),
            ),
            spans=tuple(best.spans),
            template=template,
        )
        refusal = self._unproved(turn, best.session)
        if refusal is not None:
            return refusal
        return Settled(turn, best.session, len(candidate.calls) - len(best.calls), trimmed)

    def _too_much(self, trial: "_Trial", answer: str) -> Refusal | None:
        if len(trial.calls) > self.budgets.calls:
            return Refusal("too_many_calls", str(len(trial.calls)))
        for call, outcome in zip(trial.calls, trial.outcomes, strict=True):
            if self.count(outcome_text(outcome)) > self.budgets.result_tokens:
                return Refusal("result_too_long", call.tool)
            if self.count(call_text(call)) > self.budgets.call_tokens:
                return Refusal("call_too_long", call.tool)
        return Refusal("answer_too_long") if self.count(answer) >= self.budgets.call_tokens else None

    def _unproved(self, turn: Turn, session: Session) -> Refusal | None:
        """The proofs of the whole dialogue up to this turn."""
        whole = self.job.dialogue((*self.turns, turn), self.begun, session.digest())
        refuted = proof.refuted(self.job.runtime, whole)
        return Refusal(*refuted) if refuted else None


class _Trial:
    """A turn's calls, executed from its start."""

    def __init__(self, place: Place, query: str, wanted: Mapping[str, str], calls: Sequence[Call]) -> None:
        self._place, self._query, self._wanted = place, query, wanted
        self.calls = list(calls)
        self.session = place.start.fork()
        self.outcomes: list[Outcome] = []
        for call in calls:
            result = self.session.call(call.tool, dict(call.arguments))
            self.outcomes.append(Outcome(value=result.value, error=result.error, message=result.message))
        self.digest = self.session.goal_digest()
        earlier = [outcome.value for turn in place.turns for outcome in turn.outcomes]
        results = [*earlier, *(outcome.value for outcome in self.outcomes)]
        heard = [*(turn.user for turn in place.turns), query]
        environment: Environment = place.job.environment
        self.spans: list[Span]
        self.spans, self.lost = spans(environment, self.calls, results, heard, len(earlier))
        fine = not any(outcome.error for outcome in self.outcomes)
        self.sound = fine and told.shows(environment, self.calls, self.outcomes, wanted)

    def pruned(self) -> tuple["_Trial", int]:
        """Without the calls, the last first, and then the optional arguments of no origin that nothing needs.

        Returns:
            What is left, and how many arguments were taken out of it.
        """
        best = self
        for index in reversed(range(len(self.calls))):
            best = best._instead([call for place, call in enumerate(best.calls) if place != index])
        before = sum(len(call.arguments) for call in best.calls)
        for index, argument in list(best.lost):
            call = best.calls[index]
            required = self._place.job.environment.tool(call.tool).parameters.get("required")
            if isinstance(required, list) and argument in required:
                continue
            rest = {name: value for name, value in call.arguments.items() if name != argument}
            shorter = [*best.calls[:index], Call(tool=call.tool, arguments=rest), *best.calls[index + 1 :]]
            best = best._instead(shorter)
        return best, before - sum(len(call.arguments) for call in best.calls)

    def _instead(self, calls: Sequence[Call]) -> "_Trial":
        """Other calls where they do the same; these otherwise."""
        trial = _Trial(self._place, self._query, self._wanted, calls)
        same = trial.sound and trial.digest == self.digest and not trial._unknown() - self._unknown()
        (self if same else trial).session.close()
        return trial if same else self

    def _unknown(self) -> Counter[str]:
        """Arguments of no origin."""
        return Counter(
            canonical([self.calls[call].tool, argument, self.calls[call].arguments[argument]])
            for call, argument in self.lost
        )
