"""A dialogue record as chat messages and shown tools: the one rendering that training, RL and every suite read.

In: a `Dialogue` and its `Environment`. Out: messages and function objects in the Hugging Face shapes, ready for a chat
template. A failed reference call (its outcome is an error) stays in the history like any other call; which tokens
carry loss is decided by the template, not here.
"""

import json
from typing import Protocol

from pydantic import JsonValue

from stages.core.records import Call, Dialogue, Environment, Tool

SYSTEM = "You are a helpful assistant. Use the tools when they help, then answer in one short sentence."
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


def call_message(call: Call) -> Message:
    """The assistant message that makes one call; arguments stay an object (never JSON inside a string)."""
    function: JsonValue = {"name": call.tool, "arguments": dict(call.arguments)}
    return {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": function}]}


def tool_message(call: Call, outcome: Told) -> Message:
    """The tool's reply to one call."""
    return {"role": "tool", "name": call.tool, "content": outcome_text(outcome)}


def messages(dialogue: Dialogue, environment: Environment, turns: int | None = None) -> list[Message]:
    """System (with the rule of the house), then for each turn: user, (assistant call, tool reply)..., assistant's closing words.

    Args:
        dialogue: the dialogue.
        environment: its environment; a dialogue of another one is an error.
        turns: how many turns from the start; all when None.

    Raises:
        ValueError: the dialogue belongs to another environment.
    """
    if dialogue.environment != environment.id:
        raise ValueError(f"dialogue {dialogue.id} belongs to {dialogue.environment}, not {environment.id}")
    spoken: list[Message] = [{"role": "system", "content": f"{SYSTEM} {dialogue.policy}".strip()}]
    for turn in dialogue.turns[:turns]:
        spoken.append({"role": "user", "content": turn.user})
        for call, outcome in zip(turn.calls, turn.outcomes, strict=True):
            weight: Message = {"weight": 0} if outcome.error is not None else {}
            spoken += [{**call_message(call), **weight}, tool_message(call, outcome)]
        spoken.append({"role": "assistant", "content": turn.answer})
    return spoken


def prompt(dialogue: Dialogue, environment: Environment, turn: int) -> list[Message]:
    """Messages up to and including the user's words of turn `turn` (from 0): what a model answers in RL."""
    return [*messages(dialogue, environment, turn), {"role": "user", "content": dialogue.turns[turn].user}]


def function(tool: Tool) -> dict[str, JsonValue]:
    """A tool as a function object: what the model sees of it and nothing of its program."""
    shown: JsonValue = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": shown}


def tools(dialogue: Dialogue, environment: Environment) -> list[dict[str, JsonValue]]:
    """The function objects shown in this dialogue, in its order. Raises KeyError for a tool that is not there."""
    return [function(environment.tool(name)) for name in dialogue.tools]
