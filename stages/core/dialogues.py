"""A dialogue record as chat messages and shown tools: the one rendering that training, RL and every suite read.

In: a `Dialogue` and its `Environment`. Out: messages and function objects in the Hugging Face shapes, ready for a chat
template. A failed reference call (its outcome is an error) stays in the history like any other call, in a message of
`weight` 0; which tokens carry loss is decided by the template and `encode`, not here.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Protocol

from pydantic import JsonValue

from stages.core.records import Call, Dialogue, Environment, Outcome, Tool, Turn

_HELP = "You are a helpful assistant. Use the tools when they help, then {end} one short sentence."
SYSTEM = _HELP.format(end="answer in")
"""The system message of every row with tools and of every suite: at most 25 tokens."""

Message = dict[str, JsonValue]


class Told(Protocol):
    """What a call gave back: a record's `Outcome` or the engine's `Result`."""

    @property
    def value(self) -> JsonValue: ...

    @property
    def error(self) -> str | None: ...

    @property
    def message(self) -> str | None: ...


def outcome_text(outcome: Told) -> str:
    """Content of the tool message: compact JSON of the value, or `{"error": CODE, "message": ...}`."""
    value: JsonValue = outcome.value
    if outcome.error is not None:
        value = {"error": outcome.error, "message": outcome.message or ""}
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def system(dialogue: Dialogue, end: str = "answer in") -> str:
    """What the system message of a dialogue says: our own words, and the rule of the house where there is one.

    `end` is how the assistant finishes; a trainer in which the answer is a tool's argument has another word for it.
    """
    return f"{_HELP.format(end=end)} {dialogue.policy}".strip()


def call_message(*calls: Call) -> Message:
    """The assistant message that makes these calls; arguments stay an object (never JSON inside a string)."""
    made: list[JsonValue] = [
        {"type": "function", "function": {"name": call.tool, "arguments": dict(call.arguments)}} for call in calls
    ]
    return {"role": "assistant", "content": "", "tool_calls": made}


def tool_message(call: Call, outcome: Told) -> Message:
    """The tool's reply to one call."""
    return {"role": "tool", "name": call.tool, "content": outcome_text(outcome)}


def sizes(turn: Turn) -> tuple[int, ...]:
    """How many calls each assistant message of a turn makes. Raises ValueError if they are not the turn's calls."""
    found = turn.messages or (1,) * len(turn.calls)
    if sum(found) != len(turn.calls) or min(found, default=1) < 1:
        raise ValueError(f"messages of {list(found)} calls in a turn of {len(turn.calls)}")
    return found


def _exchanges(turn: Turn) -> Iterator[list[tuple[Call, Outcome]]]:
    """The calls of each assistant message with what they gave."""
    made = iter(zip(turn.calls, turn.outcomes, strict=True))
    for size in sizes(turn):
        yield [next(made) for _ in range(size)]


def messages(dialogue: Dialogue, environment: Environment, turns: int | None = None) -> list[Message]:
    """System, then for each turn: user, (assistant's calls, the tools' replies in their order)..., assistant's closing words.

    A message with a failed call has `weight` 0: it was said, and is not to be learned.

    Args:
        dialogue: the dialogue.
        environment: its environment; a dialogue of another one is an error.
        turns: how many turns from the start; all when None.

    Raises:
        ValueError: the dialogue belongs to another environment, or a turn's `messages` are not its calls.
    """
    if dialogue.environment != environment.id:
        raise ValueError(f"dialogue {dialogue.id} belongs to {dialogue.environment}, not {environment.id}")
    spoken: list[Message] = [{"role": "system", "content": system(dialogue)}]
    for turn in dialogue.turns[:turns]:
        spoken.append({"role": "user", "content": turn.user})
        for made in _exchanges(turn):
            failed = any(outcome.error is not None for _, outcome in made)
            weight: Message = {"weight": 0} if failed else {}
            spoken.append({**call_message(*(call for call, _ in made)), **weight})
            spoken += [tool_message(call, outcome) for call, outcome in made]
        spoken.append({"role": "assistant", "content": turn.answer})
    return spoken


def prompt(dialogue: Dialogue, environment: Environment, turn: int) -> list[Message]:
    """Messages up to and including the user's words of turn `turn` (from 0): what a model answers in RL."""
    return [*unweighted(messages(dialogue, environment, turn)), {"role": "user", "content": dialogue.turns[turn].user}]


def unweighted(spoken: Iterable[Message]) -> list[Message]:
    """The messages without `weight`, which says what is learned and is nothing of a prompt."""
    return [{key: value for key, value in message.items() if key != "weight"} for message in spoken]


def function(tool: Tool) -> dict[str, JsonValue]:
    """A tool as a function object: what the model sees of it and nothing of its program."""
    shown: JsonValue = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": shown}


def tools(dialogue: Dialogue, environment: Environment) -> list[dict[str, JsonValue]]:
    """The function objects shown in this dialogue, in its order. Raises KeyError for a tool that is not there."""
    return [function(environment.tool(name)) for name in dialogue.tools]
