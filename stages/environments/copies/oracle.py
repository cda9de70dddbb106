"""What copying and moving a row comes to, by the rules of `shapes.py`."""

from collections.abc import Collection, Mapping
from typing import Any

from stages.environments.failed import CallFailed
from stages.environments.rows import Row, default, kept
from stages.environments.shapes import EntityShape, ToolShape


def copied(
    tool: ToolShape, entity: EntityShape, own: Collection[str], taken: bool, row: Row, arguments: Mapping[str, Any],
) -> Row:  # fmt: skip
    """The new row, but for the times of the server's. Raises CallFailed."""
    key = arguments[tool.elsewhere or ""]
    if taken:
        raise CallFailed(tool.taken, f"{entity.noun} {key} already exists")
    new = {field.name: default(field) if field.name in own else row[field.name] for field in entity.fields}
    for argument, column in tool.fields.items():
        new[column] = kept(entity.field(column), arguments[argument])
    for field in entity.fields:
        if field.derived is not None:
            new[field.name] = field.derived + key
    new[entity.key] = key
    return new


def moved(tool: ToolShape, parent: EntityShape, rows: Mapping[str, Row], arguments: Mapping[str, Any]) -> str:
    """The new parent's key. Raises CallFailed."""
    key = arguments[tool.elsewhere or ""]
    if key not in rows:
        raise CallFailed(tool.missing, f"no {parent.noun} {key}")
    return key
