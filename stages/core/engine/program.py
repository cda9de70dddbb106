"""A tool's program (PROGRAMS, format 1), vetted once and flattened for quick running.

Vetting prepares each step under the authorizer without running it: one statement a step, `let` reads or updates
`_meta`, `require` and `return` only read, `run` writes the environment's own tables, every `:name` is `:args` or a
column of an earlier `let`. A program that fails keeps its tool, whose calls then end in INTERNAL with the reason: one
bad tool does not take the others away.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import apsw
import jsonschema_rs

from stages.core.engine.ddl import META
from stages.core.engine.guard import Guard
from stages.core.records import Let, Require, Run, Step, Tool

LET, REQUIRE, RUN, RETURN = range(4)
SCALARS = frozenset({"string", "integer", "number", "boolean", "null"})
NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
FIRST = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,79}")


class Flat(NamedTuple):
    """One step ready to run. `names` are a let's columns; `error` and `message` a require's."""

    kind: int
    sql: str
    names: tuple[str, ...] = ()
    error: str = ""
    message: str = ""
    writes: bool = False


class Program(NamedTuple):
    """A compiled tool. `refusal` is None or why it cannot run; `writes` says whether a savepoint is needed.

    `lenient`: the schema admits values of any type, so whether they are JSON at all is checked apart.
    """

    validator: Any
    steps: tuple[Flat, ...]
    writes: bool
    lenient: bool
    refusal: str | None


class ProgramRefused(ValueError):
    """A program that breaks format 1. The message names the step and the rule."""


def compile_tool(tool: Tool, connection: apsw.Connection, guard: Guard) -> Program:
    """Compile the argument schema and vet the steps on a guarded connection that has the environment's tables."""
    try:
        validator = compile_schema(tool.parameters)
        steps = tuple(_flatten(tool.program, connection, guard))
    except ProgramRefused as refusal:
        return Program(None, (), False, True, str(refusal))
    return Program(validator, steps, any(step.writes for step in steps), _lenient(tool.parameters), None)


def compile_schema(schema: dict) -> Any:
    """A validator with formats asserted that never fetches a reference. Raises ProgramRefused."""
    try:
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, retriever=_refuse_reference)
    except ValueError as error:
        raise ProgramRefused(f"parameters: {_short(str(error))}") from None


def _lenient(schema: dict) -> bool:
    if schema.get("additionalProperties") is not False or schema.get("patternProperties"):
        return True
    for field in (schema.get("properties") or {}).values():
        types = field.get("type") if isinstance(field, dict) else None
        if not types or not SCALARS.issuperset([types] if isinstance(types, str) else types):
            return True
    return False


def _refuse_reference(uri: str) -> None:
    raise ValueError(f"a schema may not refer to {uri[:80]}")


def _flatten(program: Iterable[Step], connection: apsw.Connection, guard: Guard) -> Iterable[Flat]:
    program = tuple(program)
    if not program:
        raise ProgramRefused("the program is empty")
    known = {"args"}
    for number, step in enumerate(program):
        where = f"step {number}"
        last = number == len(program) - 1
        if isinstance(step, Let):
            names, writes = _vet(step.let, known, guard.all & {META}, connection, guard, where)
            if not names or "args" in names or not all(name.isidentifier() for name in names):
                raise ProgramRefused(f"{where}: let needs columns with plain names other than args, has {names}")
            known.update(names)
            flat = Flat(LET, step.let, names, writes=writes)
        elif isinstance(step, Require):
            _vet(step.require, known, frozenset(), connection, guard, where)
            if not CODE.fullmatch(step.error):
                raise ProgramRefused(f"{where}: not an error code: {step.error[:80]!r}")
            flat = Flat(REQUIRE, step.require, (), step.error, step.message)
        elif isinstance(step, Run):
            names, writes = _vet(step.run, known, guard.all - {META}, connection, guard, where)
            if names or not writes:
                raise ProgramRefused(f"{where}: run is one INSERT, UPDATE or DELETE without RETURNING")
            flat = Flat(RUN, step.run, writes=True)
        else:
            if len(_vet(step.return_, known, frozenset(), connection, guard, where)[0]) != 1:
                raise ProgramRefused(f"{where}: return needs one column")
            flat = Flat(RETURN, step.return_)
        if (flat.kind == RETURN) != last:
            raise ProgramRefused(f"{where}: return must be the last step, and only the last")
        yield flat


def _vet(
    sql: str,
    known: set[str],
    writable: frozenset[str],
    connection: apsw.Connection,
    guard: Guard,
    where: str,
) -> tuple[tuple[str, ...], bool]:
    """Prepare one statement, never run it. Returns its column names and whether it writes; raises ProgramRefused."""
    if not _bare(sql):
        raise ProgramRefused(f"{where}: no statement")
    seen: dict[str, Any] = {}

    def stop(cursor: apsw.Cursor, text: str, bindings: object) -> bool:
        seen.update(
            text=text,
            columns=tuple(column[0] for column in cursor.get_description()),
            bindings=cursor.bindings_names,
            reads=cursor.is_readonly,
            explains=cursor.is_explain,
        )
        return False

    cursor = connection.cursor()
    cursor.exec_trace = stop
    guard.writable, guard.denied = writable, None
    try:
        cursor.execute(sql, dict.fromkeys(known), can_cache=False)
    except apsw.ExecTraceAbort:
        pass  # `stop` saw the statement and kept it from running
    except KeyError as error:
        raise ProgramRefused(f"{where}: no such name: {error.args[0]}") from None
    except (apsw.Error, ValueError) as error:  # apsw refuses a NUL character or half a surrogate pair by a ValueError
        reason = f"not authorized: {guard.denied}" if guard.denied else _short(str(error))
        raise ProgramRefused(f"{where}: {reason}") from None
    finally:
        guard.writable = guard.all
        cursor.close(True)
    # VACUUM asks the authorizer only while it runs, so the kind of statement is checked by its first word too.
    if not FIRST.match(sql) or seen["explains"]:
        raise ProgramRefused(f"{where}: not a SELECT, INSERT, UPDATE or DELETE")
    if _bare(seen["text"]) != _bare(sql):
        raise ProgramRefused(f"{where}: one statement only")
    missing = sorted({str(name) for name in seen["bindings"]} - known)
    if missing:
        raise ProgramRefused(f"{where}: no such name: {missing[0]}")
    return seen["columns"], not seen["reads"]


def _bare(sql: str) -> str:
    return sql.strip().rstrip("; \t\r\n")


def _short(text: str) -> str:
    return text if len(text) <= 160 else text[:159] + "…"
