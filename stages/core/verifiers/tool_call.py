"""Whether tool calls match the accepted values: BFCL's single-turn semantics, by our own code, without evaluating text.

A call matches when its tool is the gold one and each argument is an accepted value of the right type; "" among the
accepted values means the argument may be left out. Strings ignore case, spaces and `,./-_*^` and tell no quote from
another; an int serves for a float, never a bool for a number. A dict matches key by key, its accepted values being lists
again. An argument nobody asked for fails (tinker-cookbook#937) unless it says the schema's own default
(PostTrainBench#63). Extra calls fail (ragas#1893), and an unreadable call is a failure, never an abstention (gorilla#1362).
Several gold calls match in any order.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import JsonValue

from stages.core.records import Call, CallItem

Accepted = dict[str, tuple[JsonValue, ...]]
_IGNORED = re.compile(r"[ ,./\-_*^]")
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


class Verdict(NamedTuple):
    """Pass or fail, and a short code for why it failed (empty when it passed)."""

    passed: bool
    reason: str = ""


def verify(calls: Sequence[Call], item: CallItem, error: str | None = None) -> Verdict:
    """Compare calls with an item.

    Args:
        calls: what the model called, in order.
        item: gold calls, accepted values and tools with their schemas.
        error: the parser's complaint about the reply, where there was one.
    """
    if error is not None:
        return Verdict(False, "unparsable")
    if len(calls) != len(item.gold):
        return Verdict(False, "no_call" if not calls else "wrong_count")
    schemas = {str(_spec(tool).get("name")): _object(_spec(tool).get("parameters")) for tool in item.tools}
    free = list(calls)
    for index, gold in enumerate(item.gold):
        accepted = item.accepted[index] if item.accepted else {key: (value,) for key, value in gold.arguments.items()}
        tried = [_call(call, gold.tool, accepted, schemas.get(gold.tool, {})) for call in free]
        if "" not in tried:
            return Verdict(False, tried[0])
        free.pop(tried.index(""))
    return Verdict(True)


def _call(call: Call, tool: str, accepted: Accepted, schema: dict[str, JsonValue]) -> str:
    """Empty when the call matches, else the reason."""
    if call.tool != tool:
        return "wrong_tool"
    properties, required = _object(schema.get("properties")), schema.get("required") or []
    for name in required if isinstance(required, list) else []:
        if name not in call.arguments:
            return "missing_argument"
    for name, value in call.arguments.items():
        shape = _object(properties.get(name))
        if name not in properties:
            return "unknown_argument"
        if "default" in shape and same(value, shape["default"]) and "" in accepted.get(name, ("",)):
            continue
        if name not in accepted:
            return "extra_argument"
        if not _typed(value, shape) and not any(
            type(value) is type(option) and value == option for option in accepted[name]
        ):
            return "wrong_type"
        if not any(matches(value, option) for option in accepted[name]):
            return "wrong_value"
    for name, options in accepted.items():
        shape = _object(properties.get(name))
        left_out = "" in options or ("default" in shape and any(same(shape["default"], option) for option in options))
        if name not in call.arguments and not left_out:
            return "missing_argument"
    return ""


def matches(value: JsonValue, option: JsonValue) -> bool:
    """One value against one accepted value. In an accepted dict, a list at a key holds that key's accepted values."""
    if isinstance(value, dict) and isinstance(option, dict):
        if value.keys() - option.keys():
            return False
        return all(
            _within(value[key], choices) if key in value else isinstance(choices, list) and "" in choices
            for key, choices in option.items()
        )
    if isinstance(value, list) and isinstance(option, list):
        return len(value) == len(option) and all(
            matches(left, right) for left, right in zip(value, option, strict=True)
        )
    return same(value, option)


def same(left: JsonValue, right: JsonValue) -> bool:
    """Equal after BFCL's normalisation of strings; true is not 1, 5 is 5.0."""
    if isinstance(left, str) and isinstance(right, str):
        return _standard(left) == _standard(right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return left == right


def _within(value: JsonValue, choices: JsonValue) -> bool:
    if isinstance(choices, list):
        return any(matches(value, choice) for choice in choices) or matches(value, choices)
    return matches(value, choices)


def _typed(value: JsonValue, schema: dict[str, JsonValue]) -> bool:
    """Whether the value has the schema's type, items of lists included. No type given: anything goes."""
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    wanted = [word for word in kinds if isinstance(word, str) and word in _TYPES]
    if not wanted:
        return True
    fits = any(
        isinstance(value, _TYPES[word]) and (word == "boolean" or not isinstance(value, bool)) for word in wanted
    )
    items = schema.get("items")
    if fits and isinstance(value, list) and isinstance(items, dict):
        return all(_typed(item, items) for item in value)
    return fits


def _standard(text: str) -> str:
    return _IGNORED.sub("", text).casefold().replace("'", '"')


def _spec(tool: dict[str, JsonValue]) -> dict[str, JsonValue]:
    function = tool.get("function")
    return function if isinstance(function, dict) else tool


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
