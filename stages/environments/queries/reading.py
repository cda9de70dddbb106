"""Which arguments of a list ask for what, by their names; whoever speaks a syntax of its own is left alone."""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from pydantic import JsonValue

from stages.core.records import Operation, Parameter
from stages.environments.fields import clock_named
from stages.environments.nouns import one, squeezed
from stages.environments.sentences import PARAMETER, short
from stages.environments.shapes import EntityShape, FieldShape, Query, Sort

_SEARCH = frozenset({"query", "q", "search", "searchstring", "searchterm", "searchquery", "searchtext", "keyword"})
_SYNTAX = re.compile(
    r"syntax|operator|expression|query string|format given|regular|pattern|\bterms\b|variable", re.IGNORECASE
)
_TEXT = re.compile(r"(.*?)(contains|prefix|beginswith|startswith)(?:filter)?$")
_TIMES: tuple[tuple[str, Literal["after", "before"]], ...] = (
    ("after", "after"), ("since", "after"), ("min", "after"), ("before", "before"), ("until", "before"), ("max", "before"),
)  # fmt: skip
_SAME = re.compile(
    r"inclusive|on or (?:after|before)|at or (?:after|before)|lower bound|upper bound|or equal", re.IGNORECASE
)
_NARROWS = re.compile(r"filter|\bonly\b|match|restrict|limit|narrow", re.IGNORECASE)
_BY = frozenset({"sortby", "sortfield", "sort", "orderby", "sortkey"})
_ORDER = frozenset({"sortorder", "order", "sortdirection", "orderdirection", "direction"})
_LONGEST = 64
"""Characters of a text to search for: SQLite bounds its patterns, and nobody asks for more."""


class Asked(NamedTuple):
    """What a list understands beside equal fields; `more` has the JSON Schemas of all these arguments."""

    filters: dict[str, str]
    queries: dict[str, Query]
    sort: Sort | None
    more: dict[str, dict[str, JsonValue]]


NOTHING = Asked({}, {}, None, {})


def asked(operation: Operation, entity: EntityShape, taken: set[str]) -> Asked:
    """How the list can be narrowed and ordered by arguments that nothing else has taken."""
    free = [p for p in operation.parameters if p.name not in taken and not p.required and p.name.isidentifier()]
    filters: dict[str, str] = {}
    queries: dict[str, Query] = {}
    more: dict[str, dict[str, JsonValue]] = {}
    for parameter in free:
        equal = _equal(parameter, entity)
        query = None if equal else _query(parameter, entity)
        if equal:
            filters[parameter.name] = equal
        elif query is not None:
            queries[parameter.name], schema = query
            more[parameter.name] = schema | _said(parameter)
    sort, orders = _sort(free, entity)
    return Asked(filters, queries, sort, more | orders)


def _said(parameter: Parameter) -> dict[str, JsonValue]:
    return {"description": short(parameter.description, PARAMETER)} if parameter.description else {}


def _equal(parameter: Parameter, entity: EntityShape) -> str | None:
    """`StatusEquals`: a filter by another name."""
    found = re.fullmatch(r"(.+?)(?:equals|filter)", squeezed(parameter.name))
    field = _field(found[1], entity) if found else None
    fits = field is not None and field.kind in ("enum", "text") and parameter.type == field.json_schema["type"]
    return field.name if field is not None and fits else None


def _query(parameter: Parameter, entity: EntityShape) -> tuple[Query, dict[str, JsonValue]] | None:
    if parameter.type == "array":
        return _any_of(parameter, entity)
    if parameter.type != "string" or parameter.enum:
        return None
    return _text(parameter, entity) or _time(parameter, entity)


def _any_of(parameter: Parameter, entity: EntityShape) -> tuple[Query, dict[str, JsonValue]] | None:
    low = squeezed(parameter.name)
    field = _field(one(low.removesuffix("filter")), entity) or _field(low.removesuffix("filter"), entity)
    items = parameter.items
    if field is None or items is None or field.kind not in ("key", "parent", "text", "enum", "etag"):
        return None
    if items.type != "string" or (items.enum and field.kind != "enum"):
        return None
    if field.name == entity.key and not _NARROWS.search(f"{parameter.name} {parameter.description}"):
        # Who asks for certain rows may be told that one is missing: no description says so or the contrary.
        return None
    value = dict(field.json_schema)
    return Query(kind="any_of", columns=(field.name,)), {"type": "array", "items": value}


def _text(parameter: Parameter, entity: EntityShape) -> tuple[Query, dict[str, JsonValue]] | None:
    low, said = squeezed(parameter.name), parameter.description
    schema: dict[str, JsonValue] = {"type": "string", "minLength": 1, "maxLength": _LONGEST}
    found = _TEXT.fullmatch(low)
    if found and not _SYNTAX.search(said):
        field = _field(found[1] or "name", entity)
        kind: Literal["contains", "prefix"] = "contains" if found[2] == "contains" else "prefix"
        usable = field is not None and field.kind in ("text", "key", "parent") and field.json_schema["type"] == "string"
        return (Query(kind=kind, columns=(field.name,)), schema) if field is not None and usable else None
    if low not in _SEARCH or _SYNTAX.search(said) or not re.search(r"\bnames?\b", said, re.IGNORECASE):
        return None
    words = [word for word in ("name", "id", "email") if re.search(rf"\b{word}s?\b", said, re.IGNORECASE)]
    fields = [field for word in words if (field := _field(word, entity)) and field.kind in ("text", "key")]
    columns = tuple(dict.fromkeys(field.name for field in fields))
    return (Query(kind="wild" if "*" in said else "contains", columns=columns), schema) if columns else None


def _time(parameter: Parameter, entity: EntityShape) -> tuple[Query, dict[str, JsonValue]] | None:
    low, said = squeezed(parameter.name), parameter.description
    for ending, side in _TIMES:
        stem = low.removesuffix(ending)
        if stem == low or parameter.format not in (None, "date-time", "google-datetime"):
            continue
        field = _moment(stem, entity)
        if field is None:
            return None
        bound = ending in ("min", "max", "since", "until") or _SAME.search(said) is not None
        same = bound and "exclusive" not in said.lower()
        kinds: dict[tuple[str, bool], Any] = {
            ("after", False): "after", ("after", True): "from", ("before", False): "before", ("before", True): "until",
        }  # fmt: skip
        return Query(kind=kinds[side, same], columns=(field.name,)), {"type": "string", "format": "date-time"}
    return None


def _moment(stem: str, entity: EntityShape) -> FieldShape | None:
    """The time that a name speaks of: its own, else the server's of the same meaning."""
    times = [f for f in entity.fields if f.kind == "time" and f.json_schema.get("format") == "date-time"]
    own = next((f for f in times if squeezed(f.name) == stem), None)
    clock = clock_named(stem)
    return own or next((f for f in times if clock and f.clock == clock), None)


def _field(stem: str, entity: EntityShape) -> FieldShape | None:
    """The column that a name speaks of: its own, with or without the noun before it; a bare `name` is what people say."""
    columns = {squeezed(field.name): field for field in entity.fields}
    noun = squeezed(entity.noun)
    bare = stem.removeprefix(noun)
    if stem in columns or bare in columns:
        return columns.get(stem, columns.get(bare))
    if bare in ("id", "identifier", "key"):
        return entity.field(entity.key)
    if bare == "name":
        name = entity.key if not entity.minted else entity.label
        return entity.field(name) if name and (not entity.minted or squeezed(name).endswith("name")) else None
    return None


def _sort(free: list[Parameter], entity: EntityShape) -> tuple[Sort | None, dict[str, dict[str, JsonValue]]]:
    """The order that can be asked for, by listed columns and directions; None where there is neither."""
    more: dict[str, dict[str, JsonValue]] = {}
    by = next((p for p in free if squeezed(p.name) in _BY and p.type == "string" and p.enum), None)
    columns = dict(_columns(by, entity)) if by else {}
    order = next((p for p in free if squeezed(p.name) in _ORDER and p.type == "string" and len(p.enum) == 2), None)
    ways = {("asc" if str(way).lower().startswith("asc") else "desc"): str(way) for way in order.enum} if order else {}
    right = len(ways) == 2 and ways["desc"].lower().startswith(("desc", "dsc"))
    if by and columns:
        more[by.name] = {"type": "string", "enum": [*columns]} | _said(by)
    if order and right:
        more[order.name] = {"type": "string", "enum": [str(way) for way in order.enum]} | _said(order)
    if not more:
        return None, {}
    return (
        Sort(
            by=by.name if by and columns else None,
            columns=columns,
            order=order.name if order and right else None,
            down=ways["desc"] if right else None,
        ),
        more,
    )


def _columns(by: Parameter, entity: EntityShape) -> Iterator[tuple[str, str]]:
    for value in by.enum:
        if not isinstance(value, str):
            continue
        field = _moment(squeezed(value), entity) or _field(squeezed(value), entity)
        if field is not None and field.kind != "json":
            yield value, field.name
