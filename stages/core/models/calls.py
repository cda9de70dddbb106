"""Tool calls as text: found by their tags, read by a JSON decoder from where they start, never by searching an end.

The end tag may stand inside a string argument (vllm#45167), braces need not balance there (vllm#21544), and a call
that cannot be read is an error, never silence: silence would count as abstaining (gorilla#1362).
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from stages.core.records.dialogue import Call

OPEN, CLOSE = "<tool_call>", "</tool_call>"


class Parsed(NamedTuple):
    """What an assistant turn said. With an `error` there are no calls: nobody runs half a message."""

    calls: tuple[Call, ...]
    text: str
    """What stands outside the calls, trimmed."""
    error: str | None


def parse(text: str) -> Parsed:
    """Read the calls of one assistant turn. Never raises."""
    calls: list[Call] = []
    words: list[str] = []
    place = 0
    while (start := text.find(OPEN, place)) >= 0:
        words.append(text[place:start])
        body = start + len(OPEN)
        body += len(text[body:]) - len(text[body:].lstrip())
        try:
            value, end = DECODER.raw_decode(text, body)
            calls.append(read(value))
        except (ValueError, RecursionError) as error:
            return Parsed((), text, f"call {len(calls) + 1} cannot be read: {error}")
        end += len(text[end:]) - len(text[end:].lstrip())
        if not text.startswith(CLOSE, end):
            return Parsed((), text, f"call {len(calls)} is not closed")
        place = end + len(CLOSE)
    rest = "".join([*words, text[place:]]).strip()
    if "<tool_call" in rest or CLOSE in rest:
        return Parsed((), text, "a tag without its call")
    return Parsed(tuple(calls), rest, None)


def read(value: Any) -> Call:
    """A call from decoded JSON; `arguments` as an object or as its JSON text. Raises ValueError."""
    if not isinstance(value, dict):
        raise ValueError("not an object")
    name, arguments = value.get("name"), value.get("arguments")
    if not isinstance(name, str) or not name:
        raise ValueError("no name")
    if isinstance(arguments, str):
        arguments = DECODER.decode(arguments)
    if not isinstance(arguments, dict):
        raise ValueError("arguments are not an object")
    if extra := sorted(value.keys() - {"name", "arguments", "id", "type"}):
        raise ValueError(f"unknown key {extra[0]!r}")
    # A lone surrogate (UnicodeError, a ValueError) and 1e999, which is read as infinity, cannot be written again.
    json.dumps(arguments, ensure_ascii=False, allow_nan=False).encode()
    return Call(tool=name, arguments=arguments)


def message(calls: Sequence[Call], text: str = "") -> dict[str, Any]:
    """The assistant message that says these calls, in the Hugging Face shape (arguments as objects)."""
    return {
        "role": "assistant",
        "content": text,
        "tool_calls": [
            {"type": "function", "function": {"name": call.tool, "arguments": dict(call.arguments)}} for call in calls
        ],
    }


def render(call: Call) -> str:
    """One call as the template writes it."""
    return f"{OPEN}{json.dumps({'name': call.tool, 'arguments': call.arguments}, ensure_ascii=False)}{CLOSE}"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


DECODER = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_no_twins)
