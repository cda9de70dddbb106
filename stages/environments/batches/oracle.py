"""Which of a batch's keys have a row, by the rules of `shapes.py`: a second reading that knows nothing of SQL."""

from collections.abc import Mapping
from typing import Any

from stages.environments.failed import CallFailed
from stages.environments.shapes import Batch, ToolShape


def split(
    tool: ToolShape, batch: Batch, noun: str, there: Mapping[str, Any], arguments: Mapping[str, Any]
) -> tuple[list[str], dict[str, Any]]:
    """The keys that have a row, as often as asked for, and what the value says of the others. Raises CallFailed."""
    asked = arguments[batch.keys]
    gone = [key for key in asked if key not in there]
    found = [key for key in asked if key in there]
    if batch.missing is None:
        if gone:
            raise CallFailed(tool.missing, f"not every {noun} given is there")
        return found, {}
    return found, {batch.missing: [_told(tool, batch, noun, key) for key in gone]}


def _told(tool: ToolShape, batch: Batch, noun: str, key: str) -> Any:
    if batch.told is None:
        return key
    name, code, message = batch.told
    entry = {name: key}
    if code is not None:
        entry[code] = tool.missing
    if message is not None:
        entry[message] = f"no {noun} {key}"
    return entry
