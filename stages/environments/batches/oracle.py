"""What a batch's keys and entries come to, by the rules of `shapes.py`: a second reading that knows nothing of SQL."""

from collections.abc import Callable, Mapping
from typing import Any

from stages.environments.failed import CallFailed
from stages.environments.shapes import Batch, Entries, ToolShape

Entry = tuple[str | None, dict[str, Any]]
"""An entry's key, None where the server makes it, and the values of its fields."""


def split(
    tool: ToolShape, batch: Batch, noun: str, there: Mapping[str, Any], asked: list[Any]
) -> tuple[list[Any], dict[str, Any]]:
    """The keys that have a row, as often as asked for, and what the value says of the others. Raises CallFailed."""
    gone = [key for key in asked if key not in there]
    found = [key for key in asked if key in there]
    if batch.missing is None:
        if gone:
            raise CallFailed(tool.missing, f"not every {noun} given is there")
        return found, {}
    return found, {batch.missing: [_told(batch, key, tool.missing, f"no {noun} {key}") for key in gone]}


def read(entries: Entries, given: list[dict[str, Any]]) -> list[Entry]:
    """Every entry of the list."""
    found: list[Entry] = []
    for entry in given:
        row = _at(entry, entries.inside)
        values = {column: row[name] for name, column in entries.fields.items() if name in row}
        found.append((_at(entry, entries.key) if entries.key else None, values))
    return found


def _at(entry: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        entry = entry[name]
    return entry


def fresh(
    tool: ToolShape, batch: Batch, noun: str, taken: Callable[[str], bool], asked: list[Entry]
) -> tuple[list[Entry], dict[str, Any]]:
    """The entries that make a row, and what the value says of the others. Raises CallFailed."""
    new: list[Entry] = []
    late: list[str] = []
    for key, values in asked:
        if key is not None and (taken(key) or key in [other for other, _ in new]):
            late.append(key)
        else:
            new.append((key, values))
    if batch.missing is None:
        if late:
            raise CallFailed(tool.taken, f"not every {noun} given is new")
        return new, {}
    return new, {batch.missing: [_told(batch, key, tool.taken, f"{noun} {key} already exists") for key in late]}


def once(noun: str, asked: list[Entry]) -> None:
    """Look that no row is named twice. Raises CallFailed."""
    keys = [key for key, _ in asked]
    if len(set(keys)) < len(keys):
        raise CallFailed("INVALID_ARGUMENT", f"a {noun} is given twice")


def _told(batch: Batch, key: str, error: str, said: str) -> Any:
    if batch.told is None:
        return key
    name, code, message = batch.told
    entry = {name: key}
    if code is not None:
        entry[code] = error
    if message is not None:
        entry[message] = said
    return entry
