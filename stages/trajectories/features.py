"""The types of the exported files as a Hugging Face dataset card declares them, so that no reader has to guess.

`json` is `datasets.Json`: an object of any keys, not padded with nulls. Nested types are lists of fields.
"""

from typing import Any

Field = dict[str, Any]


def of(name: str, kind: str) -> Field:
    """A column of one value."""
    return {"name": name, "dtype": kind}


def many(name: str, kind: str | list[Field]) -> Field:
    """A column of lists: of one kind of value, or of structs of the given fields."""
    return {"name": name, "list": kind}


ROW = [of("id", "string"), many("parents", "string"), of("source", "string"), of("split", "string")]
TURN = [of("dialogue", "string"), of("turn", "int64")]
MESSAGE = [
    of("role", "string"),
    of("name", "string"),
    of("content", "string"),
    many(
        "tool_calls",
        [of("type", "string"), {"name": "function", "struct": [of("name", "string"), of("arguments", "string")]}],
    ),
    of("weight", "int64"),
]
OBJECTS: dict[str, list[Field]] = {
    "sft": [*ROW, many("messages", "json"), many("tools", "json")],
    "rl": [*ROW, many("prompt", "json"), many("tools", "json"), *TURN, of("problem", "json")],
    "dialogues": [
        of("id", "string"),
        many("parents", "string"),
        of("environment", "string"),
        of("split", "string"),
        of("scenario", "json"),
        many("tools", "string"),
        many("turns", "json"),
        of("start_digest", "string"),
        of("end_digest", "string"),
        of("policy", "string"),
    ],
    "calls": [
        of("id", "string"),
        many("parents", "string"),
        of("user", "string"),
        many("tools", "json"),
        many("gold", "json"),
        many("accepted", "json"),
        of("split", "string"),
        many("spans", "json"),
        of("template", "string"),
    ],
}
"""File name without `.jsonl` -> its columns."""
STRINGS: dict[str, list[Field]] = {
    "sft": [*ROW, many("messages", MESSAGE), of("tools", "string")],
    "rl": [*ROW, many("prompt", MESSAGE), of("tools", "string"), *TURN],
}
"""The same for `strings`."""
