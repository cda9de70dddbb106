"""Deletes that can be undone, and what undoes them, as steps of format 1.

A deleted row goes into a table of its own with all that lies in it, each table's rows into another one: whatever else
looks for rows finds none there, and nothing has to ask whether a row is deleted.
"""

from stages.core.records import Let, Require, Return, Run, Step
from stages.environments.programs import NOW, item
from stages.environments.shapes import ApiShape, EntityShape, ToolShape
from stages.environments.sql import name, text


def program(shape: ApiShape, tool: ToolShape, above: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps of a soft delete or of an undelete; `above` looks for the parents."""
    entity = shape.entity(tool.table)
    table, bin_ = name(entity.table), name(entity.bin or "")
    where = f"{name(entity.key)} = {text(tool.key_parameter or '')}"
    where += "".join(
        f" AND {name(entity.parent_field or '')} = {text(argument)}"
        for argument, parent in list(tool.parents.items())[-1:]
        if parent == entity.parent
    )
    missing = {"error": tool.missing, "message": f"no {entity.noun} {{{tool.key_parameter}}}"}
    if tool.verb == "delete":
        there = Require(require=f"SELECT 1 FROM {table} WHERE {where}", **missing)
        gone = Run(run=f"DELETE FROM {table} WHERE {where}")
        return *above, there, Let(let=NOW), *kept(shape, entity, where), gone, Return(return_="SELECT '{}'")
    live = Require(
        require=f"SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {where})",
        error=tool.live,
        message=f"{entity.noun} {{{tool.key_parameter}}} is not deleted",
    )
    there = Require(require=f"SELECT 1 FROM {bin_} WHERE {where}", **missing)
    back = _carried(shape, shape.entity(entity.bin or ""), entity, where, touched=True)
    gone = Run(run=f"DELETE FROM {bin_} WHERE {where}")
    shown = Return(return_=f"SELECT {item(entity)} FROM {table} WHERE {where}")
    return *above, live, there, Let(let=NOW), *back, gone, shown


def kept(shape: ApiShape, entity: EntityShape, where: str) -> tuple[Run, ...]:
    """Put the rows for which `where` holds, and all that lie in them, where deleted rows rest."""
    return _carried(shape, entity, shape.entity(entity.bin or ""), where)


def _carried(
    shape: ApiShape, here: EntityShape, there: EntityShape, where: str, *, touched: bool = False
) -> tuple[Run, ...]:
    """Copy rows from one table to the other, then what lies in them; parents first, for the children refer to them.

    touched: what the clock writes at every write takes the new time, in the rows themselves only.
    """
    columns = ", ".join(name(field.name) for field in here.fields)
    values = ", ".join(":now" if touched and field.clock == "write" else name(field.name) for field in here.fields)
    copied = f"INSERT INTO {name(there.table)} ({columns}) SELECT {values} FROM {name(here.table)} WHERE {where}"
    steps = [Run(run=copied)]
    inside = f"IN (SELECT {name(here.key)} FROM {name(here.table)} WHERE {where})"
    for child in shape.entities:
        if child.parent == here.table:
            twin = next(e for e in shape.entities if child.table == e.bin or e.table == child.bin)
            steps += _carried(shape, child, twin, f"{name(child.parent_field or '')} {inside}")
    return tuple(steps)
