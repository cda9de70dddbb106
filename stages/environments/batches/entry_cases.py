"""Stories of batches that make or change rows: several at once, in another order than the rows', some that cannot be."""

from typing import Any

from stages.environments.shapes import Batch, EntityShape, Entries, ToolShape
from stages.environments.teller import Script, Teller
from stages.environments.wrongs import wrong_arguments

Rows = list[dict[str, Any]]


def stories(teller: Teller, tool: ToolShape, batch: Batch, entries: Entries) -> list[Script]:
    """Every story of one tool on one start state."""
    entity = teller.shape.entity(tool.table)
    teller.begin()
    rows = [row for _, row in sorted(teller.oracle.tables[tool.table].items())]
    if tool.verb == "batch_create":
        told = _making(teller, tool, batch, entity, rows)
    else:
        told = _changing(teller, tool, batch, entity, rows)
    teller.begin()
    where = teller.place(tool, rows[0] if rows else None)
    good = dict.fromkeys(tool.parents, "nowhere") if where is None else where
    key = rows[0][entity.key] if rows else "nowhere"
    one = teller.entry(tool, entries, key if tool.verb == "batch_update" else None)
    good |= {batch.keys: [one]}
    for argument, table in tool.parents.items():
        for other in ["nowhere", *sorted(teller.oracle.tables[table])]:
            if other != good[argument]:
                teller.call(tool, good | {argument: other})
    broken = [{**one, "no_such_property": 1}, 7, {}]
    broken += [{name: value for name, value in one.items() if name != lost} for lost in one]
    broken += [{**one, name: None} for name in one]
    for entry in broken:
        teller.call(tool, good | {batch.keys: [one, entry]})
    wrong_arguments(teller, tool, good)
    return [*told, teller.end("error", tool)]


def _making(teller: Teller, tool: ToolShape, batch: Batch, entity: EntityShape, rows: Rows) -> list[Script]:
    entries = batch.entries
    if entries is None or (where := teller.place(tool, None)) is None:
        return []
    told = []
    for full in (True, False):
        teller.begin()
        teller.call(tool, where | {batch.keys: [teller.entry(tool, entries, None, full=full) for _ in range(3)]})
        _look(teller, entity)
        told.append(teller.end("a_batch_makes_rows_in_order", tool))
    for property_, column in entries.fields.items():
        teller.begin()
        asked = [
            teller.entry(tool, entries, None, full=False, given={property_: value})
            for value in teller.pair(entity.field(column))
        ]
        teller.call(tool, where | {batch.keys: asked})
        told.append(teller.end("each_argument_alone", tool))
    resting = sorted(teller.oracle.tables[entity.bin])[:1] if entity.bin else []
    for taken in [row[entity.key] for row in rows[-1:]] + resting if entries.key else []:
        teller.begin()
        fresh = [teller.entry(tool, entries, None) for _ in range(4)]
        again = teller.entry(tool, entries, taken)
        teller.call(tool, where | {batch.keys: [fresh[0], again, fresh[1], fresh[0]]})
        teller.call(tool, where | {batch.keys: [again]})
        teller.call(tool, where | {batch.keys: [*fresh, fresh[3]]})
        told.append(teller.end("a_batch_gives_no_name_twice", tool))
    teller.begin()
    teller.call(tool, where | {batch.keys: []})
    told.append(teller.end("boundary", tool))
    return told


def _changing(teller: Teller, tool: ToolShape, batch: Batch, entity: EntityShape, rows: Rows) -> list[Script]:
    told: list[Script] = []
    entries = batch.entries
    if entries is None:
        return told
    places = [teller.place(tool, row) for row in rows]
    for where in [place for index, place in enumerate(places) if place not in places[:index]][:2]:
        keys = [row[entity.key] for row, place in zip(rows, places, strict=True) if place == where][:4]
        for asked in (
            keys[-1:],
            [*reversed(keys)],
            [keys[-1], "nowhere", keys[0], "elsewhere"],
            [keys[0], keys[-1], keys[0]],
            [],
        ):
            for full in (True, False):
                teller.begin()
                changes = [teller.entry(tool, entries, key, full=full) for key in asked]
                teller.call(tool, (where or {}) | {batch.keys: changes})
                _look(teller, entity)
                missing = "nowhere" in asked
                told.append(teller.end("batch_tells_what_is_missing" if missing else "a_batch_changes_rows", tool))
        for property_, column in entries.fields.items():
            teller.begin()
            for value in teller.pair(entity.field(column)):
                changes = [teller.entry(tool, entries, keys[-1], full=False, given={property_: value})]
                teller.call(tool, (where or {}) | {batch.keys: changes})
            told.append(teller.end("each_argument_alone", tool))
    return told


def _look(teller: Teller, entity: EntityShape) -> None:
    """Read the first and the last row that are there now."""
    read = next((t for t in teller.shape.tools if t.table == entity.table and t.verb == "get"), None)
    rows = teller.oracle.tables[entity.table]
    for key in dict.fromkeys([*sorted(rows)[:1], *sorted(rows)[-1:]]) if read else ():
        teller.call(read, teller.target(read, rows[key]))  # type: ignore[arg-type]
