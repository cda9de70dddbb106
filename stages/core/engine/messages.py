"""The words of an error: short, filled from the call's arguments, never a way to reach anything else."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

PLACE = re.compile(r"\{([^{}]+)\}")


def fill(message: str, arguments: Mapping[str, Any]) -> str:
    """`{name}` in an error's text becomes the argument; one that was not given stays as written.

    Not `str.format`: a name such as `a.b` or `x.__class__` is looked up whole and reaches nothing else.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in arguments:
            return match.group(0)
        given = arguments[name]
        return cut(given if isinstance(given, str) else to_json(given).decode())

    return PLACE.sub(value, message) if "{" in message else message


def texts(value: Any) -> str:
    """All text inside a JSON value, end to end."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "".join(key + texts(item) for key, item in value.items())
    return "".join(map(texts, value)) if isinstance(value, list | tuple) else ""


def cut(value: object) -> str:
    """A value as at most 160 characters of text."""
    text = str(value)
    return text if len(text) <= 160 else text[:159] + "…"


def refusal(validator: Any, arguments: Any) -> str:
    """What a schema has against arguments: the first error, with its place."""
    first = next(iter(validator.iter_errors(arguments)))
    where = ".".join(str(part) for part in first.instance_path)
    return f"{where}: {cut(first.message)}" if where else cut(first.message)
