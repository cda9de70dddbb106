"""What reading and replacing a part of a row comes to, by the rules of `shapes.py`."""

from collections.abc import Mapping
from typing import Any

from stages.environments.failed import CallFailed
from stages.environments.shapes import ToolShape

Row = dict[str, Any]


def found(tool: ToolShape, noun: str, rows: Mapping[str, Row], arguments: Mapping[str, Any]) -> Row:
    """The row that is meant. Raises CallFailed."""
    key = arguments[tool.key_parameter or ""]
    if key not in rows:
        raise CallFailed(tool.missing, f"no {noun} {key}")
    return rows[key]


def put(tool: ToolShape, row: Row, arguments: Mapping[str, Any]) -> None:
    """Replace the part by what was given."""
    for argument, column in tool.fields.items():
        row[column] = arguments[argument]


def told(tool: ToolShape, row: Row) -> Any:
    """The part as it stands, an empty one where nothing was ever put."""
    value = row[tool.part or ""]
    return {} if value is None else value
