"""What tag tools do to the oracle's rows, by the rules of `shapes.py`: a second reading that knows nothing of SQL."""

from collections.abc import Mapping
from typing import Any

from stages.environments.failed import CallFailed
from stages.environments.shapes import Tags, ToolShape

Row = dict[str, Any]


def named(
    tags: Tags, missing: str, tables: Mapping[str, Mapping[str, Row]], arguments: Mapping[str, Any]
) -> tuple[str, Row]:
    """The table and the row that the call is about. Raises CallFailed."""
    wanted = arguments[tags.argument]
    for table, column in tags.rows.items():
        for row in tables[table].values():
            if row[column] == wanted:
                return table, row
    raise CallFailed(missing, f"no resource {wanted}")


def written(tool: ToolShape, tags: Tags, table: str, row: Row, arguments: Mapping[str, Any]) -> Any:
    """What stands in the row's column after a `tag` or an `untag`: a new value, the old one is left as it is."""
    entries = _map(tags, row[tags.columns[table]])
    given = arguments[tags.given or ""]
    if tool.verb == "tag":
        entries |= _map(tags, given)
    else:
        entries = {key: value for key, value in entries.items() if key not in given}
    if tags.entry is None:
        return entries
    key_name, value_name = tags.entry
    return [{key_name: key, value_name: entries[key]} for key in sorted(entries, key=str.encode)]


def told(tags: Tags, table: str, row: Row) -> dict[str, Any]:
    """What `tags` shows: the column as it stands, an empty one where nothing was ever written."""
    empty: Any = {} if tags.entry is None else []
    value = row[tags.columns[table]]
    return {tags.shown or "tags": empty if value is None else value}


def _map(tags: Tags, value: Any) -> dict[str, Any]:
    """Entries as key -> value; of two with one key the last counts."""
    if tags.entry is None:
        return dict(value or {})
    key_name, value_name = tags.entry
    return {entry[key_name]: entry[value_name] for entry in value or []}
