"""Batch tools as steps of format 1: the keys asked for are a table of their own, in the order given."""

from stages.core.records import Let, Require, Return, Run, Step
from stages.environments.programs import NOW, item, literal, name, path, path_key, text
from stages.environments.shapes import ApiShape, Batch, EntityShape, ToolShape
from stages.environments.undeletes.programs import kept


def program(shape: ApiShape, tool: ToolShape, batch: Batch, above: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps of one batch tool; `above` looks for the parents."""
    entity = shape.entity(tool.table)
    # Renamed, since json_each has columns named like many an entity's own: id, type, value, parent.
    asked = f"(SELECT key AS _place, value AS _key FROM json_each(:args->{path(batch.keys)}))"
    there = "".join(
        f" AND {name(entity.parent_field or '')} = {text(argument)}"
        for argument, table in list(tool.parents.items())[-1:]
        if table == entity.parent
    )
    table, key = name(entity.table), f"{name(entity.table)}.{name(entity.key)}"
    missing = f"NOT EXISTS (SELECT 1 FROM {table} WHERE {key} = _key{there})"
    steps: list[Step] = [*above]
    pairs: list[str] = []
    if batch.missing is None:
        steps.append(
            Require(
                require=f"SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM {asked} WHERE {missing})",
                error=tool.missing,
                message=f"not every {entity.noun} given is there",
            )
        )
    else:
        entries = f"json_group_array({_told(tool, batch, entity)} ORDER BY _place)"
        pairs = [path_key(batch.missing), f"json((SELECT {entries} FROM {asked} WHERE {missing}))"]
    if tool.verb == "batch_get":
        rows = f"SELECT json_group_array(json({item(entity)}) ORDER BY _place)"
        rows += f" FROM {asked} JOIN {table} ON {key} = _key{there}"
        pairs = [path_key(batch.items or "items"), f"json(({rows}))", *pairs]
        return *steps, Return(return_=f"SELECT json_object({', '.join(pairs)})")
    steps.append(Let(let=NOW))
    if pairs:
        # What is missing is told of the state before, so it is worked out before the rows go.
        steps.append(Let(let=f"SELECT json_object({', '.join(pairs)}) AS told"))
    keys = f"(SELECT _key FROM {asked})"
    where = f"{name(entity.key)} IN {keys}{there}"
    steps += kept(shape, entity, where) if tool.soft else ()
    steps.append(Run(run=f"DELETE FROM {table} WHERE {where}"))
    return *steps, Return(return_="SELECT :told" if pairs else "SELECT '{}'")


def _told(tool: ToolShape, batch: Batch, entity: EntityShape) -> str:
    if batch.told is None:
        return "_key"
    key, code, message = batch.told
    pairs = f"{path_key(key)}, _key"
    if code is not None:
        pairs += f", {path_key(code)}, {literal(tool.missing)}"
    if message is not None:
        pairs += f", {path_key(message)}, {literal(f'no {entity.noun} ')} || _key"
    return f"json_object({pairs})"
