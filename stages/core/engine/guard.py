"""What SQL may do: an authorizer over an allow-list, and limits on time, rows, sizes and depth.

The authorizer is asked when a statement is prepared; limits hold while it runs. `connect` is the only place where a
connection is made, so no session exists without them. Everything the clock or chance could change is out of reach:
`random()` is not on the list and the connection's file system has no clock, so `datetime('now')` is NULL.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import apsw

from stages.core.engine.ddl import META

_NAMES = """-> ->> abs avg ceil ceiling char coalesce concat concat_ws count cume_dist date datetime dense_rank exp
    first_value floor format glob group_concat hex if ifnull iif instr json json_array json_array_length
    json_error_position json_extract json_group_array json_group_object json_insert json_object json_patch json_pretty
    json_quote json_remove json_replace json_set json_type json_valid julianday lag last_value lead length like
    likelihood likely ln log log10 log2 lower ltrim max min mod nth_value ntile nullif octet_length percent_rank pow
    power printf quote rank replace round row_number rtrim sign sqrt strftime string_agg substr substring sum time
    timediff total trim trunc typeof unhex unicode unixepoch unlikely upper"""
FUNCTIONS = frozenset(_NAMES.split())
TABLE_FUNCTIONS = frozenset({"json_each", "json_tree"})
CLOCK = "finery-no-clock"
START, CALL = "finery_start", "finery_call"
"""Savepoints: around all that happens since the session's base state, and around one call."""
ENVELOPE = frozenset({(apsw.SQLITE_SAVEPOINT, START), (apsw.SQLITE_SAVEPOINT, CALL)})


class Limits(NamedTuple):
    """Bounds on one call. Reaching one ends the call with RESOURCE_EXHAUSTED and undoes it."""

    steps: int = 1_000_000
    """Virtual machine instructions; counted in strides of `stride`, so a statement shorter than that is free."""
    stride: int = 20_000
    seconds: float = 10.0
    """A last resort for instructions that are slow one by one; ordinary programs end a thousand times sooner."""
    rows: int = 10_000
    """Rows changed, cascades included."""
    result: int = 65_536
    """Bytes of the returned JSON."""
    value: int = 262_144
    """Bytes of one text, blob, row or binding, the arguments' JSON included."""
    pages: int = 4_096
    """4 KiB pages of state."""


LIMITS = Limits()

_BOUNDS = {
    apsw.SQLITE_LIMIT_ATTACHED: 0,
    apsw.SQLITE_LIMIT_COLUMN: 256,
    apsw.SQLITE_LIMIT_COMPOUND_SELECT: 64,
    apsw.SQLITE_LIMIT_EXPR_DEPTH: 200,
    apsw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 256,
    apsw.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    apsw.SQLITE_LIMIT_TRIGGER_DEPTH: 100,  # how deep a cascade may go
    apsw.SQLITE_LIMIT_VARIABLE_NUMBER: 64,
    apsw.SQLITE_LIMIT_VDBE_OP: 100_000,
    apsw.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_SWITCHES = {
    apsw.SQLITE_DBCONFIG_DEFENSIVE: 1,
    apsw.SQLITE_DBCONFIG_ENABLE_FKEY: 1,
    # One plan whatever is bound: steadier, and a LIMIT :size is not planned (and authorized) anew at each call.
    apsw.SQLITE_DBCONFIG_ENABLE_QPSG: 1,
    apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_VIEW: 0,
    apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA: 0,
    # A misspelt column in double quotes is an error, not a text.
    apsw.SQLITE_DBCONFIG_DQS_DDL: 0,
    apsw.SQLITE_DBCONFIG_DQS_DML: 0,
}


class _NoClock(apsw.VFS):
    """The default file system without the time of day: SQLite turns 'now' into NULL."""

    def __init__(self) -> None:
        super().__init__(CLOCK, base="")

    def xCurrentTime(self) -> float:
        return 0.0

    def xCurrentTimeInt64(self) -> int:
        return 0


_no_clock = _NoClock()  # SQLite keeps a pointer to it; it must live as long as the process


class Guard:
    """The authorizer: SELECT, INSERT, UPDATE, DELETE on `tables`; SELECT and UPDATE on `_meta`; listed functions.

    Attributes:
        lifted: let everything through; set only around our own serialize, deserialize and savepoints.
        writable: tables that may be written at the moment; narrowed while a step is vetted or a proof query runs.
        denied: what was last refused, in words.
    """

    __slots__ = ("all", "authorizer", "denied", "lifted", "readable", "writable")

    def __init__(self, tables: Iterable[str]) -> None:
        own = frozenset(tables)
        self.all = own | {META}
        self.readable = self.all | TABLE_FUNCTIONS
        self.writable = self.all
        self.lifted = False
        self.denied: str | None = None
        self.authorizer = self._remembering()

    def _remembering(self) -> Callable[..., int]:
        """`decide` with a memory for what ordinary running allows: a reset asks the same questions every time."""
        allowed: set[tuple[int, str | None, str | None, str | None]] = set()

        def ask(operation: int, one: str | None, two: str | None, database: str | None, trigger: str | None) -> int:
            if (operation, one, two, database) in allowed and self.writable is self.all:
                return 0
            answer = self.decide(operation, one, two, database)
            if answer == 0 and self.writable is self.all and not self.lifted:
                allowed.add((operation, one, two, database))
            return answer

        return ask

    def decide(self, operation: int, one: str | None, two: str | None, database: str | None) -> int:
        """One question at prepare time; the meaning of `one` and `two` depends on the operation (SQLite's codes)."""
        if operation == apsw.SQLITE_READ:
            # A row number is not state: saving and loading a scenario may change it.
            if one in self.readable and database in ("main", None) and two != "ROWID":
                return apsw.SQLITE_OK
            # `count(*)` over a WITH clause is asked as no column of a table by that name.
            if two == "" and one and not one.lower().startswith(("sqlite_", "pragma_", "dbstat")):
                return apsw.SQLITE_OK
        elif operation == apsw.SQLITE_FUNCTION:
            if two in FUNCTIONS:
                return apsw.SQLITE_OK
        elif operation in (apsw.SQLITE_SELECT, apsw.SQLITE_RECURSIVE):
            return apsw.SQLITE_OK
        elif operation == apsw.SQLITE_UPDATE:
            if one in self.writable and database == "main":
                return apsw.SQLITE_OK
        elif operation in (apsw.SQLITE_INSERT, apsw.SQLITE_DELETE):
            if one in self.writable and one != META and database == "main":
                return apsw.SQLITE_OK
        elif self.writable is self.all and (operation, two or one) in ENVELOPE:
            return apsw.SQLITE_OK  # the session's own; vetting and proof queries narrow `writable`
        if self.lifted:
            return apsw.SQLITE_OK
        name = apsw.mapping_authorizer_function.get(operation, operation)
        self.denied = " ".join(str(part) for part in (str(name).removeprefix("SQLITE_"), one, two) if part)
        return apsw.SQLITE_DENY


class Budget:
    """The progress handler: counts strides of instructions since `start` and stops the statement at the limit."""

    __slots__ = ("began", "lifted", "limits", "strides")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.strides = 0
        self.began = 0.0
        self.lifted = False

    @contextmanager
    def without(self) -> Iterator[None]:
        """Lets our own statements run as long as they take: looking at a state is no call's work."""
        self.lifted = True
        try:
            yield
        finally:
            self.lifted = False

    def __call__(self) -> bool:
        """True stops the statement. `strides` is set to 0 by whoever begins a call."""
        if self.lifted:
            return False
        if self.strides == 0:
            self.began = time.monotonic()
        self.strides += 1
        spent = self.strides * self.limits.stride
        return spent > self.limits.steps or time.monotonic() - self.began > self.limits.seconds


def connect(guard: Guard, budget: Budget) -> apsw.Connection:
    """A private in-memory database under guard. About 30 microseconds."""
    connection = apsw.Connection(":memory:", vfs=CLOCK, statementcachesize=1024)
    for switch, value in _SWITCHES.items():
        connection.config(switch, value)
    # The first use registers these virtual tables by a write to the schema, which the authorizer would refuse.
    connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')")
    for limit, value in _BOUNDS.items():
        connection.limit(limit, value)
    connection.limit(apsw.SQLITE_LIMIT_LENGTH, budget.limits.value)
    connection.set_progress_handler(budget, budget.limits.stride)
    connection.set_authorizer(guard.authorizer)
    return connection


def restore(connection: apsw.Connection, guard: Guard, image: bytes, limits: Limits) -> None:
    """Replace the connection's whole state by `image`. About 20 microseconds; open statements are prepared anew."""
    guard.lifted = True
    try:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.deserialize("main", image)
        connection.execute(f"PRAGMA max_page_count = {limits.pages}")
    finally:
        guard.lifted = False


def image(connection: apsw.Connection, guard: Guard) -> bytes:
    """The connection's whole state as bytes."""
    guard.lifted = True
    try:
        return connection.serialize("main")
    finally:
        guard.lifted = False
