"""Tag tools as steps of format 1. Entries are merged by SQLite's own JSON functions; see `shapes.py` for the rules.

An ARN may name a row of several tables. Its prefix holds the table's name, and minted keys count over all tables, so
that at most one row answers to it: every table is told to change the row of that name, and one of them does.
"""

from stages.core.records import Let, Require, Return, Run, Step
from stages.environments.programs import NOW
from stages.environments.shapes import ApiShape, Tags, ToolShape
from stages.environments.sql import name, path, path_key, text


def program(shape: ApiShape, tool: ToolShape, tags: Tags) -> tuple[Step, ...]:
    """The steps of one tag tool."""
    wanted = text(tags.argument)
    there = Require(
        require=f"SELECT 1 FROM {_named(tags)} WHERE {name('_name')} = {wanted}",
        error=tool.missing,
        message=f"no resource {{{tags.argument}}}",
    )
    if tool.verb == "tags":
        shown = f"json_object({path_key(tags.shown or 'tags')}, json(coalesce({name('_tags')}, '{_empty(tags)}')))"
        return there, Return(return_=f"SELECT {shown} FROM {_named(tags)} WHERE {name('_name')} = {wanted}")
    changes = []
    for table, column in tags.rows.items():
        sets = [f"{name(tags.columns[table])} = {_new(tool, tags, name(tags.columns[table]))}"]
        sets += [f"{name(field.name)} = :now" for field in shape.entity(table).fields if field.clock == "write"]
        changes.append(Run(run=f"UPDATE {name(table)} SET {', '.join(sets)} WHERE {name(column)} = {wanted}"))
    return there, Let(let=NOW), *changes, Return(return_="SELECT '{}'")


def _named(tags: Tags) -> str:
    """All rows that a call could name, with what they are called and their entries."""
    parts = [
        f"SELECT {name(column)} AS {name('_name')}, {name(tags.columns[table])} AS {name('_tags')} FROM {name(table)}"
        for table, column in tags.rows.items()
    ]
    return f"({' UNION ALL '.join(parts)})"


def _empty(tags: Tags) -> str:
    return "{}" if tags.entry is None else "[]"


def _new(tool: ToolShape, tags: Tags, column: str) -> str:
    """The column after the write."""
    old, given = f"coalesce({column}, '{_empty(tags)}')", f":args->{path(tags.given or '')}"
    kept = f"NOT IN (SELECT value FROM json_each({given}))"
    if tags.entry is None:
        # `json_patch` would do for tag; but a merge over entries treats every key as a text, however it is written.
        if tool.verb == "untag":
            return f"(SELECT json_group_object(key, value) FROM json_each({old}) WHERE key {kept})"
        both = (
            f"SELECT 0 AS turn, key, value FROM json_each({old}) UNION ALL SELECT 1, key, value FROM json_each({given})"
        )
        return f"(SELECT json_group_object(key, value) FROM ({_latest(both, 'turn')}))"
    key, value = (f"value->>{path(part)}" for part in tags.entry)
    shown = f"json_object({path_key(tags.entry[0])}, key, {path_key(tags.entry[1])}, value)"
    rows = f"SELECT 0 AS turn, key AS place, {key} AS key, {value} AS value FROM json_each({old})"
    if tool.verb == "untag":
        return f"(SELECT json_group_array({shown} ORDER BY key) FROM ({_latest(rows, 'place')}) WHERE key {kept})"
    rows += f" UNION ALL SELECT 1, key, {key}, {value} FROM json_each({given})"
    return f"(SELECT json_group_array({shown} ORDER BY key) FROM ({_latest(rows, 'turn, place')}))"


def _latest(rows: str, order: str) -> str:
    """One entry a key: the one that comes last."""
    turns = ", ".join(f"{part} DESC" for part in order.split(", "))
    ranked = f"SELECT key, value, row_number() OVER (PARTITION BY key ORDER BY {turns}) AS rank FROM ({rows})"
    return f"SELECT key, value FROM ({ranked}) WHERE rank = 1"
