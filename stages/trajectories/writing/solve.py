"""Solvers: each works on a session of its own, forked from the state that the turn starts in, one reply after the other.

A reply is read as models' replies are read everywhere (`models.calls`), or as the endpoint's own `tool_calls`. What cannot
be read, and a tool that is not shown, is not run: the solver is told, and the reason is counted.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from stages.core.dialogues import call_message, messages, tool_message, tools
from stages.core.engine import Session
from stages.core.llm.request import Answer, Failure
from stages.core.models.calls import Parsed, parse, read
from stages.core.params.writing import Written
from stages.core.records import Call, Dialogue, Outcome
from stages.trajectories.wording import SPECIAL
from stages.trajectories.writing.asks import CUT, Ask, Message, Note, Talk, spoken
from stages.trajectories.writing.job import Job
from stages.trajectories.writing.speech import one_line


@dataclass
class Candidate:
    """What one solver did. `ineligible`: why it cannot win, None if it can."""

    number: int
    calls: list[Call] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    answer: str = ""
    digest: str = ""
    """Goal digest of the state that it left."""
    ineligible: str | None = None


def solve(
    job: Job, before: Dialogue | None, query: str, start: Session, author: Written, note: Note
) -> Talk[list[Candidate]]:
    """All candidates of one turn, worked out side by side.

    Args:
        job: says which tools are shown.
        before: the turns so far.
        query: the user's new message.
        start: the state that the turn starts in; it stays as it is.
        author: how many solvers, how many steps.
        note: counts rejected steps.
    """
    seats = [_Seat(job, before, query, start.fork(), number, note) for number in range(author.candidates)]
    for _ in range(author.steps):
        working = [seat for seat in seats if not seat.done]
        if not working:
            break
        replies = yield [seat.ask() for seat in working]
        for seat, reply in zip(working, replies, strict=True):
            seat.take(reply)
    return [seat.finish() for seat in seats]


class _Seat:
    """One solver at work."""

    def __init__(
        self, job: Job, before: Dialogue | None, query: str, session: Session, number: int, note: Note
    ) -> None:
        whole = before if before is not None else job.dialogue((), "", "")
        self._talk = [*messages(whole, job.environment), {"role": "user", "content": query}]
        self._tools = tuple(tools(whole, job.environment))
        self._shown, self._session, self._note = set(job.tools), session, note
        self._made = Candidate(number)
        self.done = False

    def ask(self) -> Ask:
        return Ask("solver", wire(self._talk), tools=self._tools, sample=self._made.number)

    def take(self, reply: Answer | Failure) -> None:
        if isinstance(reply, Failure):
            self._end(reply.reason)
            return
        said = understood(reply)
        text = spoken(reply.text)
        if said.error is not None:
            self._reject("unreadable", text or canonical_calls(reply), said.error)
        elif said.calls:
            for call in said.calls:
                self._run(call)
        elif reply.finish == "length":
            self._reject("cut_off", text, "it was longer than it may be")
        else:
            self._made.answer = one_line(text)
            wrong = "empty" if not self._made.answer else "special_tokens" if SPECIAL.search(text) else None
            self._end(wrong or (None if self._made.calls else "no_call"))

    def finish(self) -> Candidate:
        if not self.done:
            self._end("unfinished")
        return self._made

    def _run(self, call: Call) -> None:
        if call.tool not in self._shown:
            self._note("solve", "unknown_tool")
            told = Outcome(error="UNKNOWN_TOOL", message=f"no tool named {call.tool[:80]}")
        else:
            result = self._session.call(call.tool, dict(call.arguments))
            told = Outcome(value=result.value, error=result.error, message=result.message)
            if not result.ok:
                self._note("solve", "call_failed")
            self._made.calls.append(call)
            self._made.outcomes.append(told)
        self._talk += [call_message(call), tool_message(call, told)]

    def _reject(self, reason: str, text: str, detail: str) -> None:
        self._note("solve", reason)
        said = f"(That reply could not be used: {detail}. Make one call, or answer.)"
        self._talk += [{"role": "assistant", "content": text[:CUT] or "-"}, {"role": "user", "content": said}]

    def _end(self, reason: str | None) -> None:
        self.done, self._made.ineligible = True, reason
        self._made.digest = self._session.goal_digest()
        self._session.close()
        if reason:
            self._note("solve", reason)


def understood(reply: Answer) -> Parsed:
    """The calls of a reply: the endpoint's `tool_calls` where it gives them, else those in its text. Never raises."""
    if not reply.tool_calls:
        return parse(spoken(reply.text))
    calls: list[Call] = []
    for number, raw in enumerate(reply.tool_calls, 1):
        function = raw.get("function")
        if not isinstance(function, dict):
            return Parsed((), reply.text, f"call {number} has no function")
        arguments: Any = function.get("arguments")
        if arguments is None or (isinstance(arguments, str) and not arguments.strip()):
            arguments = {}  # how some servers send a call without arguments
        try:
            calls.append(read({"name": function.get("name"), "arguments": arguments}))
        except (ValueError, RecursionError) as error:
            return Parsed((), reply.text, f"call {number} cannot be read: {error}")
    return Parsed(tuple(calls), reply.text, None)


def canonical_calls(reply: Answer) -> str:
    """The endpoint's calls as text, to be shown again where they could not be read."""
    return json.dumps([raw.get("function") for raw in reply.tool_calls], ensure_ascii=False)


def wire(talk: Sequence[Message]) -> tuple[Message, ...]:
    """The conversation as an OpenAI-compatible endpoint takes it: calls with ids, arguments as their JSON text."""
    sent: list[Message] = []
    number = 0
    for message in talk:
        calls: Any = message.get("tool_calls")
        if calls:
            number += 1
            function = calls[0]["function"]
            arguments = json.dumps(function["arguments"], ensure_ascii=False)
            made: JsonValue = [
                {
                    "id": f"call_{number}",
                    "type": "function",
                    "function": {"name": function["name"], "arguments": arguments},
                }
            ]
            sent.append({"role": "assistant", "content": "", "tool_calls": made})
        elif message["role"] == "tool":
            sent.append({"role": "tool", "tool_call_id": f"call_{number}", "content": message["content"]})
        else:
            sent.append({"role": message["role"], "content": message["content"]})
    return tuple(sent)
