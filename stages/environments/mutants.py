"""Bugs seeded into programs and schema, to see whether the gate's checks notice.

PROGRAMS names the kinds. Each mutant is the environment with one tool (or one column) spoiled by a small change of
SQL text, and the tools whose stories may show it. A change that leaves the text as it was makes no mutant.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from stages.core.records import Environment, Let, Require, Return, Run, Step, Tool
from stages.core.seeds import generator
from stages.environments.batches.bugs import wrong_batch
from stages.environments.copies.bugs import wrong_copy
from stages.environments.expressions import apart
from stages.environments.policies.bugs import wrong_part
from stages.environments.queries.bugs import wrong_query
from stages.environments.tags.bugs import wrong_tags
from stages.environments.undeletes.bugs import wrong_undelete

Program = tuple[Step, ...]
Kind = Callable[[Tool], Iterator[tuple[str, Program]]]
"""A way to spoil a tool: each place where it can, and the program that comes of it."""


COUPLED = re.compile(r'UPDATE "[^"]+" SET ("[^"]+") = iif\("[^"]+" = [^,]+, coalesce\(\1, :now\), NULL\) WHERE ')
"""The step by which a program keeps a time that follows another field's value."""


class Mutant(NamedTuple):
    """A spoiled environment. `tool` is the one that misbehaves; `place` says where, for the list of survivors."""

    kind: str
    tool: str
    place: str
    environment: Environment


class Seeds(NamedTuple):
    """The mutants of an environment, how many places each kind has, and those left out as equivalent, with the reason."""

    mutants: list[Mutant]
    places: dict[str, int]
    equivalent: list[str]


def seeded(environment: Environment, seed: int, each: int, more: Mapping[str, Kind] = MappingProxyType({})) -> Seeds:
    """At most `each` mutants of every kind, drawn by `seed`; all of a kind where there are fewer. `more`: further kinds."""
    found, places, equivalent = [], {}, []
    kinds = {**KINDS, **more}
    for kind in (*kinds, "cascade_off"):
        made = (
            list(_cascade_off(environment)) if kind == "cascade_off" else list(_spoiled(environment, kind, kinds[kind]))
        )
        same = [mutant for mutant in made if kind == "drop_where" and holds_anyway(environment, mutant)]
        equivalent += [f"{m.kind} {m.tool} {m.place}: the rule of a coupled field holds in every row" for m in same]
        made = [mutant for mutant in made if mutant not in same]
        if not made and kind in FAMILIES:
            continue
        places[kind] = len(made)
        found += made if len(made) <= each else generator(seed, environment.id, "mutants", kind).sample(made, each)
    return Seeds(found, places, equivalent)


def _spoiled(environment: Environment, kind: str, spoil: Kind) -> Iterator[Mutant]:
    for tool in environment.tools:
        for place, program in spoil(tool):
            if program != tool.program:
                yield Mutant(kind, tool.name, place, _with(environment, tool, program))


def holds_anyway(environment: Environment, mutant: Mutant) -> bool:
    """Whether the step that lost its WHERE puts a coupled time right: it finds all other rows right already."""
    step = environment.tool(mutant.tool).program[int(mutant.place.removeprefix("step "))]
    return isinstance(step, Run) and COUPLED.match(step.run) is not None


def _with(environment: Environment, tool: Tool, program: Program) -> Environment:
    spoiled = tool.model_copy(update={"program": program})
    return environment.model_copy(update={"tools": tuple(spoiled if t is tool else t for t in environment.tools)})


def each_step(tool: Tool, kind: type[Step], change: Callable[[str], Iterator[str]]) -> Iterator[tuple[str, Program]]:
    """Every program with one step of `kind` changed."""
    for index, step in enumerate(tool.program):
        if isinstance(step, kind):
            name = "return_" if isinstance(step, Return) else kind.__name__.lower()
            for text in change(getattr(step, name)):
                other = step.model_copy(update={name: text})
                yield f"step {index}", (*tool.program[:index], other, *tool.program[index + 1 :])


def _name(sql: str) -> str:
    """How a table or column is written: the compiler quotes all of its own, other authors need not."""
    return r'"[^"]+"' if '"' in sql else r"[A-Za-z_]\w*"


def _drop_where(tool: Tool) -> Iterator[tuple[str, Program]]:
    def change(sql: str) -> Iterator[str]:
        if sql.startswith(("UPDATE", "DELETE")) and " WHERE " in sql:
            yield sql[: sql.rindex(" WHERE ")]
        elif sql.startswith("SELECT 1 FROM") and " AND " in sql:
            yield sql[: sql.rindex(" AND ")]
        elif sql.startswith("SELECT 1 FROM") and " WHERE " in sql:
            yield sql[: sql.rindex(" WHERE ")]
        elif sql.startswith("WITH") and " WHERE " in sql:
            yield re.sub(r" WHERE (?:\"[^\"]+\" = |\()", lambda found: " WHERE 1 OR " + found[0][7:], sql, count=1)

    for kind in (Run, Return, Require):
        yield from each_step(tool, kind, change)


def _swap_columns(tool: Tool) -> Iterator[tuple[str, Program]]:
    def change(sql: str) -> Iterator[str]:
        found = re.match(rf"INSERT INTO {_name(sql)} ?\((.+?)\) VALUES \((.*)\)$", sql, re.DOTALL)
        values = apart(found[2]) if found else []
        names = found[1].split(", ") if found else re.findall(rf"(?:SET |, )({_name(sql)}) = ", sql)
        for index, (first, second) in enumerate(itertools.pairwise(names)):
            if found:
                if values[index : index + 1] == values[index + 1 : index + 2]:
                    continue
                swapped = [{first: second, second: first}.get(name, name) for name in names]
                yield sql.replace(found[1], ", ".join(swapped), 1)
            else:
                text = sql.replace(f"{first} = ", "\0 = ", 1).replace(f"{second} = ", f"{first} = ", 1)
                yield text.replace("\0 = ", f"{second} = ", 1)

    yield from each_step(tool, Run, change)


def _off_by_one(tool: Tool) -> Iterator[tuple[str, Program]]:
    def change(sql: str) -> Iterator[str]:
        if "LIMIT :size)" in sql:
            yield sql.replace("LIMIT :size)", "LIMIT :size + 1)", 1)
            yield sql.replace("LIMIT :size)", "LIMIT :size - 1)", 1)
        if "> :after" in sql:
            yield sql.replace("> :after", ">= :after", 1)
        if ") > :size" in sql:
            yield sql.replace(") > :size", ") >= :size", 1)

    yield from each_step(tool, Return, change)


def _missing_require(tool: Tool) -> Iterator[tuple[str, Program]]:
    for index, step in enumerate(tool.program):
        if isinstance(step, Require):
            yield f"step {index}", (*tool.program[:index], *tool.program[index + 1 :])


def _wrong_error(tool: Tool) -> Iterator[tuple[str, Program]]:
    for index, step in enumerate(tool.program):
        if isinstance(step, Require):
            other = step.model_copy(update={"error": "FAILED_PRECONDITION"})
            yield f"step {index}", (*tool.program[:index], other, *tool.program[index + 1 :])


def _wrong_row(tool: Tool) -> Iterator[tuple[str, Program]]:
    def change(sql: str) -> Iterator[str]:
        found = re.search(rf"^(?:UPDATE|DELETE FROM) ({_name(sql)}).* WHERE ({_name(sql)}) = ", sql, re.DOTALL)
        if found:
            table, key = found[1], found[2]
            yield f"{sql[: sql.rindex(' WHERE ')]} WHERE {key} = (SELECT min({key}) FROM {table})"

    yield from each_step(tool, Run, change)


def _drop_order(tool: Tool) -> Iterator[tuple[str, Program]]:
    def change(sql: str) -> Iterator[str]:
        # All at once, since the inner orders repeat the outer one; and unindexed, since rows that happen to be found
        # by an index on the key come in its order without being asked.
        text = re.sub(rf" ORDER BY {_name(sql)}", "", sql)
        table = r'(SELECT \* FROM "[^"]+")' if '"' in sql else rf"(FROM {_name(sql)})(?= WHERE| LIMIT|\)|$)"
        yield re.sub(table, r"\1 NOT INDEXED", text, count=1) if text != sql else sql

    yield from each_step(tool, Return, change)


def _forget_tick(tool: Tool) -> Iterator[tuple[str, Program]]:
    def change(sql: str) -> Iterator[str]:
        if "RETURNING now" in sql:
            yield "SELECT now FROM _meta"
        elif "next_id + 1" in sql:
            yield sql.replace("UPDATE _meta SET next_id = next_id + 1 RETURNING", "SELECT") + " FROM _meta" * (
                "FROM" not in sql
            )

    yield from _each_let(tool, change)


def _each_let(tool: Tool, change: Callable[[str], Iterator[str]]) -> Iterator[tuple[str, Program]]:
    for index, step in enumerate(tool.program):
        if isinstance(step, Let):
            for text in change(step.let):
                # A SELECT must name its column as the UPDATE did.
                yield f"step {index}", (*tool.program[:index], Let(let=text), *tool.program[index + 1 :])


def _keep_on_null(tool: Tool) -> Iterator[tuple[str, Program]]:
    nullable = [
        name
        for name, schema in tool.parameters.get("properties", {}).items()  # type: ignore[union-attr]
        if isinstance(schema.get("type"), list) and "null" in schema["type"]  # type: ignore[union-attr]
    ]

    def change(sql: str) -> Iterator[str]:
        for argument in nullable:
            test = f"CASE WHEN json_type(:args, '$.\"{argument}\"') IS NULL"
            if test in sql:
                yield sql.replace(test, f"CASE WHEN :args->>'$.\"{argument}\"' IS NULL", 1)

    yield from each_step(tool, Run, change)


def _cascade_off(environment: Environment) -> Iterator[Mutant]:
    """A child's parent column refers to nothing, so its rows outlive the parent."""
    for table in environment.tables:
        for column in table.columns:
            eraser = next((t for t in environment.tools if t.table == column.references and t.verb == "delete"), None)
            if eraser is None:
                continue
            loose = column.model_copy(update={"references": None})
            columns = tuple(loose if c is column else c for c in table.columns)
            tables = tuple(t.model_copy(update={"columns": columns}) if t is table else t for t in environment.tables)
            changed = environment.model_copy(update={"tables": tables})
            yield Mutant("cascade_off", eraser.name, f"{table.name}.{column.name}", changed)


def _wrong_state(tool: Tool) -> Iterator[tuple[str, Program]]:
    """A state verb that leads to another value: of a flag the opposite, of a state one that is not there."""
    if tool.verb != "action":
        return

    def change(sql: str) -> Iterator[str]:
        found = re.search(r'SET ("[^"]+") = (\'(?:[^\']|\'\')*\'|[01])(?=,| WHERE)', sql)
        if found:
            other = {"0": "1", "1": "0"}.get(found[2], found[1])
            yield sql[: found.start(2)] + other + sql[found.end(2) :]

    yield from each_step(tool, Run, change)


KINDS: dict[str, Kind] = {
    "drop_where": _drop_where,
    "swap_columns": _swap_columns,
    "off_by_one": _off_by_one,
    "missing_require": _missing_require,
    "wrong_error": _wrong_error,
    "wrong_row": _wrong_row,
    "drop_order": _drop_order,
    "forget_tick": _forget_tick,
    "keep_on_null": _keep_on_null,
    "wrong_state": _wrong_state,
    "wrong_tags": wrong_tags,
    "wrong_batch": wrong_batch,
    "wrong_part": wrong_part,
    "wrong_copy": wrong_copy,
    "wrong_undelete": wrong_undelete,
    "wrong_query": wrong_query,
}
FAMILIES = frozenset({"wrong_tags", "wrong_batch", "wrong_part", "wrong_copy", "wrong_undelete", "wrong_query"})
"""Kinds that are not spoken of where the environment has nothing of the family."""
