"""Typed `Table` records -> STRICT DDL. Nobody, compiler or LLM, hands in DDL (PROGRAMS, "Schemas are records too").

Every identifier is checked and quoted, every default is a literal of its column's type, every reference is a foreign
key with ON DELETE CASCADE. No triggers, views, virtual tables, generated columns or indexes of one's own.
"""

import math
import re
from collections.abc import Iterable

from stages.core.records import Column, Scalar, Table

META = "_meta"
META_DDL = "CREATE TABLE _meta(now TEXT NOT NULL, next_id INTEGER NOT NULL CHECK(next_id >= 0)) STRICT"
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.$-]{0,63}")


class SchemaRefused(ValueError):
    """Tables that cannot be rendered. The message names the table and column."""


def quote(name: str) -> str:
    """A checked identifier in double quotes. Raises SchemaRefused for one we do not accept."""
    if not IDENTIFIER.fullmatch(name) or name.lower().startswith("sqlite_"):
        raise SchemaRefused(f"not an accepted identifier: {name[:80]!r}")
    return f'"{name}"'


def literal(value: Scalar) -> str:
    """A value as an SQL literal. Raises SchemaRefused for NaN, infinities and NUL characters."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        if "\0" in value:
            raise SchemaRefused("a default may not hold a NUL character")
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, float) and not math.isfinite(value):
        raise SchemaRefused(f"not a finite number: {value}")
    return repr(int(value)) if isinstance(value, int) else repr(value)


def render(tables: Iterable[Table]) -> tuple[str, ...]:
    """CREATE TABLE statements, `_meta` first. Raises SchemaRefused (unknown reference, duplicate name, no key)."""
    tables = tuple(tables)
    keys: dict[str, str] = {}
    for table in tables:
        if table.name.lower() in {name.lower() for name in (*keys, META)}:
            raise SchemaRefused(f"table {table.name}: the name is taken")
        found = [column.name for column in table.columns if column.kind == "key"]
        if len(found) != 1:
            raise SchemaRefused(f"table {table.name}: needs exactly one column of kind key, has {len(found)}")
        keys[table.name] = found[0]
    return (META_DDL, *(_table(table, keys) for table in tables))


def _table(table: Table, keys: dict[str, str]) -> str:
    names = [column.name.lower() for column in table.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SchemaRefused(f"table {table.name}: column {twice[0]} appears twice")
    if table.label is not None and table.label.lower() not in names:
        raise SchemaRefused(f"table {table.name}: label {table.label} is not a column")
    columns = ", ".join(_column(table, column, keys) for column in table.columns)
    return f"CREATE TABLE {quote(table.name)}({columns}) STRICT"


def _column(table: Table, column: Column, keys: dict[str, str]) -> str:
    name = quote(column.name)
    is_key = column.kind == "key"
    # INT, not INTEGER: `INTEGER PRIMARY KEY` would be the rowid itself and turn a NULL into a fresh number.
    parts = [name, "INT" if is_key and column.type == "INTEGER" else column.type]
    if is_key:
        parts.append("PRIMARY KEY")
    if is_key or column.required:
        parts.append("NOT NULL")
    if column.unique and not is_key:
        parts.append("UNIQUE")
    if column.default is not None:
        if isinstance(column.default, str) != (column.type == "TEXT"):
            raise SchemaRefused(f"table {table.name}: column {column.name}: the default is not {column.type}")
        parts.append(f"DEFAULT {literal(column.default)}")
    if column.kind == "boolean":
        parts.append(f"CHECK({name} IN (0, 1))")
    if column.kind == "json":
        parts.append(f"CHECK(json_valid({name}))")
    if column.one_of:
        parts.append(f"CHECK({name} IN ({', '.join(literal(value) for value in column.one_of)}))")
    if column.references is not None:
        if column.references not in keys:
            raise SchemaRefused(f"table {table.name}: column {column.name} references no table {column.references!r}")
        parts.append(f"REFERENCES {quote(column.references)}({quote(keys[column.references])}) ON DELETE CASCADE")
    return " ".join(parts)
