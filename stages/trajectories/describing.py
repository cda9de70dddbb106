"""Rows described instead of named: by a value, a switch, an extreme, or a word of the name.

A description is a phrase and the condition it states, so that its uniqueness is a query against the state, and it uses
only what the turn's own look-up shows, so that an assistant can find the row again.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from stages.core.records import Column, Environment, Scalar, Table
from stages.trajectories.asides import pick
from stages.trajectories.columns import spoken_field, tellable
from stages.trajectories.words import many, words
from stages.trajectories.world import Ref, World

_VALUE = (
    "whose {field} {is_} {value}",
    "with {value} as its {field}",
    "that has {value} as its {field}",
    "where the {field} {is_} {value}",
    "with the {field} {value}",
    "that has the {field} {value}",
)
_SWITCH = (
    "that has {field} turned {on}",
    "with {field} turned {on}",
    "where {field} is {on}",
)
_WORD = (
    "with {value} in its {field}",
    "that has {value} in its {field}",
    "whose {field} has {value} in it",
)
_COMMON = frozenset(
    ("with", "from", "that", "this", "have", "into", "over", "about", "your", "their", "then", "when", "what")
)


class Description(NamedTuple):
    """Words that follow the noun (`whose status is done`); `where` says the same in SQL."""

    words: str
    where: str
    bindings: dict[str, Scalar]
    kind: str


def mention_pattern(environment: Environment, ref: Ref) -> str:
    """A pattern of the ways in which `phrases.mention` names a row; the group `scope` holds the part on its parent."""
    return rf"{_own(environment, ref)}(?P<scope>{_scope(environment, ref)})"


def _own(environment: Environment, ref: Ref) -> str:
    noun, label = re.escape(environment.table(ref.table).noun), rf"[\"']?{re.escape(ref.label)}[\"']?"
    return rf"(?:the|my|our) (?:{noun} called {label}|{noun} {label}|{label} {noun})(?![\w])"


def _scope(environment: Environment, ref: Ref) -> str:
    if ref.scope is None:
        return ""
    return rf" (?:in|from|of) {_own(environment, ref.scope)}{_scope(environment, ref.scope)}"


def descriptions(
    world: World, table: Table, ref: Ref, shown: Sequence[Mapping[str, Any]], held: bool, rng: Random
) -> Iterator[Description]:
    """Descriptions of a row that fit no other row of its parent, in random order.

    Args:
        world: the state in which the row is described.
        table: the row's.
        ref: the row.
        shown: the rows that the turn's look-up shows, this one among them.
        held: draw the wordings of dev and test.
        rng: draws everything.
    """
    name = world.name_column(table)
    row = next((one for one in shown if str(one.get(table.key)) == ref.key), None)
    if row is None or len(shown) < 2 or name is None:
        return
    found = [_word(world.column(table.name, name), row, shown, held, rng)]
    for column in table.columns:
        if column.name == name or column.clock or column.kind in ("key", "parent", "etag", "position", "json"):
            continue
        stored = (world.row(ref) or {}).get(column.name)
        found += [_valued(column, row, stored, held, rng), _extreme(column, row, shown, rng)]
    rng.shuffle(found)
    yield from (one for one in found if one is not None and only(world, table, ref, one))


def only(world: World, table: Table, ref: Ref, description: Description) -> bool:
    """Whether the row alone meets the description among the rows of its parent, by a query against the state."""
    link = world.parent_column(table)
    inside, bindings = "1", dict(description.bindings)
    if link is not None and ref.scope is not None:
        inside, bindings["_scope"] = f'"{link.name}" = :_scope', ref.scope.key
    where = description.where.replace("{inside}", inside).replace("{table}", f'"{table.name}"')
    keys = world.session.query(f'SELECT "{table.key}" FROM "{table.name}" WHERE {inside} AND ({where})', bindings)
    return [str(key) for (key,) in keys] == [ref.key]


def _valued(column: Column, row: Mapping[str, Any], stored: Scalar, held: bool, rng: Random) -> Description | None:
    value, field = row.get(column.name), spoken_field(column)
    if isinstance(value, bool):
        text = pick(_SWITCH, held, rng).format(field=field, on="on" if value else "off")
        return Description(text, f'"{column.name}" IS :value', {"value": stored}, "switch")
    if value is None or not tellable(value) or column.kind not in ("text", "number", "enum", "time"):
        return None
    plain = isinstance(value, int | float) or column.kind in ("enum", "time")
    told = str(value) if plain else f'"{value}"'
    text = pick(_VALUE, held, rng).format(field=field, value=told, is_="are" if many(field) else "is")
    return Description(text, f'"{column.name}" = :value', {"value": stored}, "value")


def _extreme(
    column: Column, row: Mapping[str, Any], shown: Sequence[Mapping[str, Any]], rng: Random
) -> Description | None:
    """`with the latest due date`: every shown row has the value, so that they can be compared."""
    values: list[Any] = [one.get(column.name) for one in shown]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    times = column.kind == "time" and all(isinstance(value, str) for value in values)
    if not (numbers or times):
        return None
    own = row[column.name]
    highest, lowest = own == max(values), own == min(values)
    if highest == lowest:
        return None
    ways = (("latest", "last"), ("earliest", "first")) if times else (("highest", "largest"), ("lowest", "smallest"))
    which, best = (ways[0], "max") if highest else (ways[1], "min")
    text = f"with the {rng.choice(which)} {spoken_field(column)}"
    where = f'"{column.name}" = (SELECT {best}("{column.name}") FROM {{table}} WHERE {{inside}})'
    return Description(text, where, {}, "extreme")


def _word(
    column: Column, row: Mapping[str, Any], shown: Sequence[Mapping[str, Any]], held: bool, rng: Random
) -> Description | None:
    """A word of the name that no other shown name holds, as one remembers half of it."""
    label = str(row.get(column.name, ""))
    others = [str(one.get(column.name, "")).casefold() for one in shown if one is not row]
    parts = [w for w in re.findall(r"[^\W\d_]{4,}", label) if w.casefold() not in _COMMON and w.isascii()]
    parts = [w for w in dict.fromkeys(parts) if not any(w.casefold() in other for other in others)]
    if not parts or len(words(label).split()) < 2:
        return None
    word = rng.choice(parts)
    field = spoken_field(column)
    text = pick(_WORD, held, rng).format(value=f'"{word}"', field="name" if field.endswith(" name") else field)
    return Description(text, f'instr(lower("{column.name}"), :word) > 0', {"word": word.lower()}, "word")
