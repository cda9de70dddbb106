"""Reading and replacing a part of a row, as steps of format 1."""

from stages.core.records import Let, Require, Return, Run, Step
from stages.environments.programs import NOW, given
from stages.environments.shapes import ApiShape, ToolShape
from stages.environments.sql import name, text


def program(shape: ApiShape, tool: ToolShape, part: str) -> tuple[Step, ...]:
    """The steps of one tool that reads or replaces the column `part`."""
    entity = shape.entity(tool.table)
    column, table = name(part), name(entity.table)
    where = f"{name(entity.key)} = {text(tool.key_parameter or '')}"
    there = Require(
        require=f"SELECT 1 FROM {table} WHERE {where}",
        error=tool.missing,
        message=f"no {entity.noun} {{{tool.key_parameter}}}",
    )
    shown = Return(return_=f"SELECT coalesce({column}, '{{}}') FROM {table} WHERE {where}")
    if tool.verb == "part":
        return there, shown
    sets = [f"{name(c)} = {given(entity.field(c), argument)}" for argument, c in tool.fields.items()]
    sets += [f"{name(field.name)} = :now" for field in entity.fields if field.clock == "write"]
    changed = Run(run=f"UPDATE {table} SET {', '.join(sets)} WHERE {where}")
    return there, Let(let=NOW), changed, shown
