"""Sessions: open a scenario, call tools, look at the state, fork, reset.

A call goes: tool by name, arguments by compiled schema, then the program's steps inside one savepoint. Whatever ends
a call early undoes all of it. Every call is kept in the log; rewards and proofs read the log, never text.

All calls stand in an outer savepoint that is never released while it serves: to reset is to roll back to it, so SQLite
keeps its schema and every prepared statement. Where SQLite itself rolls back past it (an interrupted write, OR ROLLBACK;
a full database may), the calls since then are run again and must give what they gave.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import apsw
from pydantic_core import PydanticSerializationError, from_json, to_json

from stages.core.engine import guard as guards
from stages.core.engine import values
from stages.core.engine.ddl import META, SchemaRefused, render
from stages.core.engine.digest import goal_digest, replay_digest
from stages.core.engine.faults import EXHAUSTED, Broken, Exhausted, StateLost
from stages.core.engine.guard import CALL, LIMITS, START, Budget, Guard, Limits
from stages.core.engine.messages import cut, fill, refusal, texts
from stages.core.engine.program import LET, NAME, REQUIRE, RUN, Program, compile_tool
from stages.core.engine.scenario import Start, load, select_rows
from stages.core.records import Environment, Scalar, Scenario

QUERY_ROWS = 10_000
BEGIN, END, UNDO = f"SAVEPOINT {CALL}", f"RELEASE {CALL}", f"ROLLBACK TO {CALL}; RELEASE {CALL}"
OPEN, COMMIT, BACK = f"SAVEPOINT {START}", f"RELEASE {START}", f"ROLLBACK TO {START}"


class Result(NamedTuple):
    """What a call gave: `value` (JSON as Python objects) when `ok`, else an `error` code and a `message`."""

    ok: bool
    value: Any = None
    error: str | None = None
    message: str | None = None


class Entry(NamedTuple):
    """One line of a session's log."""

    tool: str
    arguments: dict[str, Any]
    result: Result


class Runtime:
    """An environment ready to run: its DDL rendered, its programs compiled at first use. Shared by its sessions.

    Raises SchemaRefused when the tables or a tool's name cannot be accepted.
    """

    def __init__(self, environment: Environment, limits: Limits = LIMITS) -> None:
        self.environment = environment
        self.limits = limits
        self.ddl = render(environment.tables)
        self.tools = {tool.name: tool for tool in environment.tools}
        for tool in environment.tools:
            if not NAME.fullmatch(tool.name):
                raise SchemaRefused(f"not an accepted tool name: {tool.name[:80]!r}")
        if len(self.tools) != len(environment.tools):
            raise SchemaRefused("two tools have one name")
        self.rows = {table.name: select_rows(table) for table in environment.tables}
        self._programs: dict[str, Program] = {}
        self._guard = Guard(self.rows)
        self._bench = guards.connect(self._guard, Budget(limits))
        self._guard.lifted = True
        self._bench.execute(";".join(self.ddl))
        self._guard.lifted = False

    def program(self, tool: str) -> Program | None:
        """The compiled tool; None if there is no tool of that name."""
        program = self._programs.get(tool)
        if program is None and tool in self.tools:
            program = compile_tool(self.tools[tool], self._bench, self._guard)
            self._programs[tool] = program
        return program

    def refusals(self) -> dict[str, str]:
        """Tools whose programs break format 1, with the reason. Empty for an environment that is fit for use."""
        programs = {name: self.program(name) for name in self.tools}
        return {name: found.refusal for name, found in programs.items() if found and found.refusal}

    def open(self, scenario: Scenario) -> "Session":
        """A fresh session on a start state. Raises ScenarioRefused."""
        start = load(self.environment, self.ddl, scenario, self.limits.value)
        return Session(self, scenario, start, start.image, ())


class Session:
    """One running state. Not shared between threads; sessions never see each other. Made by `Runtime.open`."""

    def __init__(
        self, runtime: Runtime, scenario: Scenario, start: Start, image: bytes, journal: Sequence[tuple]
    ) -> None:
        self.runtime = runtime
        self.scenario = scenario
        self._start = start
        self._guard = Guard(runtime.rows)
        self._budget = Budget(runtime.limits)
        self._connection = guards.connect(self._guard, self._budget)
        self._cursor = self._connection.cursor()
        self._programs = runtime._programs
        self._journal = list(journal)
        self.writes = 0  # that succeeded, a fork's before it too: while this number stands, so does the state
        self._base(image)

    def call(self, tool: str, arguments: dict[str, Any]) -> Result:
        """Run one tool. Never raises for what a caller or a program may get wrong; the state moves only if `ok`.

        Errors: the program's own (`NOT_FOUND`, ...), UNKNOWN_TOOL, INVALID_ARGUMENT (schema), RESOURCE_EXHAUSTED
        (a limit), INTERNAL (the program is at fault; the message says how).
        """
        program = self._programs.get(tool) if isinstance(tool, str) else None
        if program is None:
            program = self.runtime.program(tool) if isinstance(tool, str) else None
            if program is None:
                return self._note(tool, arguments, Result(False, None, "UNKNOWN_TOOL", f"no tool named {cut(tool)}"))
        if program.refusal is not None:
            return self._note(tool, arguments, Result(False, None, "INTERNAL", program.refusal))
        try:
            if not program.validator.is_valid(arguments):
                why = refusal(program.validator, arguments)
                return self._note(tool, arguments, Result(False, None, "INVALID_ARGUMENT", why))
            text = to_json(arguments, inf_nan_mode="null").decode()
            # The encoder is lenient (bytes, NaN, numbers as keys): what is not JSON does not come back as it went.
            if program.lenient and from_json(text) != arguments:
                return self._note(tool, arguments, Result(False, None, "INVALID_ARGUMENT", "arguments are not JSON"))
        except (ValueError, RecursionError, PydanticSerializationError) as error:  # not JSON, or nested too deeply
            return self._note(tool, arguments, Result(False, None, "INVALID_ARGUMENT", cut(error)))
        if "\\u0000" in text and "\0" in texts(arguments):
            return self._note(tool, arguments, Result(False, None, "INVALID_ARGUMENT", "a NUL character"))
        try:
            returned = self._run(program, arguments, text)
            if isinstance(returned, str):
                result = Result(True, values.read(returned))
                if program.writes:
                    self._cursor.execute(END)
                    self._since.append((program, text, returned))
                    self.writes += 1
                # Texts, not objects: nobody can change the log through a value handed out.
                self._journal.append((tool, text, returned, None))
                return result
            result = returned
        except (*EXHAUSTED, Exhausted) as error:
            result = Result(False, None, "RESOURCE_EXHAUSTED", cut(error) or type(error).__name__)
        except (apsw.Error, Broken, ValueError) as error:
            denied, self._guard.denied = self._guard.denied, None
            result = Result(False, None, "INTERNAL", f"not authorized: {denied}" if denied else cut(error))
        # A failing rollback is a fault of ours and is raised.
        if not self._connection.in_transaction:
            self._again()
        elif program.writes:
            self._cursor.execute(UNDO)
        self._journal.append((tool, text, None, result))
        return result

    def _base(self, image: bytes) -> None:
        """Stand on `image`: what a reset goes back to as long as it is the start's own, and what `_again` begins from."""
        guards.restore(self._connection, self._guard, image, self.runtime.limits)
        self._cursor.execute(OPEN)
        self._at_start = image is self._start.image
        self._since: list[tuple[Program, str, str]] = []

    def _again(self) -> None:
        """Run the writing calls since the base once more. Raises StateLost if one gives anything else than before."""
        self._cursor.execute(OPEN)
        for program, text, returned in self._since:
            try:
                with self._budget.without():
                    same = self._run(program, from_json(text), text) == returned
            except (*EXHAUSTED, Exhausted, Broken, apsw.Error) as error:
                raise StateLost(f"a call could not be run again: {cut(text)}") from error
            if not same:
                raise StateLost(f"a call that was run again gave something else: {cut(text)}")
            self._cursor.execute(END)

    def _run(self, program: Program, arguments: dict[str, Any], text: str) -> str | Result:
        """The steps. Returns the JSON text, or the Result of a failed require; raises what `call` sorts."""
        execute = self._cursor.execute
        bindings: dict[str, Any] = {"args": text}
        self._budget.strides = 0
        if program.writes:
            execute(BEGIN)
        changed = self._connection.total_changes() if program.writes else 0
        for kind, sql, names, error, message, _ in program.steps:
            if kind == RUN:
                execute(sql, bindings)
                if self._connection.total_changes() - changed > self.runtime.limits.rows:
                    raise Exhausted(f"more than {self.runtime.limits.rows} rows changed")
                continue
            row = execute(sql, bindings).fetchone()
            if kind == REQUIRE:
                if row is None:
                    return Result(False, None, error, fill(message, arguments))
            elif row is None or self._cursor.fetchone() is not None:
                raise Broken(f"{'let' if kind == LET else 'return'} gave {'no row' if row is None else 'several rows'}")
            elif kind == LET:
                bindings.update(zip(names, row, strict=True))
            else:
                value = row[0]
                if not isinstance(value, str):
                    raise Broken(f"return gave {type(value).__name__}, not JSON text")
                # ASCII text needs no second copy to know its size.
                if (len(value) if value.isascii() else len(value.encode())) > self.runtime.limits.result:
                    raise Exhausted(f"the result is longer than {self.runtime.limits.result} bytes")
                return value
        raise Broken("no return")

    def _note(self, tool: Any, arguments: Any, result: Result) -> Result:
        try:
            text = to_json(arguments, inf_nan_mode="null").decode()
        except (ValueError, RecursionError, PydanticSerializationError):
            text = '"not JSON"'
        self._journal.append((tool, text, None, result))
        return result

    @property
    def log(self) -> list[Entry]:
        """Every call since the start or the last reset, in order, refused ones included. A copy each time."""
        return [
            Entry(tool, from_json(text), failed or Result(True, from_json(value)))
            for tool, text, value, failed in self._journal
        ]

    def state(self) -> dict[str, list[dict[str, Scalar]]]:
        """The environment's tables (without `_meta`), rows by key, values as stored."""
        found: dict[str, list[dict[str, Scalar]]] = {}
        for table in self.runtime.environment.tables:
            names = [column.name for column in table.columns]
            with self._budget.without():
                rows = self._cursor.execute(self.runtime.rows[table.name]).fetchall()
            found[table.name] = [dict(zip(names, row, strict=True)) for row in rows]
        return found

    def meta(self) -> tuple[str, int]:
        """`_meta`: the time now (RFC 3339 UTC) and the next id."""
        ((now, next_id),) = self._cursor.execute(f"SELECT now, next_id FROM {META}").fetchall()
        return str(now), int(next_id)  # type: ignore[arg-type]

    def save(self) -> Scenario:
        """The state as a scenario; `runtime.open(session.save())` goes on where this session stands."""
        now, next_id = self.meta()
        tables = {name: tuple(rows) for name, rows in self.state().items()}
        return self.scenario.model_copy(update={"now": now, "next_id": next_id, "tables": tables})

    def digest(self) -> str:
        """Replay digest: the whole state, exact."""
        return replay_digest(self.state(), *self.meta())

    def goal_digest(self) -> str:
        """Goal digest: what the state means (see `digest.goal_digest`), relative to the scenario's keys."""
        return goal_digest(self.runtime.environment, self.state(), self._start.keys)

    def fork(self) -> "Session":
        """An independent session in the same state with the same log; `reset` takes it to the same start."""
        if self._since:
            # SQLite copies what is committed. From here on this state is the base, no longer the start.
            self._cursor.execute(COMMIT)
            self._cursor.execute(OPEN)
            self._since.clear()
            self._at_start = False
        image = self._start.image if self._at_start else guards.image(self._connection, self._guard)
        twin = Session(self.runtime, self.scenario, self._start, image, self._journal)
        twin.writes = self.writes
        return twin

    def reset(self) -> None:
        """Back to the scenario, with an empty log. Raises apsw.Error if that fails: a broken session never goes on."""
        # A statement left open by a failed call would keep the database locked.
        self._cursor.close(True)
        self._cursor = self._connection.cursor()
        if self._at_start:
            self._cursor.execute(BACK)
            self._since.clear()
        else:
            self._base(self._start.image)
        self.writes += 1
        self._journal.clear()

    def query(self, sql: str, bindings: Mapping[str, Scalar] | Sequence[Scalar] = ()) -> list[tuple]:
        """Read the state with one SELECT, for proofs; not logged. Raises apsw.Error (a write is not authorized)."""
        self._budget.strides = 0
        self._guard.writable = frozenset()
        try:
            # Not from the cache: a cached statement is not asked about again.
            cursor = self._connection.cursor()
            rows = cursor.execute(sql, bindings, can_cache=False)
            return [row for row, _ in zip(rows, range(QUERY_ROWS), strict=False)]
        finally:
            cursor.close(True)
            self._guard.writable, self._guard.denied = self._guard.all, None

    def close(self) -> None:
        """Free the database now rather than when the session is collected."""
        self._connection.close(True)
