"""Stories of lists that are asked for something: pieces of texts, bounds that a row sits on, pages in every order."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice, product
from typing import Any

from stages.environments.shapes import EntityShape, Query, ToolShape
from stages.environments.teller import Script, Teller
from stages.environments.wrongs import wrong_arguments

_ROWS = 4
"""Rows of a state whose values are asked for."""
_PAGES = 12
"""Pages turned at most; the states have fewer rows than that."""


def stories(teller: Teller, tool: ToolShape, entity: EntityShape) -> list[Script]:
    """Every story of one list's queries and orders on one start state."""
    told: list[Script] = []
    teller.begin()
    rows = [row for _, row in sorted(teller.oracle.tables[tool.table].items())]
    where = teller.place(tool, rows[0] if rows else None)
    if where is None or not (tool.queries or tool.sort):
        return told
    for argument, query in tool.queries.items():
        for row in rows[-_ROWS:]:
            place = teller.place(tool, row) or {}
            teller.begin()
            for value in _values(query, row, rows):
                teller.call(tool, place | {argument: value})
                _turn(teller, tool, place | {argument: value}, 1)
            told.append(teller.end("queries", tool))
    if tool.sort:
        told += list(_orders(teller, tool, entity, [teller.place(tool, row) or {} for row in rows] or [where]))
    told += _bound(teller, tool, where, rows)
    teller.begin()
    wrong_arguments(teller, tool, where)
    told.append(teller.end("error", tool))
    return told


def _values(query: Query, row: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[Any]:
    """What to ask for so that the row just fits, and just not."""
    texts = [row[column] for column in query.columns if isinstance(row[column], str)]
    if query.kind == "any_of":
        others = [other[query.columns[0]] for other in rows if other[query.columns[0]] is not None]
        yield from ([texts[0]], [*texts, *others[:1]], [others[-1], texts[0]]) if texts and others else ()
        yield []
    elif query.kind in ("after", "from", "before", "until"):
        for text in texts[:1]:
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
            yield text
            yield from (moment.astimezone(timezone(timedelta(minutes=away))).isoformat() for away in (330, -330))
            yield from ((moment + timedelta(seconds=step)).strftime("%Y-%m-%dT%H:%M:%SZ") for step in (-1, 1))
    else:
        for text in texts:
            middle = len(text) // 3
            yield from (
                text[:40],
                text[:2],
                text[middle : middle + 12],
                text[middle:][:40].swapcase(),
                f"{text[:30]} ~",
            )
            if query.kind == "wild":
                yield from (f"{text[:2]}*{text[-2:]}", f"{text[-2:]}*{text[:2]}", text[:1] + "_" + text[2:4], "%", "\\")


def _turn(teller: Teller, tool: ToolShape, asked: dict[str, Any], size: int) -> None:
    """Every page of a list, so many rows at a time."""
    if not (tool.page_token and tool.next_token):
        if tool.page_size:
            teller.call(tool, asked | {tool.page_size: size})
        return
    token = None
    for _ in range(_PAGES):
        page = ({tool.page_size: size} if tool.page_size else {}) | ({tool.page_token: token} if token else {})
        token = (teller.call(tool, asked | page) or {}).get(tool.next_token)
        if token is None:
            return


def _ways(tool: ToolShape) -> list[dict[str, Any]]:
    """Every order that can be asked for."""
    assert tool.sort is not None  # the caller looked
    schemas = {name: tool.more[name]["enum"] for name in tool.sort.arguments}
    values: list[list[Any]] = [[None, *schema] for schema in schemas.values() if isinstance(schema, list)]
    return [
        {name: value for name, value in zip(schemas, way, strict=True) if value is not None} for way in product(*values)
    ][1:]


def _orders(teller: Teller, tool: ToolShape, entity: EntityShape, places: list[dict[str, Any]]) -> Iterator[Script]:
    distinct = [place for number, place in enumerate(places) if place not in places[:number]]
    for place, way in product(distinct[:2], _ways(tool)):
        teller.begin()
        teller.call(tool, place | way)
        for size in (1, 2):
            _turn(teller, tool, place | way, size)
        yield teller.end("orders_visit_each_row_once", tool)
    eraser = next((t for t in teller.shape.tools if t.table == tool.table and t.verb == "delete"), None)
    if eraser is None or not (tool.page_size and tool.page_token and tool.next_token):
        return
    for place, way in product(distinct[:1], _ways(tool)):
        teller.begin()
        first = teller.call(tool, place | way | {tool.page_size: 1}) or {}
        token, shown = first.get(tool.next_token), first.get(tool.items or "items")
        rows = teller.oracle.tables[tool.table]
        gone = rows.get(shown[0].get(entity.key, "")) if shown else None
        if token and gone is not None:
            teller.call(eraser, teller.target(eraser, gone))
            teller.call(tool, place | way | {tool.page_token: token})
            yield teller.end("orders_after_a_deletion", tool)


def _bound(teller: Teller, tool: ToolShape, where: dict[str, Any], rows: list[dict[str, Any]]) -> list[Script]:
    """A page's token is of no use to another query or order."""
    if not (tool.page_size and tool.page_token and tool.next_token):
        return []
    asked = [({}, where), *((way, where) for way in (_ways(tool) if tool.sort else []))]
    for argument, query in tool.queries.items():
        for row in [row for row in rows if any(row[column] is not None for column in query.columns)][:2]:
            place = teller.place(tool, row) or {}
            asked += [({argument: value}, place) for value in islice(_values(query, row, rows), 3)]
    teller.begin()
    for (one, place), (other, _) in zip(asked, [*asked[1:], *asked[:1]], strict=True):
        token = (teller.call(tool, place | one | {tool.page_size: 1}) or {}).get(tool.next_token)
        if token:
            teller.call(tool, place | other | {tool.page_size: 1, tool.page_token: token})
            _, mark, rest = token.partition("~")
            teller.call(tool, place | one | {tool.page_token: f"p:nowhere{mark}{rest}"})
    return [teller.end("token_of_another_query", tool)]
