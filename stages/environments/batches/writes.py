"""Batches that make or change rows, as steps of format 1: entries are a table of their own, in the order given."""

from stages.core.records import Let, Require, Return, Run, Step
from stages.environments.programs import NOW, item
from stages.environments.shapes import ApiShape, Batch, EntityShape, Entries, FieldShape, ToolShape
from stages.environments.sql import literal, name, path, path_key, text


def creates(shape: ApiShape, tool: ToolShape, batch: Batch, entries: Entries) -> tuple[Step, ...]:
    """The steps after the look for the parents that make a row of each entry."""
    entity = shape.entity(tool.table)
    table = name(entity.table)
    asked = _made(entity, batch, entries)
    free = " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM {name(t)} WHERE {name(t)}.{name(entity.key)} = _key)"
        for t in (entity.table, entity.bin)
        if t
    )
    new = f"_turn = 1 AND {free}"
    some = bool(entries.key and batch.missing)
    steps: list[Step] = []
    if not entries.key:
        many = f"json_array_length(:args->{path(batch.keys)})"
        steps.append(Let(let=f"UPDATE _meta SET next_id = next_id + {many} RETURNING next_id - {many} AS first"))
    elif batch.missing is None:
        steps.append(
            Require(
                require=f"SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM {asked} WHERE NOT ({new}))",
                error=tool.taken,
                message=f"not every {entity.noun} given is new",
            )
        )
    steps.append(Let(let=NOW))
    # Which are new is worked out before any of them is there.
    order, first = (" ORDER BY _place", new) if batch.items else ("", free)
    fresh = f"SELECT json_group_array(_key{order}) AS fresh FROM {asked}"
    if some or batch.items:
        steps.append(Let(let=f"{fresh} WHERE {first}" if some else fresh))
    more = f", {path_key(batch.missing)}, json('[]')" if batch.missing else ""
    if batch.missing and some:
        told = told_key(batch, tool.taken, f"{literal(f'{entity.noun} ')} || _key || ' already exists'")
        others = f"SELECT json_group_array({told} ORDER BY _place) AS told FROM {asked} WHERE NOT ({new})"
        steps.append(Let(let=others))
        more = f", {path_key(batch.missing)}, json(:told)"
    values = _values(entity, tool, entries)
    made = f"INSERT INTO {table} ({', '.join(map(name, values))}) SELECT {', '.join(values.values())} FROM {asked}"
    only = " WHERE _turn = 1 AND _key IN (SELECT value FROM json_each(:fresh))"
    steps.append(Run(run=made + only if some else made))
    rows = f"SELECT json_group_array(json({item(entity)}) ORDER BY _place) FROM"
    rows += " (SELECT key AS _place, value AS _key FROM json_each(:fresh))"
    rows += f" JOIN {table} ON {table}.{name(entity.key)} = _key"
    shown = f"{path_key(batch.items)}, json(({rows}))" if batch.items else ""
    return *steps, Return(return_=f"SELECT json_object({(shown + more).removeprefix(', ')})")


def _made(entity: EntityShape, batch: Batch, entries: Entries) -> str:
    key, turn = f"printf('{entity.prefix}%03d', :first + key + 1)", ""
    if entries.key:
        key = f"value->>{_deep(entries.key)}"
        turn = f", row_number() OVER (PARTITION BY {key} ORDER BY key) AS _turn"
    return f"(SELECT key AS _place, value AS _entry, {key} AS _key{turn} FROM json_each(:args->{path(batch.keys)}))"


def _values(entity: EntityShape, tool: ToolShape, entries: Entries) -> dict[str, str]:
    """Column -> what a new row has in it."""
    values = {entity.key: "_key"}
    if entity.parent and entity.parent_field:
        argument = next(arg for arg, table in reversed(list(tool.parents.items())) if table == entity.parent)
        values[entity.parent_field] = text(argument)
    for property_, column in entries.fields.items():
        field = entity.field(column)
        value = _given(field, entries, property_)
        values[column] = value if field.default is None else f"coalesce({value}, {literal(field.default)})"
    for field in entity.fields:
        if field.clock:
            values[field.name] = ":now"
        elif field.derived is not None:
            values[field.name] = f"{literal(field.derived)} || _key"
        elif field.name not in values and field.default is not None:
            values[field.name] = literal(field.default)
    return values


def updates(entity: EntityShape, tool: ToolShape, batch: Batch, entries: Entries) -> tuple[Require, Run]:
    """Look that no row is named twice, and change each as its entry says; the two stand around what tells the missing."""
    asked = changing(batch, entries)
    once = Require(
        require=f"SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM {asked} GROUP BY _key HAVING count(*) > 1)",
        error="INVALID_ARGUMENT",
        message=f"a {entity.noun} is given twice",
    )
    sets = []
    for property_, column in entries.fields.items():
        field, place = entity.field(column), _deep((*entries.inside, property_))
        new = _given(field, entries, property_)
        if field.kind == "json" and field.json_schema.get("type") == "object":
            new = f"json_patch(coalesce({name(column)}, '{{}}'), _entry->{place})"
        sets.append(f"{name(column)} = CASE WHEN json_type(_entry, {place}) IS NULL THEN {name(column)} ELSE {new} END")
    sets += [f"{name(field.name)} = :now" for field in entity.fields if field.clock == "write"]
    where = f"{name(entity.key)} = _key"
    where += "".join(
        f" AND {name(entity.parent_field or '')} = {text(argument)}"
        for argument, table in list(tool.parents.items())[-1:]
        if table == entity.parent
    )
    return once, Run(run=f"UPDATE {name(entity.table)} SET {', '.join(sets)} FROM {asked} WHERE {where}")


def changing(batch: Batch, entries: Entries) -> str:
    """The entries of an update as a table."""
    columns = f"key AS _place, value AS _entry, value->>{_deep(entries.key)} AS _key"
    return f"(SELECT {columns} FROM json_each(:args->{path(batch.keys)}))"


def _given(field: FieldShape, entries: Entries, property_: str) -> str:
    place = _deep((*entries.inside, property_))
    return f"json(_entry->{place})" if field.kind == "json" else f"_entry->>{place}"


def _deep(names: tuple[str, ...]) -> str:
    """The quoted JSON path of a property of a property, as an SQL literal."""
    return "'$" + "".join('."' + each.replace("'", "''") + '"' for each in names) + "'"


def told_key(batch: Batch, error: str, message: str) -> str:
    """The expression that tells of one key; `message` is an expression too."""
    if batch.told is None:
        return "_key"
    key, code, said = batch.told
    pairs = f"{path_key(key)}, _key"
    if code is not None:
        pairs += f", {path_key(code)}, {literal(error)}"
    if said is not None:
        pairs += f", {path_key(said)}, {message}"
    return f"json_object({pairs})"
