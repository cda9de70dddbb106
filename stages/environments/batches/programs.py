"""Batch tools as steps of format 1: the keys asked for are a table of their own, in the order given."""

from stages.core.records import Let, Require, Return, Run, Step
from stages.environments.batches.writes import changing, creates, told_key, updates
from stages.environments.programs import NOW, item
from stages.environments.shapes import ApiShape, Batch, ToolShape
from stages.environments.sql import literal, name, path, path_key, text
from stages.environments.undeletes.programs import kept


def program(shape: ApiShape, tool: ToolShape, batch: Batch, above: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps of one batch tool; `above` looks for the parents."""
    if tool.verb == "batch_create" and batch.entries:
        return *above, *creates(shape, tool, batch, batch.entries)
    entity = shape.entity(tool.table)
    # Renamed, since json_each has columns named like many an entity's own: id, type, value, parent.
    asked = f"(SELECT key AS _place, value AS _key FROM json_each(:args->{path(batch.keys)}))"
    there = "".join(
        f" AND {name(entity.parent_field or '')} = {text(argument)}"
        for argument, table in list(tool.parents.items())[-1:]
        if table == entity.parent
    )
    steps: list[Step] = [*above]
    if batch.entries:
        asked = changing(batch, batch.entries)
        once, changed = updates(entity, tool, batch, batch.entries)
        steps.append(once)
    table, key = name(entity.table), f"{name(entity.table)}.{name(entity.key)}"
    missing = f"NOT EXISTS (SELECT 1 FROM {table} WHERE {key} = _key{there})"
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
        told = told_key(batch, tool.missing, f"{literal(f'no {entity.noun} ')} || _key")
        entries = f"json_group_array({told} ORDER BY _place)"
        pairs = [path_key(batch.missing), f"json((SELECT {entries} FROM {asked} WHERE {missing}))"]
    if batch.items:
        rows = f"SELECT json_group_array(json({item(entity)}) ORDER BY _place)"
        rows += f" FROM {asked} JOIN {table} ON {key} = _key{there}"
        pairs = [path_key(batch.items), f"json(({rows}))", *pairs]
    shown = Return(return_=f"SELECT json_object({', '.join(pairs)})")
    if tool.verb == "batch_get":
        return *steps, shown
    steps.append(Let(let=NOW))
    if batch.entries:
        return *steps, changed, shown
    if pairs:
        # What is missing is told of the state before, so it is worked out before the rows go.
        steps.append(Let(let=f"SELECT json_object({', '.join(pairs)}) AS told"))
    where = f"{name(entity.key)} IN (SELECT _key FROM {asked}){there}"
    steps += kept(shape, entity, where) if tool.soft else ()
    steps.append(Run(run=f"DELETE FROM {table} WHERE {where}"))
    return *steps, Return(return_="SELECT :told" if pairs else "SELECT '{}'")
