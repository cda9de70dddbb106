"""Columns as people see them: what they are called, what an argument takes, what an answer can hold."""

from collections.abc import Mapping

from pydantic import JsonValue

from stages.core.records import Column, Table, Tool
from stages.core.rollouts.moments import told
from stages.trajectories.words import machine_words, words


def schema(tool: Tool, argument: str) -> dict[str, JsonValue]:
    properties = tool.parameters.get("properties")
    found = properties.get(argument) if isinstance(properties, dict) else None
    return found if isinstance(found, dict) else {}


def spoken_field(column: Column) -> str:
    """What a person calls a column: its words; a lone adjective of time (`due`) becomes a date."""
    name = words(column.name)
    return f"{name} date" if column.kind == "time" and " " not in name and name in ("due", "start", "end") else name


def spoken_switch(column: Column) -> str | None:
    """What a person turns on or off; None where the name is a negation, of which nobody knows which way is off."""
    name = spoken_field(column)
    if {"disabled", "disable", "not", "no", "non", "exclude", "excluded"} & set(name.split()):
        return None
    return name.removeprefix("is ").removesuffix(" enabled") or None


def answered(column: Column, value: str) -> str:
    """How an answer says a value of a column: a time in words, a listed word without its capitals (`PENDING`)."""
    listed_word = column.kind == "enum" or column.one_of
    return value.lower() if listed_word and len(value) > 3 and value.isupper() else told(value)


def tellable(value: JsonValue) -> bool:
    """Whether an answer can hold the value as it is."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    return isinstance(value, int | float) or (0 < len(value) <= 60 and "\n" not in value and not machine_words(value))


def askable(table: Table, name: str | None, row: Mapping[str, JsonValue]) -> list[Column]:
    """The columns of a shown row that can be asked for and said; not `name`, which the question says."""
    kinds = ("text", "number", "time", "enum")
    asked = [c for c in table.columns if c.kind in kinds and c.name not in (name, table.key) and not c.clock]
    return [column for column in asked if tellable(row.get(column.name))]


def listed(tool: Tool, value: JsonValue) -> list[dict[str, JsonValue]]:
    """The rows that a list's result shows, in its order; none of any other result."""
    rows = value.get(tool.items or "") if isinstance(value, dict) else None
    shown = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return shown if isinstance(rows, list) and len(shown) == len(rows) else []
