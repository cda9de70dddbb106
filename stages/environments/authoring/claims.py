"""What a tool says of itself (its verb, its key, the columns it writes) held to what it did in a case.

The rest of Finery believes these words: dialogues are planned by them. So they are proved like everything else.
"""

import json
from typing import Any

from stages.core.engine.digest import State
from stages.core.records import Column, Environment, Scalar, Table, Tool, canonical
from stages.environments.accepts import accepts

Rows = dict[Scalar, dict[str, Scalar]]


def differs(
    environment: Environment, tool: Tool, arguments: dict[str, Any], value: Any, before: State, after: State
) -> str | None:
    """The first claim of its verb that one successful call belied; None where all of them held."""
    if tool.verb == "action":
        return None
    table = environment.table(tool.table)
    old, new = keyed(table, before), keyed(table, after)
    if tool.verb in ("list", "get") and tool.writes:
        return f"a {tool.verb} does not write"
    if tool.verb == "list":
        return _listed(tool, table, value, new)
    key = arguments.get(tool.key_parameter or "")
    added = [one for one in new if one not in old]
    if tool.verb == "create":
        if len(added) != 1 or any(new.get(one) != row for one, row in old.items()):
            return f"a create adds one row to {table.name}; {len(added)} were added, or others changed"
        key = added[0]
    elif tool.key_parameter is None:
        return f"a {tool.verb} needs `key_parameter`"
    elif isinstance(key, list | dict) or key not in old:
        return f"`key_parameter` is no key of {table.name}: {canonical(key)[:80]}"
    if tool.verb == "delete":
        return "the row is still there" if key in new else None
    if key not in new:
        return "the row is gone"
    for argument, column in tool.fields.items():
        if argument in arguments and not _stored(_column(table, column), arguments[argument], new[key][column]):
            return (
                f"`fields` says that {argument} is stored in {column}, which holds {canonical(new[key][column])[:80]}"
            )
    return _shown(tool, table, value, key)


def keyed(table: Table, state: State) -> Rows:
    """The table's rows by key."""
    return {row[table.key]: dict(row) for row in state.get(table.name, ())}


def _listed(tool: Tool, table: Table, value: Any, rows: Rows) -> str | None:
    if not tool.items:
        return "a list needs `items`, the property that holds the rows"
    shown = value.get(tool.items) if isinstance(value, dict) else None
    if not isinstance(shown, list) or not accepts(tool.returns, value):
        return f"{tool.items!r} is no list of rows that show the columns of {table.name} by their names and types"
    unknown = [row for row in shown if not isinstance(row, dict) or row.get(table.key) not in rows]
    return f"a row that is shown is not in {table.name}: {canonical(unknown[0])[:120]}" if unknown else None


def _shown(tool: Tool, table: Table, value: Any, key: Any) -> str | None:
    if not isinstance(value, dict) or value.get(table.key) != key:
        return f"the value does not show the row under its key, {table.key!r}"
    fits = accepts(tool.returns, value)
    return None if fits else f"the value does not show the columns of {table.name} by their names and types"


def _column(table: Table, name: str) -> Column:
    return next(column for column in table.columns if column.name == name)


def _stored(column: Column, given: Any, kept: Scalar) -> bool:
    """Whether a column holds what an argument gave: booleans as 0 and 1, JSON as text, defaults for null."""
    if given is None:
        return kept is None or kept == column.default
    if column.kind == "json":
        return isinstance(kept, str) and canonical(json.loads(kept)) == canonical(given)
    return kept == (int(given) if isinstance(given, bool) else given)
