"""One conversation with an environment, seen from the assistant's seat: what it says is read, executed and judged.

`Seat` is the state machine that evaluation and RL share. It never sees tokens: it takes the assistant's text and gives
back the messages that come next (tool results, or the user's next words). Calls are read from the assistant's text
only, and executed on the session; its log is the one truth about what happened.
"""

from collections.abc import Sequence
from typing import NamedTuple

from stages.core.dialogues import Message, outcome_text
from stages.core.engine import Session
from stages.core.engine.session import Entry
from stages.core.models import calls as toolcalls
from stages.core.records import Goal, canonical
from stages.core.rollouts.goal import reached


class Limits(NamedTuple):
    """When a turn has gone on for too long."""

    max_calls_per_turn: int


class PlayedTurn(NamedTuple):
    """One user turn as it went. `calls` are the session's log entries of this turn, results included."""

    messages: tuple[Message, ...]
    calls: tuple[Entry, ...]
    passed: bool
    reason: str
    """Empty when passed, else `wrong_state`, `unsaid`, `unparsable`, `cut_off`, `loop`, `too_many_calls`, ..."""
    unparsable: int = 0
    """Messages that tried to call a tool and could not be read."""
    state: bool = False
    """Whether the end state was the goal's, however the turn ended."""
    text: str = ""
    """The closing words, which the goal's values are looked up in."""


class Seat:
    """Plays the turns of one dialogue on one session. `over` is True once a turn failed or all turns passed."""

    def __init__(self, session: Session, users: Sequence[str], goals: Sequence[Goal], limits: Limits) -> None:
        """`users` and `goals` are the turns to play, in order; the session stands where the first of them starts."""
        if not users or len(users) != len(goals):
            raise ValueError("a seat needs at least one turn, and one goal a turn")
        self.session = session
        self.turns: list[PlayedTurn] = []
        self.over = False
        self._users, self._goals, self._limits = users, goals, limits
        self._open()

    @property
    def passed(self) -> bool:
        """True if every turn reached its goal."""
        return len(self.turns) == len(self._goals) and all(turn.passed for turn in self.turns)

    def hear(self, text: str, stopped: bool) -> list[Message]:
        """Take the assistant's message and return the messages to append; empty once the seat is over.

        Args:
            text: what the model wrote, without its end token.
            stopped: whether it ended by itself; a message cut at the token limit fails the turn.
        """
        if self.over:
            raise RuntimeError("this seat is over")
        parsed = toolcalls.parse(text)
        if not stopped or parsed.error is not None:
            self._messages.append({"role": "assistant", "content": text})
            return self._close("unparsable" if stopped else "cut_off", unparsable=parsed.error is not None)
        if not parsed.calls:
            self._messages.append({"role": "assistant", "content": parsed.text})
            return self._finish(parsed.text)
        self._messages.append(toolcalls.message(parsed.calls, parsed.text))
        results: list[Message] = []
        for call in parsed.calls:
            if len(self.session.log) - self._from >= self._limits.max_calls_per_turn:
                return self._close("too_many_calls")
            result = self.session.call(call.tool, call.arguments)
            content = outcome_text(result)
            results.append({"role": "tool", "name": call.tool, "content": content})
            seen = (call.tool, canonical(call.arguments), content)
            if seen in self._seen:
                # The same question with the same answer: at temperature 0 it would go on for ever.
                self._messages += results
                return self._close("loop")
            self._seen.add(seen)
        self._messages += results
        return results

    def give_up(self, reason: str) -> None:
        """End the current turn from outside (the context is full)."""
        self._close(reason)

    def _open(self) -> None:
        self._messages: list[Message] = [{"role": "user", "content": self._users[len(self.turns)]}]
        self._from = len(self.session.log)
        self._seen: set[tuple[str, str, str]] = set()

    def _finish(self, text: str) -> list[Message]:
        verdict = reached(self.session, self._goals[len(self.turns)], text)
        if not verdict.passed:
            return self._close(verdict.reason, text=text)
        self._note(True, "", text=text)
        if len(self.turns) == len(self._goals):
            self.over = True
            return []
        self._open()
        return list(self._messages)

    def _close(self, reason: str, *, unparsable: bool = False, text: str = "") -> list[Message]:
        self._note(False, reason, unparsable=unparsable, text=text)
        self.over = True
        return []

    def _note(self, passed: bool, reason: str, *, unparsable: bool = False, text: str = "") -> None:
        calls = tuple(self.session.log[self._from :])
        state = passed or self.session.goal_digest() == self._goals[len(self.turns)].digest
        self.turns.append(PlayedTurn(tuple(self._messages), calls, passed, reason, int(unparsable), state, text))
