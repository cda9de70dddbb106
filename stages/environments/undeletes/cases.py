"""Stories of undeletes: what was deleted is nowhere to be seen, its name stays taken, and it comes back as it was."""

from typing import Any

from stages.environments.shapes import EntityShape, ToolShape
from stages.environments.teller import Script, Teller
from stages.environments.wrongs import wrong_arguments


def stories(teller: Teller, tool: ToolShape) -> list[Script]:
    """Every story of one undelete on one start state."""
    told = []
    entity = teller.shape.entity(tool.table)
    teller.begin()
    live, gone = _rows(teller, entity.table), _rows(teller, entity.bin or "")
    erasers = [t for t in teller.shape.tools if t.table == tool.table and t.soft]
    for row in reversed(gone[-2:]):
        teller.begin()
        _look(teller, entity, row)
        teller.call(tool, teller.target(tool, row))
        _look(teller, entity, row)
        teller.call(tool, teller.target(tool, row))
        told.append(teller.end("undelete_brings_back", tool))
    for eraser in erasers:
        for row in reversed(live[-3:]):
            teller.begin()
            for each in (tool, eraser, eraser, tool):
                teller.call(each, teller.target(each, row))
                _look(teller, entity, row)
            told.append(teller.end("undelete_brings_back", tool))
    told += _names(teller, tool, entity)
    teller.begin()
    rows = [*gone, *live]
    good = teller.target(tool, rows[0]) if rows else dict.fromkeys(tool.required, "nowhere")
    for name in (*tool.parents, tool.key_parameter or ""):
        teller.call(tool, good | {name: "nowhere"})
        teller.call(tool, good | {name: 7})
    for where in [teller.target(tool, row) for row in (*gone[:1], *live[:1])]:
        for argument, table in tool.parents.items():
            for key in sorted(teller.oracle.tables[table]):
                if key != where[argument]:
                    teller.call(tool, where | {argument: key})
    wrong_arguments(teller, tool, good)
    told.append(teller.end("error", tool))
    return told


def _names(teller: Teller, tool: ToolShape, entity: EntityShape) -> list[Script]:
    """Names of deleted rows, and of what lay in them, are asked for again by whatever takes a new row's name."""
    told = []
    for each in _below(teller, entity):
        keys = [row[each.key] for row in _rows(teller, each.bin or "")[:2]]
        for maker in teller.shape.tools:
            named = maker.key_parameter if maker.verb == "create" else maker.elsewhere if maker.verb == "copy" else None
            if maker.table != each.table or named is None:
                continue
            for key in keys:
                teller.begin()
                rows = _rows(teller, each.table)
                if maker.verb == "copy" and not rows:
                    continue
                where = teller.place(maker, None) if maker.verb == "create" else teller.target(maker, rows[0])
                if where is not None:
                    teller.call(maker, where | teller.body(maker, full=True) | {named: key})
                    told.append(teller.end("a_deleted_row_keeps_its_name", tool))
    return told


def _look(teller: Teller, entity: EntityShape, row: dict[str, Any]) -> None:
    """Read the row and what lies in it, alone and in lists."""
    for each in _below(teller, entity):
        for read in teller.shape.tools:
            if read.table == each.table and read.verb == "get" and each is entity:
                teller.call(read, teller.target(read, row))
            elif read.table == each.table and read.verb == "list":
                teller.call(read, teller.place(read, row if each is entity else None) or {})


def _below(teller: Teller, entity: EntityShape) -> list[EntityShape]:
    inside = {entity.table}
    for each in teller.shape.entities:
        if each.parent in inside:
            inside.add(each.table)
    return [each for each in teller.shape.entities if each.table in inside]


def _rows(teller: Teller, table: str) -> list[dict[str, Any]]:
    rows = teller.oracle.tables[table]
    return [rows[key] for key in sorted(rows)]
