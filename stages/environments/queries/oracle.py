"""What queries and orders mean, on plain rows: the second reading beside `programs`."""

import json
from datetime import datetime
from typing import Any

from stages.environments.failed import CallFailed
from stages.environments.rows import Row, plain
from stages.environments.shapes import EntityShape, Query, ToolShape

_ASCII = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def fits(tool: ToolShape, row: Row, arguments: dict[str, Any]) -> bool:
    """Whether a row is what all queries of the call ask for."""
    return all(
        any(_fits(query, row[column], arguments[name]) for column in query.columns)
        for name, query in tool.queries.items()
        if name in arguments and arguments[name] != []
    )


def _fits(query: Query, value: Any, given: Any) -> bool:
    if value is None:
        return False
    match query.kind:
        case "contains":
            return _low(given) in _low(value)
        case "wild":
            return _holds(_low(value), [part for part in _low(given).split("*") if part])
        case "prefix":
            return value.startswith(given)
        case "any_of":
            return value in given
    moment, other = _moment(value), _moment(given)
    if moment == other:
        return query.kind in ("from", "until")
    return (moment > other) == (query.kind in ("after", "from"))


def _low(text: str) -> str:
    return text.translate(_ASCII)


def _holds(text: str, parts: list[str]) -> bool:
    """Whether the parts stand in the text one after another."""
    for part in parts:
        _, found, text = text.partition(part)
        if not found:
            return False
    return True


def _moment(text: str) -> int:
    """Milliseconds since 1970, the fraction cut as SQLite cuts it."""
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def told(value: Any) -> str:
    """An argument as a token holds it."""
    return (
        json.dumps(value, separators=(",", ":"), ensure_ascii=False) if isinstance(value, list) else str(plain(value))
    )


def ordered(
    tool: ToolShape, entity: EntityShape, rows: list[Row], arguments: dict[str, Any], last: str, table: dict[str, Row]
) -> list[Row]:
    """The rows as the call asks for them, after the one of the key `last` ("": from the first).

    Raises CallFailed where a list by a column is to go on after a row of `table` that is gone.
    """
    if tool.sort is None:
        return sorted((row for row in rows if _key(entity, row) > last.encode()), key=lambda row: _key(entity, row))
    column = tool.sort.columns.get(arguments.get(tool.sort.by or "", ""))
    down = arguments.get(tool.sort.order or "", "") == tool.sort.down

    def rank(row: Row) -> tuple[bool, Any, bytes]:
        value = row[column] if column else None
        return value is not None, value.encode() if isinstance(value, str) else value or 0, _key(entity, row)

    found = sorted(rows, key=rank, reverse=down)
    if not last:
        return found
    if column and last not in table:
        raise CallFailed(tool.bad_token, "no page of this list has that token")
    limit = rank(table[last]) if column else (False, 0, last.encode())
    return [row for row in found if (rank(row) < limit if down else rank(row) > limit)]


def _key(entity: EntityShape, row: Row) -> bytes:
    return str(row[entity.key]).encode()
