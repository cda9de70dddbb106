"""What deletes that can be undone come to, by the rules of `shapes.py`: a second reading that knows nothing of SQL."""

from collections.abc import Callable, Mapping
from typing import Any

from stages.environments.failed import CallFailed
from stages.environments.rows import Row
from stages.environments.shapes import ApiShape, EntityShape, ToolShape

Tables = Mapping[str, dict[str, Row]]


def taken(entity: EntityShape, tables: Tables, key: str) -> bool:
    """Whether a row has the key, or a deleted one that may come back."""
    return any(key in tables[table] for table in (entity.table, entity.bin) if table)


def rest(shape: ApiShape, tables: Tables, entity: EntityShape, key: str, *, back: bool = False) -> None:
    """Take a row with all below it out of its table and to where deleted rows rest, or from there back."""
    live, bin_ = tables[entity.table], tables[entity.bin or ""]
    there, here = (live, bin_) if back else (bin_, live)
    there[key] = here.pop(key)
    for child in shape.entities:
        if child.parent == entity.table:
            rows = tables[(child.bin or "") if back else child.table]
            for lost in [k for k, row in rows.items() if row[child.parent_field or ""] == key]:
                rest(shape, tables, child, lost, back=back)


def undeleted(
    tool: ToolShape, entity: EntityShape, tables: Tables, under: Callable[[Row], bool], arguments: Mapping[str, Any]
) -> str:
    """The key of the deleted row that is meant; `under` says whether a row lies where the call says. Raises CallFailed."""
    key = arguments[tool.key_parameter or ""]
    row = tables[entity.table].get(key)
    if row is not None and under(row):
        raise CallFailed(tool.live, f"{entity.noun} {key} is not deleted")
    row = tables[entity.bin or ""].get(key)
    if row is None or not under(row):
        raise CallFailed(tool.missing, f"no {entity.noun} {key}")
    return key
