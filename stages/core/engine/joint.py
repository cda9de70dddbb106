"""Two environments as one, so that a dialogue can use the tools of both: an ordinary `Environment`, served by one session.

Nothing of a program is rewritten: tables keep their names, so each side's SQL reads and writes its own tables as before,
and nothing but `_meta` (the clock and the counter of ids) is shared. Two environments with a table, or a word for one, in
common are refused: programs name their tables in SQL text, and "the comment" would mean two things to a user. Tools with one
name get their server's before it (EnvFactory's `Server-tool`, in the letters that a tool's name may have).
"""

import re
from collections.abc import Iterator

from stages.core.engine.program import NAME
from stages.core.records import Environment, Scenario, Tool

PLUS = "+"
"""Between the ids of the parts: `google-calendar-v3+google-tasks-v1`."""
_SIZES = ("simple", "medium", "complex", "boundary", "refused")


class JoinRefused(ValueError):
    """Two environments or scenarios that cannot be one. The message says which and why."""


def join(first: Environment, second: Environment) -> Environment:
    """Both environments' tables and tools, the first's before the second's. Raises JoinRefused.

    Both serve the same side, training or evaluation. What is told of one source only (`source`) is the first's; the id
    names both. A part may be a join itself.
    """
    for reason in _reasons(first, second):
        raise JoinRefused(f"{first.id} and {second.id}: {reason}")
    shared = {tool.name for tool in first.tools} & {tool.name for tool in second.tools}
    tools = [_named(tool, side, shared) for side in (first, second) for tool in side.tools]
    names = [tool.name for tool in tools]
    for name in names:
        if not NAME.fullmatch(name) or names.count(name) > 1:
            raise JoinRefused(f"{first.id} and {second.id}: no name of its own for the tool {name}")
    left_out = {
        key: first.left_out.get(key, 0) + second.left_out.get(key, 0) for key in (*first.left_out, *second.left_out)
    }
    return first.model_copy(
        update={
            "id": f"{first.id}{PLUS}{second.id}",
            "title": f"{first.title} and {second.title}",
            "description": " ".join(filter(None, (first.description, second.description))),
            "domain": _both(first.domain, second.domain),
            "publisher": _both(first.publisher, second.publisher),
            "tables": (*first.tables, *second.tables),
            "tools": tuple(tools),
            "left_out": left_out,
            "operations": first.operations + second.operations,
        }
    )


def join_scenarios(first: Scenario, second: Scenario) -> Scenario:
    """Both start states in one. Raises JoinRefused where they share a table, or one is there to be refused.

    The clock starts at the later of the two, so that no row was written in the future, and the counter of ids at the
    higher, so that no id is given twice.
    """
    if shared := sorted({*first.tables} & {*second.tables}):
        raise JoinRefused(f"{first.id} and {second.id}: both have rows of {shared[0]}")
    if "refuse" in (first.expect, second.expect):
        raise JoinRefused(f"{first.id} and {second.id}: a start state that must not load")
    return Scenario(
        id=f"{first.id}{PLUS}{second.id}",
        environment=f"{first.environment}{PLUS}{second.environment}",
        complexity=max((first, second), key=lambda one: _SIZES.index(one.complexity)).complexity,
        expect="load",
        now=max(first.now, second.now),  # RFC 3339 in UTC to the second: the order of texts is that of times
        next_id=max(first.next_id, second.next_id),
        tables={**first.tables, **second.tables},
    )


def parts(name: str) -> list[str]:
    """The ids that an id names: itself, where it is no join."""
    return name.split(PLUS)


def origins(environment: str, tool: str) -> list[str]:
    """The ids (`environment/tool`) that a tool has come from: for a join one a part, of which the catalogue holds its own."""
    own = {part: tool.removeprefix(f"{_prefix(part)}_") for part in parts(environment)}
    renamed = [f"{part}/{name}" for part, name in own.items() if name != tool]
    return renamed or [f"{part}/{name}" for part, name in own.items()]


def _reasons(first: Environment, second: Environment) -> Iterator[str]:
    if shared := {*parts(first.id)} & {*parts(second.id)}:
        yield f"{min(shared)} is in both"
    if first.use != second.use:
        yield f"one is for {first.use}, the other for {second.use}"
    tables = {table.name.lower() for table in first.tables} & {table.name.lower() for table in second.tables}
    if tables:
        yield f"both have a table {min(tables)}"
    said = [{word.lower() for table in side.tables for word in (table.noun, table.plural)} for side in (first, second)]
    if words := said[0] & said[1]:
        yield f"both have something that is called {min(words)}"


def _named(tool: Tool, side: Environment, shared: set[str]) -> Tool:
    if tool.name not in shared:
        return tool
    return tool.model_copy(update={"name": f"{_prefix(side.id)}_{tool.name}"})


def _prefix(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", name)


def _both(first: str, second: str) -> str:
    return first if first == second else f"{first}{PLUS}{second}"
