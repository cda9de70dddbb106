"""A believable value for a column, chosen by its kind, format, enum, name and JSON Schema.

Names tell more than types: `timeZone` is a zone, `ttl` a number of seconds, `dnsName` ends in a dot. What no rule
knows becomes one or two plain words. A value is checked against the field's schema and other spellings are tried
(`shop-list`, `shop_list`, `ShopList`, ...), so a pattern of the API's own always holds.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import JsonValue

from stages.core.records import Scalar
from stages.environments.accepts import accepts
from stages.environments.labels import NoValue, Words, fill, split
from stages.environments.shapes import FieldShape

NOTES = (
    "Ask {first} about the {noun}",
    "Bring the {noun} to {place}",
    "{company} sends it on {weekday}",
    "Shared with {first} and {first}",
    "{first} wants the {noun} by {weekday}",
)


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
        return stamp(now - timedelta(minutes=source.random.randrange(60, 60 * 24 * 14)))
    for _ in range(20):
        value = value_of(field.name, field.json_schema, source, now)
        if field.kind == "json":
            return json.dumps(value, separators=(",", ":"))
        value = next((form for form in spellings(value) if accepts(field.json_schema, form)), None)
        if value is not None:
            return float(value) if field.type == "REAL" and isinstance(value, int) else value  # type: ignore[return-value]
    raise NoValue(f"{field.name}: {json.dumps(field.json_schema)}")


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


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC to the second, as `_meta.now` is written."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def value_of(name: str, schema: dict[str, JsonValue], source: Words, now: datetime) -> JsonValue:
    """A value for a property called `name`, of the JSON type that `schema` asks for."""
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
            value_of(name, items if isinstance(items, dict) else {}, source, now)
            for _ in range(source.random.randint(1, 2))
        ]
        return found[:1] if len(found) == 2 and found[0] == found[1] else found
    if kind == "object":
        return mapping(schema, source, now)
    return text(name, schema, source, now)


def mapping(schema: dict[str, JsonValue], source: Words, now: datetime) -> JsonValue:
    """An object with its required properties and the first few others; a free-form map with one plain pair."""
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not properties:
        return {source.random.choice(source.nouns): source.random.choice(source.nouns)}
    needed = schema.get("required")
    chosen = [name for name in properties if isinstance(needed, list) and name in needed]
    optional = [name for name in properties if name not in chosen]
    if "dateTime" in optional:
        # A date and a moment exclude each other wherever both are offered.
        optional = ["dateTime"]
    chosen += optional[: max(0, 2 - len(chosen))]
    return {name: value_of(name, properties[name], source, now) for name in properties if name in chosen}  # type: ignore[arg-type]


NUMBERS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("ttl seconds timeout expiration retention", (60, 300, 600, 3600, 86400)),
    ("port", (80, 443, 8080, 5432)),
    ("size bytes quota storage", (256, 512, 1024, 2048)),
    ("year", (2024, 2025, 2026)),
    ("latitude longitude lat lng", (12.5, 40.5, 48.25, 51.5)),
    ("percent percentage rate ratio", (5, 10, 25, 50, 75)),
    ("minutes minute days", (5, 10, 15, 30)),
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
    fit = [value for value in known if floor <= value <= ceiling]
    value = (
        source.random.choice(fit)
        if fit
        else source.random.randint(int(floor), int(max(floor, min(ceiling, floor + 99))))
    )
    return int(value) if whole else float(value)


TEXTS: tuple[tuple[str, Callable[[Words], str]], ...] = (
    ("email mail member recipient principal user owner cc bcc", lambda w: w.fake.ascii_safe_email()),
    ("timezone zone", lambda w: w.fake.timezone()),
    ("uri url link href website site page endpoint", lambda w: f"https://{w.random.choice(w.nouns)}.example.com"),
    ("phone", lambda w: w.fake.numerify("555-01##")),
    ("address street", lambda w: w.fake.street_address().split(" Suite")[0].split(" Apt")[0]),
    ("city location place region venue room country state", lambda w: fill("{place}", w)),
    ("dns domain host hostname server", lambda w: f"{w.random.choice(w.nouns)}.example.com."),
    ("ip", lambda w: w.fake.ipv4_private()),
    ("locale language", lambda w: w.random.choice(("en", "fr", "de", "es", "it"))),
    ("currency", lambda w: w.random.choice(("USD", "EUR", "GBP"))),
    ("color colour", lambda w: w.fake.safe_hex_color()),
    ("mime", lambda w: w.random.choice(("text/plain", "text/html", "image/png", "application/pdf"))),
    ("path file filename", lambda w: f"{w.random.choice(w.nouns)}.txt"),
    (
        "description notes note body comment text summary snippet details content message reason instructions heading",
        lambda w: fill(w.random.choice(NOTES), w),
    ),
    ("name title subject display label", lambda w: fill("{last} {noun}", w)),
    ("version", lambda w: w.fake.numerify("#.#").replace("0", "1")),
    ("cron schedule", lambda w: f"{w.random.choice((0, 15, 30))} {w.random.randint(6, 18)} * * *"),
    ("duration ttl timeout period interval", lambda w: f"{w.random.choice((60, 300, 600, 3600))}s"),
    ("count size number total length", lambda w: str(w.random.randint(1, 40))),
    ("hash sha md5 checksum fingerprint etag", lambda w: w.fake.hexify("^" * 8)),
    ("id", lambda w: w.fake.bothify("??##", letters="abcdefghkmnprstuvwxyz")),
)


FIRST: tuple[tuple[set[str], Callable[[Words], str]], ...] = (
    ({"email"}, lambda w: w.fake.ascii_safe_email()),
    ({"reply"}, lambda w: w.fake.ascii_safe_email()),
    ({"dns", "domain"}, lambda w: f"{w.random.choice(w.nouns)}.example.com."),
    ({"given"}, lambda w: w.fake.first_name()),
    ({"family"}, lambda w: w.fake.last_name()),
    ({"mime"}, lambda w: w.random.choice(("text/plain", "text/html", "image/png", "application/pdf"))),
)


def text(name: str, schema: dict[str, JsonValue], source: Words, now: datetime) -> str:
    """Text that fits the format, else the last telling word of the name, else one plain word."""
    shape = str(schema.get("format") or "")
    words = split(name)
    if shape in ("date-time", "google-datetime") or words[-1:] == ["datetime"] or words[-2:] == ["date", "time"]:
        return stamp(hour(source, now))
    if shape == "date" or words[-1:] == ["date"]:
        return hour(source, now).strftime("%Y-%m-%d")
    if shape == "google-duration":
        return f"{source.random.choice((60, 300, 600, 3600))}s"
    if shape in ("int64", "uint64"):
        return str(source.random.randint(1, 500))
    if shape == "byte":
        return "aGVsbG8="
    if shape == "email":
        return source.fake.ascii_safe_email()
    # A name of two words that its last word alone would mistake.
    for telling, draw in FIRST:
        if telling & set(words):
            return draw(source)
    if words[-1:] in (["completed"], ["published"], ["due"]):
        return stamp(hour(source, now))
    for word in (*(["timezone"] if words[-2:] == ["time", "zone"] else []), *reversed(words)):
        for names, draw in TEXTS:
            if word in names.split() or (word.endswith("s") and word[:-1] in names.split()):
                return draw(source)
    return source.random.choice(source.nouns)


def hour(source: Words, now: datetime) -> datetime:
    """A full or half hour in a working day of the coming fortnight."""
    day = now + timedelta(days=source.random.randint(1, 14))
    return day.replace(hour=source.random.randint(8, 17), minute=source.random.choice((0, 30)), second=0)
