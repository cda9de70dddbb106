"""What a program returned, read as JSON: text that is none, or a number that no JSON can hold, is a ValueError."""

import re
from typing import Any

from pydantic_core import from_json

# Only such a number can be infinite; the scan begins with a letter, since a search for one costs a tenth of a digit's.
_LOWER, _UPPER = re.compile(r"e[+0-9][0-9]{2}"), re.compile(r"E[+0-9][0-9]{2}")


def read(text: str) -> Any:
    """The value. `1e999` is valid JSON and would become infinity: SQLite writes an overflow that way."""
    value = from_json(text, allow_inf_nan=False)
    if (_LOWER.search(text) or ("E" in text and _UPPER.search(text))) and not _finite(value):
        raise ValueError("a number in the result is not finite")
    return value


def _finite(value: Any) -> bool:
    if isinstance(value, float):
        return value - value == 0
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    return all(map(_finite, value)) if isinstance(value, list) else True
