"""Copies and moves as steps of format 1."""

from stages.core.records import Let, Require, Return, Run, Step
from stages.environments.programs import NOW, free, given, item
from stages.environments.shapes import ApiShape, EntityShape, ToolShape
from stages.environments.sql import literal, name, text


def program(shape: ApiShape, tool: ToolShape, elsewhere: str, above: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps of one tool; `above` looks for the parents."""
    entity = shape.entity(tool.table)
    table, key = name(entity.table), name(entity.key)
    where = f"{key} = {text(tool.key_parameter or '')}"
    where += "".join(f" AND {name(entity.parent_field or '')} = {text(argument)}" for argument in tool.parents)
    there = Require(
        require=f"SELECT 1 FROM {table} WHERE {where}",
        error=tool.missing,
        message=f"no {entity.noun} {{{tool.key_parameter}}}",
    )
    return *above, there, *(_copy if tool.verb == "copy" else _move)(shape, tool, entity, elsewhere, where)


def _copy(shape: ApiShape, tool: ToolShape, entity: EntityShape, elsewhere: str, where: str) -> tuple[Step, ...]:
    table, new = name(entity.table), text(elsewhere)
    own = shape.of_one_row(entity.table)
    written = {column: given(entity.field(column), argument) for argument, column in tool.fields.items()}
    values = {entity.key: new}
    for field in entity.fields:
        if field.clock and not field.follows:
            values[field.name] = ":now"
        elif field.derived is not None:
            values[field.name] = f"{literal(field.derived)} || ({new})"
        elif field.name in own:
            values[field.name] = literal(field.default)
        else:
            values.setdefault(field.name, written.get(field.name, name(field.name)))
    columns = ", ".join(map(name, values))
    copied = f"INSERT INTO {table} ({columns}) SELECT {', '.join(values.values())} FROM {table} WHERE {where}"
    return free(entity, tool, elsewhere), Let(let=NOW), Run(run=copied), _shown(entity, new)


def _move(shape: ApiShape, tool: ToolShape, entity: EntityShape, elsewhere: str, where: str) -> tuple[Step, ...]:
    parent = shape.entity(entity.parent or "")
    place = Require(
        require=f"SELECT 1 FROM {name(parent.table)} WHERE {name(parent.key)} = {text(elsewhere)}",
        error=tool.missing,
        message=f"no {parent.noun} {{{elsewhere}}}",
    )
    sets = [f"{name(entity.parent_field or '')} = {text(elsewhere)}"]
    sets += [f"{name(field.name)} = :now" for field in entity.fields if field.clock == "write"]
    moved = Run(run=f"UPDATE {name(entity.table)} SET {', '.join(sets)} WHERE {where}")
    return place, Let(let=NOW), moved, _shown(entity, text(tool.key_parameter or ""))


def _shown(entity: EntityShape, key: str) -> Return:
    return Return(return_=f"SELECT {item(entity)} FROM {name(entity.table)} WHERE {name(entity.key)} = {key}")
