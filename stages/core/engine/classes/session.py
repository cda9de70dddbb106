"""A session on a class's objects, with the interface of the engine's `Session`."""

import json
from collections.abc import Mapping
from typing import Any

from stages.core.engine.classes.protocol import ClassFault, asked, understood, written
from stages.core.engine.classes.wire import LARGEST, Wire
from stages.core.engine.faults import StateLost
from stages.core.engine.messages import cut
from stages.core.engine.session import Entry, Result
from stages.core.records import content_id


class ClassSession:
    """Objects of one dialogue. `call` never raises for what a caller may get wrong. Made by `Host.open` and `fork`.

    StateLost is raised by everything but `close` when the process is gone (then `Host.open` on a new host is the only
    way on), and when a call took too long or was interrupted (`reset` is a way on). No fresh state ever takes the
    place of a lost one unasked.
    """

    def __init__(self, wire: Wire, start: bytes, tools: frozenset[str]) -> None:
        self._wire, self._start, self._tools = wire, start, tools
        self._number: int = asked(wire, start)
        self._interrupted = False
        self._journal: list[tuple[str, bytes, bytes | Result]] = []

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Result:
        """Call a method by name.

        Errors: UNKNOWN_TOOL, INVALID_ARGUMENT, FAILED (the class said so), INTERNAL (it raised, or did what is refused
        here), RESOURCE_EXHAUSTED (time or memory: the session is closed then; too long an answer: it is not).
        """
        self._check()
        try:
            if not isinstance(arguments, Mapping) or not all(isinstance(key, str) for key in arguments):
                raise TypeError("no object with names")
            given = written(dict(arguments))
        except (TypeError, ValueError, RecursionError) as problem:
            return self._refused(tool, b'"not JSON"', "INVALID_ARGUMENT", f"arguments are not JSON: {cut(problem)}")
        # A class's other attributes, and names that are no text at all, are not even sent.
        if not isinstance(tool, str) or tool not in self._tools:
            return self._refused(tool, given, "UNKNOWN_TOOL", f"no tool named {cut(tool)}")
        request = b'{"do": "call", "session": %d, "tool": %b, "arguments": %b}' % (self._number, written(tool), given)
        if len(request) > LARGEST:
            return self._refused(tool, b'"too long"', "INVALID_ARGUMENT", f"arguments of more than {LARGEST} bytes")
        self._interrupted = True
        try:
            answer = self._wire.ask(request)
            result = _result(self._wire, answer)
        except ClassFault as fault:
            # The process had not even room to read the request; nothing was called.
            self._interrupted = False
            return self._refused(tool, given, "RESOURCE_EXHAUSTED", cut(fault))
        except StateLost:
            self._interrupted = False
            raise
        self._interrupted = False
        self._journal.append((tool, given, answer))
        return result

    @property
    def log(self) -> list[Entry]:
        """Every call since the start or the last reset, in order, refused ones included. A copy each time: it is kept
        as text, so that nobody can change it through a value handed out."""
        return [
            Entry(tool, json.loads(given), found if isinstance(found, Result) else _result(self._wire, found))
            for tool, given, found in self._journal
        ]

    def state(self) -> dict[str, Any]:
        """The attributes of every object, as JSON. Raises ClassFault, StateLost."""
        self._check()
        return asked(self._wire, b'{"do": "state", "session": %d}' % self._number)

    def digest(self) -> str:
        """A hash of the whole state, random generators included. Raises ClassFault, StateLost."""
        return content_id("state", self.state())

    def fork(self) -> "ClassSession":
        """An independent session in the same state with the same log. Raises ClassFault, StateLost."""
        self._check()
        # A fork starts like any session, but for its objects.
        twin = ClassSession(self._wire, b'{"do": "fork", "session": %d}' % self._number, self._tools)
        twin._start, twin._journal = self._start, list(self._journal)
        return twin

    def reset(self) -> None:
        """Back to the start, with an empty log. Raises StateLost when the process is gone."""
        old, self._number = self._number, asked(self._wire, self._start)
        self._interrupted = False
        self._journal.clear()
        asked(self._wire, b'{"do": "close", "session": %d}' % old)

    def close(self) -> None:
        """Give the objects up. A process that is gone has none."""
        if self._wire.lost is None:
            asked(self._wire, b'{"do": "close", "session": %d}' % self._number)

    def _check(self) -> None:
        if self._wire.lost is not None:
            raise StateLost(self._wire.lost)
        if self._interrupted:
            raise StateLost("a call was interrupted: nobody saw what it did")

    def _refused(self, tool: Any, given: bytes, error: str, message: str) -> Result:
        result = Result(False, None, error, message)
        self._journal.append((tool if isinstance(tool, str) else cut(tool), given, result))
        return result


def _result(wire: Wire, answer: bytes) -> Result:
    match understood(wire, answer):
        case [None, value]:
            return Result(True, value)
        case [str(error), str(message)]:
            return Result(False, None, error, message)
    raise wire.end("an answer of no known shape")
