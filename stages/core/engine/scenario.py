"""A `Scenario` -> the bytes of a database, checked to the last cell; and back again.

Loading is strict: no coercion, no unknown column, every constraint and reference checked. What passes is what is
saved: `rows(load(s))` gives the same rows, by key.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

import apsw

from stages.core.engine.ddl import quote
from stages.core.errors import UserError
from stages.core.records import Column, Environment, Scalar, Scenario, Table

ROWS = 20_000
TYPES: dict[str, tuple[type, ...]] = {"TEXT": (str,), "INTEGER": (int,), "REAL": (float, int)}
NOW = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")


class ScenarioRefused(UserError):
    """A start state that does not fit the environment's schema; names the table, row and column."""


class Start(NamedTuple):
    """A loaded start state: the database's bytes and the keys it holds, table by table."""

    image: bytes
    keys: Mapping[str, frozenset[Scalar]]


def load(environment: Environment, ddl: tuple[str, ...], scenario: Scenario, value_limit: int) -> Start:
    """Build the database of a scenario. Raises ScenarioRefused.

    Args:
        ddl: CREATE TABLE statements of the environment, `_meta` first.
        value_limit: bytes one value may have.
    """
    where = f"scenario {scenario.id}"
    if scenario.environment != environment.id:
        raise ScenarioRefused(where, f"belongs to {scenario.environment}, not to {environment.id}")
    if not NOW.fullmatch(scenario.now):
        raise ScenarioRefused(f"{where}: now", f"not an RFC 3339 time in UTC: {scenario.now[:40]!r}")
    if not 0 <= scenario.next_id < 2**53:
        raise ScenarioRefused(f"{where}: next_id", f"not a usable counter: {scenario.next_id}")
    unknown = sorted(set(scenario.tables) - {table.name for table in environment.tables})
    if unknown:
        raise ScenarioRefused(f"{where}: {unknown[0]}", "no such table")
    if sum(map(len, scenario.tables.values())) > ROWS:
        raise ScenarioRefused(where, f"more than {ROWS} rows")
    connection = apsw.Connection(":memory:")
    try:
        connection.execute(";".join(ddl))
        connection.execute("BEGIN")
        connection.execute("INSERT INTO _meta VALUES (?, ?)", (scenario.now, scenario.next_id))
        keys = {}
        for table in environment.tables:
            rows = scenario.tables.get(table.name, ())
            for number, row in enumerate(rows):
                _insert(connection, table, row, f"{where}: {table.name}[{number}]", value_limit)
            keys[table.name] = frozenset(row[table.key] for row in rows)
        # References are checked at the end: a row may name one that comes later.
        for child, _, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            raise ScenarioRefused(f"{where}: {child}", f"a row refers to a {parent} that is not there")
        connection.execute("COMMIT")
        return Start(connection.serialize("main"), keys)
    finally:
        connection.close(True)


def _insert(connection: apsw.Connection, table: Table, row: Mapping[str, Scalar], where: str, value_limit: int) -> None:
    columns = {column.name: column for column in table.columns}
    for name, value in row.items():
        if name not in columns:
            raise ScenarioRefused(f"{where}.{name}", "no such column")
        _check(columns[name], value, f"{where}.{name}", value_limit)
    names = ", ".join(quote(name) for name in row)
    body = f"({names}) VALUES ({', '.join('?' * len(row))})" if row else "DEFAULT VALUES"
    try:
        connection.execute(f"INSERT INTO {quote(table.name)}{body}", tuple(row.values()))
    except apsw.ConstraintError as error:
        raise ScenarioRefused(where, str(error)) from None


def _check(column: Column, value: Scalar, where: str, value_limit: int) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, TYPES[column.type]):
        raise ScenarioRefused(where, f"expected {column.type}, got {type(value).__name__}")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ScenarioRefused(where, "does not fit in 64 bits")
    if isinstance(value, float) and value - value != 0:
        raise ScenarioRefused(where, "not a finite number")
    if isinstance(value, str):
        try:
            size = len(value.encode())
        except UnicodeEncodeError:
            raise ScenarioRefused(where, "holds half a surrogate pair") from None
        if size > value_limit or "\0" in value:
            raise ScenarioRefused(where, f"longer than {value_limit} bytes or holds a NUL character")


def select_rows(table: Table) -> str:
    """The query for a table's rows in order of key, columns in the table's order."""
    names = ", ".join(quote(column.name) for column in table.columns)
    return f"SELECT {names} FROM {quote(table.name)} ORDER BY {quote(table.key)}"
