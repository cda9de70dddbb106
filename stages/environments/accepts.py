"""The part of JSON Schema that shapes use, checked by hand: the oracle's second opinion on the engine's validator.

Keywords: type, format (date, date-time), enum, const, pattern, minLength, maxLength, minimum, maximum, items,
minItems, maxItems, properties, required, additionalProperties, anyOf. Annotations are ignored; any other keyword
raises, so that none is skipped without a word.
"""

import re
from typing import Any

IGNORED = frozenset({"description", "default", "title", "examples", "x-entity", "$comment", "readOnly"})
DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
FORMATS = {"date": DAY, "date-time": DAY + r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)"}
TYPES: dict[str, Any] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: not isinstance(value, bool) and isinstance(value, int | float) and value == int(value),
    "number": lambda value: not isinstance(value, bool) and isinstance(value, int | float),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}


def accepts(schema: Any, value: Any) -> bool:
    """Whether `value` is valid. Raises KeyError naming a keyword that is not understood."""
    if isinstance(schema, bool):
        return schema
    return all(_check(keyword, schema, value) for keyword in schema if keyword not in IGNORED)


def _check(keyword: str, schema: dict[str, Any], value: Any) -> bool:
    rule = schema[keyword]
    match keyword:
        case "type":
            return any(TYPES[name](value) for name in ([rule] if isinstance(rule, str) else rule))
        case "enum":
            return any(type(value) is type(item) and value == item for item in rule)
        case "const":
            return type(value) is type(rule) and value == rule
        case "anyOf":
            return any(accepts(part, value) for part in rule)
        case "format":
            return not isinstance(value, str) or rule not in FORMATS or re.fullmatch(FORMATS[rule], value) is not None
        case "pattern":
            return not isinstance(value, str) or re.search(rule, value) is not None
        case "minLength":
            return not isinstance(value, str) or len(value) >= rule
        case "maxLength":
            return not isinstance(value, str) or len(value) <= rule
        case "minimum":
            return not TYPES["number"](value) or value >= rule
        case "maximum":
            return not TYPES["number"](value) or value <= rule
        case "minItems":
            return not isinstance(value, list) or len(value) >= rule
        case "maxItems":
            return not isinstance(value, list) or len(value) <= rule
        case "items":
            return not isinstance(value, list) or all(accepts(rule, item) for item in value)
        case "required":
            return not isinstance(value, dict) or all(name in value for name in rule)
        case "properties":
            return not isinstance(value, dict) or all(
                accepts(rule[name], value[name]) for name in value if name in rule
            )
        case "additionalProperties":
            known = schema.get("properties", {})
            return not isinstance(value, dict) or all(accepts(rule, value[name]) for name in value if name not in known)
    raise KeyError(f"JSON Schema keyword {keyword}")
