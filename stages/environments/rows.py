"""Rows as the oracle keeps them: plain Python values, JSON columns read, and how they come in and are shown."""

import json
from typing import Any

from stages.environments.shapes import EntityShape, FieldShape

Row = dict[str, Any]


def coupled(entity: EntityShape, row: Row, now: str) -> None:
    """Put the times right that follow another field's value."""
    for field in entity.fields:
        if field.follows:
            other, value = field.follows
            if row[other] != value:
                row[field.name] = None
            elif row[field.name] is None:
                row[field.name] = now


def opened(entity: EntityShape, row: Row) -> Row:
    """A scenario's row with every column, JSON text read."""
    full = {field.name: row.get(field.name, field.default) for field in entity.fields}
    for field in entity.fields:
        if field.kind == "json" and full[field.name] is not None:
            full[field.name] = json.loads(full[field.name])
        elif field.type == "REAL" and full[field.name] is not None:
            full[field.name] = float(full[field.name])
    return full


def plain(value: Any) -> Any:
    """A scalar as a column holds it."""
    return int(value) if isinstance(value, bool) else value


def kept(field: FieldShape, value: Any) -> Any:
    """An argument as its column holds it."""
    if field.kind == "json":
        return value
    if field.type == "REAL" and value is not None:
        return float(value)
    return int(value) if field.type == "INTEGER" and value is not None else plain(value)


def default(field: FieldShape) -> Any:
    """What stands in the column when nothing was given."""
    return json.loads(field.default) if field.kind == "json" and isinstance(field.default, str) else field.default


def merged(old: Any, patch: Any) -> Any:
    """RFC 7396: null deletes, objects merge, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def shown(entity: EntityShape, row: Row, *, listed: bool = False) -> Row:
    """A row as a caller sees it: no null, booleans as such."""
    return {
        field.name: bool(row[field.name]) if field.kind == "boolean" else row[field.name]
        for field in entity.fields
        if field.shown and (field.listed or not listed) and row[field.name] is not None
    }
