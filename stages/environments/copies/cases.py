"""Stories of copies and moves: the new row and the first are looked at, the row is gone from where it was."""

from typing import Any

from stages.environments.shapes import ToolShape
from stages.environments.teller import Script, Teller
from stages.environments.wrongs import wrong_arguments


def stories(teller: Teller, tool: ToolShape) -> list[Script]:
    """Every story of one tool on one start state."""
    told = []
    teller.begin()
    rows = [teller.oracle.tables[tool.table][key] for key in sorted(teller.oracle.tables[tool.table])]
    for row in reversed(rows[-3:]):
        for place in _elsewhere(teller, tool, row):
            teller.begin()
            arguments = teller.target(tool, row) | teller.body(tool, full=True) | {tool.elsewhere or "": place}
            teller.call(tool, arguments)
            teller.call(tool, arguments)
            _look(teller, tool, row, place)
            told.append(teller.end("a_row_elsewhere", tool))
    teller.begin()
    good: dict[str, Any] = teller.target(tool, rows[0]) if rows else dict.fromkeys(tool.required, "nowhere")
    good |= teller.body(tool, full=True) | {tool.elsewhere or "": next(iter(_elsewhere(teller, tool, None)), "nowhere")}
    for name in (*tool.parents, tool.key_parameter or ""):
        teller.call(tool, good | {name: "nowhere"})
        teller.call(tool, good | {name: 7})
    if tool.verb == "move":
        teller.call(tool, good | {tool.elsewhere or "": "nowhere"})
        for argument, table in tool.parents.items():
            for key in sorted(teller.oracle.tables[table]):
                if key != good[argument]:
                    teller.call(tool, good | {argument: key})
    for row in rows[:2] if tool.verb == "copy" else []:
        teller.call(tool, good | {tool.elsewhere or "": row[teller.shape.entity(tool.table).key]})
    for argument in tool.fields:
        teller.call(tool, good | {argument: [[1]]})
        teller.call(tool, good | {argument: None})
    wrong_arguments(teller, tool, good)
    told.append(teller.end("error", tool))
    return told


def _elsewhere(teller: Teller, tool: ToolShape, row: dict[str, Any] | None) -> list[str]:
    """A new name, or the keys of up to two other parents and of the row's own."""
    entity = teller.shape.entity(tool.table)
    if tool.verb == "copy":
        teller.fresh += 1
        return [f"fresh-{teller.fresh}"]
    now = row[entity.parent_field or ""] if row else None
    parents = sorted(teller.oracle.tables[entity.parent or ""])
    return [*[key for key in parents if key != now][:2], *([now] if now else [])]


def _look(teller: Teller, tool: ToolShape, row: dict[str, Any], place: str) -> None:
    """Read both rows of a copy, the moved row under its old and its new parent."""
    entity = teller.shape.entity(tool.table)
    read = next((t for t in teller.shape.tools if t.table == tool.table and t.verb == "get"), None)
    if read is None:
        return
    there = teller.oracle.tables[tool.table]
    keys = [row[entity.key], *([place] if tool.verb == "copy" else [])]
    for seen in [row, *(there[key] for key in keys if key in there)]:
        teller.call(read, teller.target(read, seen))
