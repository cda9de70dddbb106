"""What a prompt asks for and what an answer is worth: a dialogue turn on its environment, or a problem with its verifier.

Rewards come from the execution log and the end state, or from the verifier's reading of the reply; never from text that
looks like a call or like a verdict.
"""

from collections.abc import Sequence
from typing import Protocol

from stages.core.dialogues import Message
from stages.core.engine import Runtime, Session
from stages.core.params.rl import EnvFactoryReward, Reward
from stages.core.records import Dialogue, Problem, Turn
from stages.core.rollouts.goal import reached
from stages.core.rollouts.play import Place
from stages.core.rollouts.reward import GoalWeights, envfactory_reward, goal_reward
from stages.core.rollouts.seat import Limits, PlayedTurn, Seat
from stages.core.scoring.verdict import passes


class Broken(ValueError):
    """A row that cannot be asked: its `reason` is a short code. Never a failed rollout (UniRL#214)."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class Task(Protocol):
    """One prompt's task."""

    def places(self, count: int) -> list[Place]:
        """As many fresh seats, each in the state in which the prompt is asked."""
        ...

    def reward(self, place: Place) -> float:
        """What the answer given from a seat is worth, in [0, 1]; frees the seat."""
        ...


class TurnTask:
    """One turn of a dialogue: the scenario loaded, earlier turns replayed by their reference calls, then the policy."""

    def __init__(self, runtime: Runtime, dialogue: Dialogue, turn: int, limits: Limits, reward: Reward) -> None:
        self._runtime, self._dialogue, self._turn = runtime, dialogue, turn
        self._limits, self._reward = limits, reward

    @property
    def turn(self) -> Turn:
        """The reference."""
        return self._dialogue.turns[self._turn]

    def places(self, count: int) -> list[Place]:
        """Forks of one replayed session, so that nothing written in one shows in another."""
        session = self._replayed()
        seats: list[Place] = [
            Seat(session.fork(), [self.turn.user], [self.turn.goal], self._limits) for _ in range(count)
        ]
        session.close()
        return seats

    def reward(self, place: Place) -> float:
        """By the params' method, from the seat's one turn."""
        if not isinstance(place, Seat):
            raise TypeError("a turn is rewarded from its seat")
        played = place.turns[0]
        place.session.close()
        return turn_reward(played, self.turn, self._reward)

    def prove(self) -> None:
        """Raise Broken unless the reference reaches the goal and doing nothing does not."""
        session = self._replayed()
        try:
            if reached(session, self.turn.goal, "").passed:
                raise Broken("goal_already_met", f"turn {self._turn} of {self._dialogue.id}")
            self._replay(session, self._turn)
            verdict = reached(session, self.turn.goal, self.turn.answer)
            if not verdict.passed:
                raise Broken("gold_fails", verdict.reason)
        finally:
            session.close()

    def _replayed(self) -> Session:
        session = self._runtime.open(self._dialogue.scenario)
        for turn in range(self._turn):
            self._replay(session, turn)
        return session

    def _replay(self, session: Session, turn: int) -> None:
        reference = self._dialogue.turns[turn]
        for call, outcome in zip(reference.calls, reference.outcomes, strict=True):
            result = session.call(call.tool, dict(call.arguments))
            if (result.value, result.error) != (outcome.value, outcome.error):
                raise Broken("replay_differs", f"turn {turn}: {call.tool} gave {result.error or 'another value'}")


class ProblemTask:
    """A question judged by its verifier: 1 or 0."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    def places(self, count: int) -> list[Place]:
        """Desks."""
        return [Desk() for _ in range(count)]

    def reward(self, place: Place) -> float:
        """1 if the reply passes, else 0. Only the reply is read."""
        if not isinstance(place, Desk):
            raise TypeError("a problem is rewarded from its desk")
        return float(passes(place.text, self._problem))

    def prove(self) -> None:
        """Raise Broken unless the gold answer passes its own verifier and silence does not."""
        try:
            if not passes(f"Answer: {self._problem.answer}", self._problem) or passes("", self._problem):
                raise Broken("gold_fails", self._problem.answer[:80])
        except ValueError as error:
            raise Broken("gold_fails", str(error)) from None


class Desk:
    """Takes one reply to a question."""

    def __init__(self) -> None:
        self.over = False
        self.text = ""

    @property
    def turns(self) -> Sequence[str]:
        """The reply, once there is one."""
        return [self.text] if self.over else []

    def hear(self, text: str, stopped: bool) -> list[Message]:
        """Keep the reply; nothing follows. A reply cut at the limit is judged by what it says, as in every suite."""
        self.text, self.over = text, True
        return []

    def give_up(self, reason: str) -> None:
        """End without a reply."""
        self.over = True


def turn_reward(played: PlayedTurn, reference: Turn, params: Reward) -> float:
    """In [0, 1]; both methods give silence 0, so that it never beats a try (trl#6427)."""
    if isinstance(params, EnvFactoryReward):
        return envfactory_reward(played, reference, params.alpha)
    return goal_reward(played, reference, GoalWeights(params.valid, params.length))
