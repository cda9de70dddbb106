"""What is known and what is to be reached: the keys and values that results have shown, and what a goal changes and asks.

An `Item` is one thing known, comparable and hashable:

- `("key", table, key)`: a row's key;
- `("value", table, key, column, value)`: one value of one row, as the API shows it;
- `("rows", table, scope, keys)`: which rows a whole list holds, under the parents that it was asked for;
- `("page", tool, token)`: where a cut list goes on;
- `("tool", name)`: that a tool has answered.

Nothing is inferred: a list is known when one result shows all of it, not when two results could be added up.
"""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from pydantic import JsonValue

from stages.core.engine import Session
from stages.core.engine.digest import LEFT_OUT
from stages.core.records import Column, Dialogue, Environment, Scalar, Tool, Turn, canonical
from stages.trajectories.draft import keys

Key = tuple[str, str]
"""Table and key of a row."""
Item = tuple[str, ...]
Known = frozenset[Item]
Sight = dict[Item, JsonValue]
"""Items known, each with the plain value that it stands for."""
Row = Mapping[str, Scalar]
State = Mapping[str, Mapping[str, Row]]
"""Table -> key -> row, as stored."""


def text(value: JsonValue) -> str:
    """A value as part of an item. Strings stay readable; anything else is marked, so that 1 is not "1"."""
    return value if isinstance(value, str) else f"\0{canonical(value)}"


def key(table: str, value: JsonValue) -> Item:
    """The item of a row's key."""
    return ("key", table, str(value))


def scope(tool: Tool, arguments: Mapping[str, JsonValue]) -> str:
    """The parents that a list was asked for, as one text."""
    return canonical({table: arguments[name] for name, table in sorted(tool.parents.items()) if name in arguments})


def rows_of(tool: Tool, value: JsonValue) -> list[dict[str, JsonValue]]:
    """The rows of the tool's own table that a result holds."""
    found = value.get(tool.items) if isinstance(value, dict) and tool.items is not None else [value]
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def page(tool: Tool, value: JsonValue) -> str | None:
    """The token of the next page, where a list was cut."""
    if tool.page_token is None or not isinstance(value, dict):
        return None
    found = (value[name] for name in value if name != tool.items and "token" in name.lower())
    return next((token for token in found if isinstance(token, str) and token), None)


def shown(environment: Environment, tool: Tool, arguments: Mapping[str, JsonValue], value: JsonValue) -> Sight:
    """What the value of a successful call shows: each item with the plain value that it stands for."""
    found: Sight = {("tool", tool.name): None}
    for _, table, one in keys(tool.returns, value):
        found[key(table, one)] = one
    column = environment.table(tool.table).key
    listed: list[str] = []
    for row in rows_of(tool, value):
        own = row.get(column)
        listed.append(own if isinstance(own, str) else canonical(row))
        if isinstance(own, str):
            found[key(tool.table, own)] = own
            found |= {("value", tool.table, own, name, text(one)): one for name, one in row.items()}
    token = page(tool, value)
    if token is not None:
        found["page", tool.name, token] = token
    elif tool.items is not None and set(arguments) <= {*tool.parents, tool.page_size}:
        found["rows", tool.table, scope(tool, arguments), canonical(sorted(listed))] = None
    return found


def asked(environment: Environment, turn: Turn) -> tuple[Known, ...]:
    """What must have been shown before the turn can be answered: of each set one item.

    Read off the reference: the last of its results that shows a value says which row and column, or which list, the
    value belongs to. A value that the reference itself never shows gives an empty set, which nothing can meet.
    """
    looks: list[Sight] = []
    for call, outcome in zip(turn.calls, turn.outcomes, strict=True):
        tool = environment.tool(call.tool)
        if outcome.error is None and not tool.writes and (not turn.goal.reads or tool.name in turn.goal.reads):
            looks.append(shown(environment, tool, call.arguments, outcome.value))
    groups: list[Known] = [frozenset(("tool", name) for name in turn.goal.reads)] if turn.goal.reads else []
    for told in turn.goal.says:
        found = [group for items in reversed(looks) if (group := _places(items, told, turn.goal.says))]
        groups += found[0] if found else [frozenset()]
    return tuple(dict.fromkeys(groups))


def _places(items: Mapping[Item, JsonValue], told: str, says: tuple[str, ...]) -> list[Known]:
    """The sets of items of one result that stand for a value which is told; none where it does not show the value."""
    whole = next((item for item in items if item[0] == "rows"), None)
    listed = {item[2] for item in items if item[0] == "value"}
    places = frozenset(item for item, value in items.items() if item[0] == "value" and str(value) == told)
    if whole is None:
        return [places] if places else []
    if says == (str(len(listed)),) and told == says[0]:
        return [frozenset({whole})]
    # All rows told: the list must be known to be whole. One value of a row among others: that value alone.
    return [places, *([frozenset({whole})] if len(says) == len(listed) else [])] if places else []


class Change(NamedTuple):
    """A row that the goal adds (`before` None), removes (`after` None) or changes, and the columns that differ."""

    table: str
    key: str
    before: Row | None
    after: Row | None
    columns: frozenset[str]


def changes(environment: Environment, before: State, after: State) -> list[Change]:
    """What differs between two states, without times, etags and positions, which goals do not look at."""
    found: list[Change] = []
    for table in environment.tables:
        old, new = before[table.name], after[table.name]
        if old == new:
            continue
        kept = [c.name for c in table.columns if c.kind not in LEFT_OUT and not (c.kind == "time" and c.clock)]
        for one in [*old, *(k for k in new if k not in old)]:
            was, now = old.get(one), new.get(one)
            differ = frozenset(c for c in kept if was is None or now is None or was[c] != now[c])
            if differ:
                found.append(Change(table.name, one, was, now, differ))
    return found


def alike(environment: Environment, one: State, other: State) -> bool | None:
    """Whether two states mean the same, where that can be seen without a goal digest, which costs far more; else None."""
    differing = changes(environment, one, other)
    if not differing:
        return True
    # What a digest takes as it is written: not keys, which may be new, nor what can be written in several ways.
    plain = {
        table.name: [c.name for c in table.columns if c.kind in ("text", "number", "boolean", "enum")]
        for table in environment.tables
    }
    old, new = (
        Counter((c.table, *(row[name] for name in plain[c.table])) for c, row in side if row is not None)
        for side in ([(c, c.before) for c in differing], [(c, c.after) for c in differing])
    )
    return None if old == new else False


def states(value: JsonValue, stored: Scalar, column: Column) -> bool:
    """Whether an argument's value is what a column holds, however either is written."""
    if isinstance(value, bool) or column.kind == "boolean":
        return isinstance(value, bool) and stored == int(value)
    if column.kind == "json":
        return (isinstance(stored, str) and json.loads(stored) == value) or (value is None and stored is None)
    if column.kind == "time" and isinstance(value, str) and isinstance(stored, str):
        return value == stored or (_moment(value) is not None and _moment(value) == _moment(stored))
    if isinstance(value, int | float) and isinstance(stored, int | float):
        return value == stored
    return (value is None and stored is None) or (isinstance(value, str | int | float) and str(value) == str(stored))


def _moment(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def rows(session: Session) -> State:
    """The session's rows by table and key."""
    state = session.state()
    return {t.name: {str(row[t.key]): row for row in state[t.name]} for t in session.runtime.environment.tables}


def stated(dialogue: Dialogue, number: int) -> tuple[list[JsonValue], str]:
    """Argument values that the user has stated up to a turn, and all that was said, in lower case."""
    said = [
        turn.calls[span.call].arguments[span.argument]
        for turn in dialogue.turns
        for span in turn.spans
        if span.origin == "user" and span.turn is not None and span.turn <= number
    ]
    return said, "\n".join(turn.user for turn in dialogue.turns[: number + 1]).lower()
