"""Where the value of an argument came from, found by search: the user's words so far, an earlier result, the schema.

What a search finds may be chance, so common values need more: a truth value needs a word for it in a message that also
speaks of the argument, and a number, a truth value or one of a few choices counts as read from a result only where the
result calls it by the argument's name. What has no origin is not proved (envfactory.md 15).
"""

import re
from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from stages.core.records import Call, Environment, Span, Tool
from stages.trajectories.columns import schema
from stages.trajectories.spoken import FALSE_WORDS, TRUE_WORDS, supports
from stages.trajectories.words import words

_WORD = re.compile(r"\S+")
_EDGES = " \t.,;:!?\"'“”‘’()[]"
LONGEST = 40
"""Words of a message that may state one value of a list."""
_WEAK = ("with", "on", "no", "off")
"""Words for truth values that mostly mean something else."""


def spans(
    environment: Environment, calls: Sequence[Call], results: Sequence[JsonValue], heard: Sequence[str], before: int
) -> tuple[list[Span], list[tuple[int, str]]]:
    """Spans of a turn's calls, and the (call, argument) pairs that have none.

    Args:
        environment: where the calls were made.
        calls: of the turn.
        results: values of all calls of the dialogue, this turn's included.
        heard: the user's messages up to this turn's.
        before: how many calls earlier turns made.
    """
    found: list[Span] = []
    lost: list[tuple[int, str]] = []
    for index, call in enumerate(calls):
        tool = environment.tool(call.tool)
        for argument, value in call.arguments.items():
            span = origin(tool, index, argument, value, heard, results[: before + index])
            if span is None:
                lost.append((index, argument))
            else:
                found.append(span)
    return found, lost


def origin(
    tool: Tool, call: int, argument: str, value: JsonValue, heard: Sequence[str], results: Sequence[JsonValue]
) -> Span | None:
    """The span of one argument: said last, else shown last, else the schema's default; None for none of these."""
    about = schema(tool, argument)
    for turn in reversed(range(len(heard))):
        text = said(heard[turn], value, argument)
        if text is not None:
            return Span(call=call, argument=argument, origin="user", turn=turn, text=text)
    column = tool.fields.get(argument) or tool.filters.get(argument) or argument
    common = not isinstance(value, str) or bool(about.get("enum")) or len(value) < 2
    for index in reversed(range(len(results))):
        for path, found in leaves(results[index]):
            last = path.rpartition(".")[2]
            if found == value and type(found) is type(value) and (not common or last in (argument, column)):
                return Span(call=call, argument=argument, origin="result", path=path, call_index=index)
    if "default" in about and about["default"] == value and type(about["default"]) is type(value):
        return Span(call=call, argument=argument, origin="default")
    return None


def said(message: str, value: JsonValue, argument: str) -> str | None:
    """The part of a message that states the value, verbatim; None where no part does."""
    if isinstance(value, bool):
        about = [word for word in words(argument).split() if len(word) > 3]
        if not any(word[:5] in message.lower() for word in about):
            return None
        options = [word for word in (TRUE_WORDS if value else FALSE_WORDS) if word not in _WEAK]
        found = re.search(rf"\b(?:{'|'.join(sorted(options, key=len, reverse=True))})\b", message, re.IGNORECASE)
        return found[0] if found else None
    if isinstance(value, str):
        if not value.strip():
            return None
        whole = re.search(rf"(?<!\w){re.escape(value)}(?!\w)", message)
        if whole:
            return whole[0]
    if isinstance(value, str | int | float | list):
        return next((part for part in _parts(message, _length(value)) if supports(part, value)), None)
    return None


def leaves(value: JsonValue, path: str = "") -> Iterator[tuple[str, JsonValue]]:
    """(dotted path, value) of everything inside a value, and of lists as a whole."""
    if isinstance(value, dict):
        for name, item in value.items():
            if "." not in name and name:
                yield from leaves(item, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        if path:
            yield path, value
        for number, item in enumerate(value):
            yield from leaves(item, f"{path}.{number}".lstrip("."))
    elif path and value is not None:
        yield path, value


def _parts(message: str, most: int) -> Iterator[str]:
    """Runs of at most `most` words, the longest first from each place, signs at their edges taken off."""
    places = [found.span() for found in _WORD.finditer(message)]
    for size in range(min(most, len(places)), 0, -1):
        for start in range(len(places) - size + 1):
            part = message[places[start][0] : places[start + size - 1][1]]
            bare = part.strip(_EDGES)
            if bare:
                yield bare
            if part.rstrip(_EDGES) != bare:
                yield part.rstrip(_EDGES)


def _length(value: JsonValue) -> int:
    """Words that a statement of the value may have: a date has up to six."""
    if isinstance(value, list):
        return LONGEST
    if isinstance(value, str):
        return max(6, len(words(value).split()) + 1)
    return 2
