"""A believable value for a column, chosen by its kind, format, enum, name and JSON Schema.

What the description shows as an example comes first. Names tell more than types: `timeZone` is a zone, `ttl` a number
of seconds, `dnsName` ends in a dot. What no rule knows is one plain word, or a title of the kind that the enclosing
property names (`member.name` is a person's). A value is checked against the field's schema and other spellings are
tried (`shop-list`, `shop_list`, `ShopList`, ...), so a pattern of the API's own always holds.
"""

import json
import re
from datetime import datetime

from pydantic import JsonValue

from stages.core.records import Scalar
from stages.environments.accepts import accepts
from stages.environments.fields import DIGITS
from stages.environments.labels import NoValue, Words, fill, patterns, split
from stages.environments.shapes import FieldShape
from stages.environments.texts import FIRST, GENERIC, LAST
from stages.environments.times import hour, in_order, past, stamp
from stages.environments.titles import TITLES


def stored(field: FieldShape, source: Words, now: datetime) -> Scalar:
    """A value of `field` as SQLite keeps it. Raises NoValue.

    `now` is the scenario's clock (UTC): times lie within a fortnight of it, times set by the clock before it.
    """
    if field.kind == "boolean":
        return source.random.choice((0, 1))
    if field.kind == "enum" and field.one_of:
        named = [value for value in field.one_of if "UNSPECIFIED" not in value.upper()]
        return source.random.choice(named or list(field.one_of))
    if field.clock:
        return stamp(past(source.random, now))
    if field.examples:
        return as_column(field, source.random.choice(field.examples))
    for _ in range(20):
        value = value_of(field.name, field.json_schema, source, now)
        if field.kind != "json":
            value = next((form for form in spellings(value) if accepts(field.json_schema, form)), None)
        if value is not None:
            return as_column(field, value)
    raise NoValue(f"{field.name}: {json.dumps(field.json_schema)}")


def as_column(field: FieldShape, value: JsonValue) -> Scalar:
    """A JSON value as the column keeps it: objects and arrays as minified text, REAL as float."""
    if field.kind == "json":
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return float(value) if field.type == "REAL" and isinstance(value, int) else value  # type: ignore[return-value]


def spellings(value: JsonValue) -> list[JsonValue]:
    """The value, then other ways to write it that patterns of cloud APIs ask for."""
    if not isinstance(value, str):
        return [value]
    words = re.findall(r"[a-z0-9]+", value.lower())
    dashed = "-".join(words)
    return [
        value,
        dashed,
        "_".join(words),
        "".join(words),
        "".join(word.capitalize() for word in words),
        "".join(words)[:8],
        f"/{dashed}",
        f"{dashed}.example.com",
        f"https://{dashed}.example.com",
        "1" * 12,
        str(10 + len(value)),
    ]


def value_of(name: str, schema: dict[str, JsonValue], source: Words, now: datetime, above: str = "") -> JsonValue:
    """A value for a property called `name` inside `above`, of the JSON type that `schema` asks for."""
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return source.random.choice(schema["enum"])  # type: ignore[arg-type]
    kind = schema.get("type", "string")
    if kind == "boolean":
        return source.random.random() < 0.5
    if kind in ("integer", "number"):
        return number(name, schema, source, whole=kind == "integer")
    if kind == "array":
        items = schema.get("items")
        # Two different things at most: a list of rows must stay readable.
        found = [
            value_of(name, items if isinstance(items, dict) else {}, source, now, above)
            for _ in range(source.random.randint(1, 2))
        ]
        return found[:1] if len(found) == 2 and found[0] == found[1] else found
    if kind == "object":
        return mapping(name, schema, source, now)
    return text(name, schema, source, now, above)


def mapping(name: str, schema: dict[str, JsonValue], source: Words, now: datetime) -> JsonValue:
    """An object with its required properties and the first few others; a free-form map with one plain pair."""
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not properties:
        return {fill("~{thing}", source): fill("~{team}", source)}
    needed = schema.get("required")
    chosen = [inner for inner in properties if isinstance(needed, list) and inner in needed]
    optional = [inner for inner in properties if inner not in chosen]
    if "dateTime" in optional:
        # A date and a moment exclude each other wherever both are offered.
        optional = ["dateTime"]
    if {"year", "month", "day"} <= set(optional):
        chosen, optional = ["year", "month", "day"], []
    chosen += optional[: max(0, 2 - len(chosen))]
    found = {p: value_of(p, properties[p], source, now, name) for p in properties if p in chosen}  # type: ignore[arg-type]
    return in_order(_bounds_in_order(found))


def _bounds_in_order(found: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """`minReplicas` is not above `maxReplicas`."""
    for low in [name for name in found if split(name)[:1] == ["min"]]:
        high = "max" + low[3:]
        if isinstance(found[low], int | float) and isinstance(found.get(high), int | float):
            found[low], found[high] = sorted((found[low], found[high]))  # type: ignore[type-var]
    return found


NUMBERS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("minutes minute days", (10, 15, 20, 30)),
    ("bits bandwidth", (1_000_000, 5_000_000, 20_000_000)),
    ("ttl seconds timeout expiration retention", (60, 300, 600, 3600, 86400)),
    ("port", (80, 443, 8080, 5432)),
    ("day", (1, 5, 9, 12, 16, 20, 23, 27)),
    ("month", (1, 2, 3, 4, 5, 6, 9, 10, 11)),
    ("hours hour", (8, 9, 10, 12, 14, 16)),
    ("size bytes quota storage", (256, 512, 1024, 2048)),
    ("year", (2024, 2025, 2026)),
    ("latitude longitude lat lng", (12.5, 40.5, 48.25, 51.5)),
    ("percent percentage rate ratio", (5, 10, 25, 50, 75)),
    ("points score grade", (10, 20, 50, 100)),
)


def number(name: str, schema: dict[str, JsonValue], source: Words, *, whole: bool) -> int | float:
    """A number that fits the name and lies within `minimum` and `maximum`."""
    low, high = schema.get("minimum"), schema.get("maximum")
    floor = low if isinstance(low, int | float) else 1
    if floor < 0 and not (isinstance(high, int | float) and high < 1):
        # A range that reaches below zero is rarely meant to be used there.
        floor = 0
    ceiling = high if isinstance(high, int | float) else max(floor + 19, 20)
    known = next((values for names, values in NUMBERS if set(split(name)) & set(names.split())), ())
    fit = [value for value in known if floor <= value <= (ceiling if isinstance(high, int | float) else value)]
    value = (
        source.random.choice(fit)
        if fit
        else source.random.randint(int(floor), int(max(floor, min(ceiling, floor + 99))))
    )
    return int(value) if whole else float(value)


def text(name: str, schema: dict[str, JsonValue], source: Words, now: datetime, above: str = "") -> str:
    """Text that fits the format, else the rule for the name, else a title of the kind that `above` names."""
    shape = str(schema.get("format") or "")
    words = split(name)
    if shape in ("date-time", "google-datetime") or words[-1:] == ["datetime"] or words[-2:] == ["date", "time"]:
        return stamp(hour(source.random, now))
    if shape == "date" or words[-1:] == ["date"]:
        return hour(source.random, now).strftime("%Y-%m-%d")
    if words[-1:] == ["expiration"]:
        return str(int(hour(source.random, now).timestamp()) * 1000)
    if shape == "google-duration":
        return f"{source.random.choice((60, 300, 600, 3600))}s"
    if schema.get("pattern") == DIGITS:
        return str(number(name, {}, source, whole=True))
    telling = {*words, *split(above)}
    for needed, forms in FIRST:
        if set(needed.split()) <= telling:
            return fill(source.random.choice(forms), source)
    if source.about and not above and set(words) <= GENERIC:
        # A second name of the row says the same as its label.
        return fill("{title}", source)
    titles = patterns(TITLES, (), above) if above and set(words) <= GENERIC else ()
    if titles:
        return fill(source.random.choice(titles), source)
    for word in reversed(words):
        for known, forms in LAST:
            if word in known.split() or (word.endswith("s") and word[:-1] in known.split()):
                return fill(source.random.choice(forms), source)
    return fill("~{thing}", source)
