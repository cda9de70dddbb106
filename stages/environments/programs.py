"""A tool's verb -> its steps in format 1. All values come from `:args`, names from the shape; nothing is spliced in but
checked identifiers. JSON paths are always quoted, so `max-results` and `metadata.name` are names like any other.
"""

from stages.core.records import Let, Require, Return, Run, Step
from stages.environments.queries import programs as queries
from stages.environments.schema import visible
from stages.environments.shapes import ApiShape, EntityShape, FieldShape, ToolShape
from stages.environments.sql import literal, name, path, path_key, text

NOW = "UPDATE _meta SET now = strftime('%Y-%m-%dT%H:%M:%SZ', now, '+1 minute') RETURNING now"


def program(shape: ApiShape, tool: ToolShape) -> tuple[Step, ...]:
    """The steps of one tool."""
    entity = shape.entity(tool.table)
    steps = above(shape, tool)
    match tool.verb:
        case "create":
            return (*steps, *_create(entity, tool))
        case "get":
            return (*steps, _row_there(entity, tool), _shown(entity, _by_key(tool)))
        case "list":
            return (*steps, *_list(entity, tool))
        case "delete":
            gone = Run(run=f"DELETE FROM {name(entity.table)} WHERE {_where(entity, tool)}")
            return (*steps, _row_there(entity, tool), Let(let=NOW), gone, Return(return_="SELECT '{}'"))
        case "set":
            turned = (_turn(entity, tool), *_coupled(entity, _where(entity, tool)))
            return (*steps, _row_there(entity, tool), Let(let=NOW), *turned, _shown(entity, _by_key(tool)))
        case _:
            changed = (_change(entity, tool), *_coupled(entity, _where(entity, tool)))
            return (*steps, _row_there(entity, tool), Let(let=NOW), *changed, _shown(entity, _by_key(tool)))


def given(field: FieldShape, argument: str) -> str:
    """An argument's value as its column stores it: JSON minified, the rest as SQL values."""
    return f"json(:args->{path(argument)})" if field.kind == "json" else text(argument)


def item(entity: EntityShape, *, listed: bool = False) -> str:
    """The expression that shows a row, null values left out."""
    pairs = ", ".join(f"{path_key(field.name)}, {_out(field)}" for field in visible(entity, listed=listed))
    return f"json_patch('{{}}', json_object({pairs}))"


def _out(field: FieldShape) -> str:
    column = name(field.name)
    if field.kind == "boolean":
        return f"json(CASE {column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
    return f"json({column})" if field.kind == "json" else column


def above(shape: ApiShape, tool: ToolShape) -> tuple[Step, ...]:
    """Look for the parents, outermost first."""
    steps: list[Step] = []
    above: tuple[str, str] | None = None
    for argument, table in tool.parents.items():
        parent = shape.entity(table)
        where = f"{name(parent.key)} = {text(argument)}"
        if above and parent.parent == above[1] and parent.parent_field:
            where += f" AND {name(parent.parent_field)} = {text(above[0])}"
        steps.append(
            Require(
                require=f"SELECT 1 FROM {name(table)} WHERE {where}",
                error=tool.missing,
                message=f"no {parent.noun} {{{argument}}}",
            )
        )
        above = (argument, table)
    return tuple(steps)


def _by_key(tool: ToolShape) -> str:
    return text(tool.key_parameter or "")


def _where(entity: EntityShape, tool: ToolShape) -> str:
    """The row of the key, under its own parent where the call names it."""
    where = f"{name(entity.key)} = {_by_key(tool)}"
    return where + "".join(f" AND {clause}" for clause in _under(entity, tool))


def _under(entity: EntityShape, tool: ToolShape) -> list[str]:
    last = list(tool.parents.items())[-1:]
    return [f"{name(entity.parent_field or '')} = {text(arg)}" for arg, table in last if table == entity.parent]


def _row_there(entity: EntityShape, tool: ToolShape) -> Require:
    return Require(
        require=f"SELECT 1 FROM {name(entity.table)} WHERE {_where(entity, tool)}",
        error=tool.missing,
        message=f"no {entity.noun} {{{tool.key_parameter}}}",
    )


def _shown(entity: EntityShape, key: str) -> Return:
    return Return(return_=f"SELECT {item(entity)} FROM {name(entity.table)} WHERE {name(entity.key)} = {key}")


def _create(entity: EntityShape, tool: ToolShape) -> tuple[Step, ...]:
    steps: list[Step] = []
    key = ":id"
    if tool.key_parameter:
        key = _by_key(tool)
        steps.append(free(entity, tool, tool.key_parameter))
    else:
        minted = f"printf('{entity.prefix}%03d', next_id)"
        steps.append(Let(let=f"UPDATE _meta SET next_id = next_id + 1 RETURNING {minted} AS id"))
    steps.append(Let(let=NOW))
    values = {entity.key: key}
    if entity.parent and entity.parent_field:
        argument = next(arg for arg, table in reversed(list(tool.parents.items())) if table == entity.parent)
        values[entity.parent_field] = text(argument)
    for argument, column in tool.fields.items():
        values[column] = _or_default(entity.field(column), argument)
    for field in entity.fields:
        if field.clock and not field.follows:
            values[field.name] = ":now"
        elif field.derived is not None:
            values[field.name] = f"{literal(field.derived)} || ({key})"
        elif field.name not in values and field.default is not None:
            values[field.name] = literal(field.default)
    columns = ", ".join(map(name, values))
    steps.append(Run(run=f"INSERT INTO {name(entity.table)} ({columns}) VALUES ({', '.join(values.values())})"))
    return (*steps, *_coupled(entity, f"{name(entity.key)} = {key}"), _shown(entity, key))


def free(entity: EntityShape, tool: ToolShape, argument: str) -> Require:
    """Look whether the key that the caller chose is not taken, neither by a row nor by a deleted one."""
    tables = [table for table in (entity.table, entity.bin) if table]
    none = [f"NOT EXISTS (SELECT 1 FROM {name(table)} WHERE {name(entity.key)} = {text(argument)})" for table in tables]
    message = f"{entity.noun} {{{argument}}} already exists"
    return Require(require=f"SELECT 1 WHERE {' AND '.join(none)}", error=tool.taken, message=message)


def _coupled(entity: EntityShape, where: str) -> tuple[Run, ...]:
    """Times that follow another field's value, put right after a write."""
    steps = []
    for field in entity.fields:
        if field.follows:
            other, value = field.follows
            kept = f"iif({name(other)} = {literal(value)}, coalesce({name(field.name)}, :now), NULL)"
            steps.append(Run(run=f"UPDATE {name(entity.table)} SET {name(field.name)} = {kept} WHERE {where}"))
    return tuple(steps)


def _or_default(field: FieldShape, argument: str) -> str:
    value = given(field, argument)
    return value if field.default is None else f"coalesce({value}, {literal(field.default)})"


def _change(entity: EntityShape, tool: ToolShape) -> Run:
    sets = []
    for argument, column in tool.fields.items():
        field = entity.field(column)
        value = _or_default(field, argument) if tool.verb == "update" else _kept(field, argument)
        sets.append(f"{name(column)} = {value}")
    sets += [f"{name(field.name)} = :now" for field in entity.fields if field.clock == "write"]
    return Run(run=f"UPDATE {name(entity.table)} SET {', '.join(sets)} WHERE {_where(entity, tool)}")


def _turn(entity: EntityShape, tool: ToolShape) -> Run:
    sets = [f"{name(column)} = {literal(value)}" for column, value in tool.sets.items()]
    sets += [f"{name(field.name)} = :now" for field in entity.fields if field.clock == "write"]
    return Run(run=f"UPDATE {name(entity.table)} SET {', '.join(sets)} WHERE {_where(entity, tool)}")


def _kept(field: FieldShape, argument: str) -> str:
    """Absent keeps, null clears; an object is merged into the stored one, anything else replaces it."""
    column, kind = name(field.name), f"json_type(:args, {path(argument)})"
    new = given(field, argument)
    if field.kind == "json" and field.json_schema.get("type") == "object":
        new = f"iif({kind} = 'null', NULL, json_patch(coalesce({column}, '{{}}'), :args->{path(argument)}))"
    elif field.kind == "json":
        new = f"iif({kind} = 'null', NULL, {new})"
    return f"CASE WHEN {kind} IS NULL THEN {column} ELSE {new} END"


def _list(entity: EntityShape, tool: ToolShape) -> tuple[Step, ...]:
    # The leading underscore keeps the pages apart from tables: Blogger has a table of pages.
    key, table, shown = name(entity.key), name(entity.table), item(entity, listed=True)
    clauses = _under(entity, tool)
    clauses += [f"({text(a)} IS NULL OR {name(c)} = {text(a)})" for a, c in tool.filters.items()]
    clauses += [queries.condition(argument, query) for argument, query in tool.queries.items()]
    rows = f"json((SELECT json_group_array(json({shown}) ORDER BY {key}) FROM _page))"
    out = path_key(tool.items or "items")
    if tool.page_default is None:
        if tool.sort:
            return queries.in_order(entity, tool, clauses, shown, None)
        where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
        return (Return(return_=f"WITH _page AS (SELECT * FROM {table}{where}) SELECT json_object({out}, {rows})"),)
    size = f"coalesce({text(tool.page_size)}, {tool.page_default})" if tool.page_size else str(tool.page_default)
    steps: list[Step] = []
    more = ""
    if tool.page_token and tool.next_token:
        # The token carries the call's filters: another filter's token would skip rows in silence.
        suffix = " || ".join(f"'~' || coalesce({text(a)}, '')" for a in queries.bound(tool)) or "''"
        token = text(tool.page_token)
        steps.append(Let(let=f"SELECT {suffix} AS suffix"))
        fits = f"substr({token}, 1, 2) = 'p:' AND length({token}) > 2 + length(:suffix)"
        same = f"(:suffix = '' OR substr({token}, -length(:suffix)) = :suffix)"
        steps.append(
            Require(
                require=f"SELECT 1 WHERE {token} IS NULL OR ({fits} AND {same})",
                error=tool.bad_token,
                message="no page of this list has that token",
            )
        )
        start = f"coalesce(substr({token}, 3, length({token}) - 2 - length(:suffix)), '')"
        steps.append(Let(let=f"SELECT {start} AS after, {size} AS size"))
        if not tool.sort:
            clauses.append(f"{key} > :after")
        last = f"iif((SELECT count(*) FROM _hit) > :size, 'p:' || (SELECT max({key}) FROM _page) || :suffix, NULL)"
        more = f", {path_key(tool.next_token)}, {last}"
    else:
        steps.append(Let(let=f"SELECT {size} AS size"))
    if tool.sort:
        return (*steps, *queries.in_order(entity, tool, clauses, shown, size))
    where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
    value = f"json_patch('{{}}', json_object({out}, {rows}{more}))"
    hit = f"_hit AS (SELECT * FROM {table}{where} ORDER BY {key} LIMIT :size + 1)"
    page = f"_page AS (SELECT * FROM _hit ORDER BY {key} LIMIT :size)"
    return (*steps, Return(return_=f"WITH {hit}, {page} SELECT {value}"))
