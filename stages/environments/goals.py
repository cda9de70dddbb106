"""Goals stand or fall by digest: gold reaches them, nothing else does.

For each writing tool the right call is told by the oracle, its end state's goal digest is the goal. Doing nothing
must miss it, so must a dropped write, the same write on another row and another written value; and no start state
may satisfy it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from stages.core.engine import Session
from stages.core.records import Scenario, canonical
from stages.core.seeds import generator
from stages.environments.labels import words
from stages.environments.shapes import ApiShape, ToolShape
from stages.environments.teller import Teller

Call = tuple[str, dict[str, Any]]


class Gold(NamedTuple):
    """A right call with its wrong twins. A twin that the oracle cannot tell from gold is not made."""

    call: Call
    target: Call | None
    value: Call | None


def golds(shape: ApiShape, scenario: Scenario, index: int, seed: int) -> Iterator[Gold]:
    """One gold a writing tool that has a row to act on."""
    teller = Teller(shape, scenario, index, words(generator(seed, shape.id, "golds", index)))
    for tool in shape.tools:
        teller.begin()
        table = shape.entity(tool.table).bin if tool.verb == "undelete" else tool.table
        rows = [row for _, row in sorted(teller.oracle.tables[table or ""].items())]
        if not tool.writes or (tool.verb != "create" and not rows):
            continue
        body = teller.body(tool, full=True)
        where = (teller.place(tool, None) or None) if tool.verb == "create" else teller.target(tool, rows[0])
        if where is None and tool.parents:
            continue
        call = (tool.name, (where or {}) | body)
        if not _moves(teller, call):
            continue
        target = None
        if tool.verb != "create" and len(rows) > 1:
            target = (tool.name, teller.target(tool, rows[-1]) | body)
        yield Gold(call, _apart(teller, call, target), _apart(teller, call, _other_value(teller, tool, call)))


def in_turn(shape: ApiShape, scenario: Scenario, index: int, seed: int) -> Iterator[list[Call]]:
    """Two writes that reach their end in this order alone: something made, and something made in it."""
    teller = Teller(shape, scenario, index, words(generator(seed, shape.id, "turns", index)))
    makers = {tool.table: tool for tool in reversed(shape.tools) if tool.verb == "create"}
    for tool in shape.tools:
        outer = list(tool.parents)[:-1]
        maker = makers.get(tool.parents[list(tool.parents)[-1]]) if tool.verb == "create" and tool.parents else None
        teller.begin()
        where = teller.place(maker, None) if maker else None
        if maker is None or where is None or len(where) != len(outer):
            continue
        first = where | teller.body(maker, full=True)
        if teller.call(maker, first) is None:
            continue
        entity = shape.entity(maker.table)
        key = first[maker.key_parameter] if maker.key_parameter else f"{entity.prefix}{teller.oracle.next_id:03d}"
        inside = dict(zip(tool.parents, [*where.values(), key], strict=True))
        second = inside | teller.body(tool, full=True)
        if teller.call(tool, second) is not None:
            yield [(maker.name, first), (tool.name, second)]


def _other_value(teller: Teller, tool: ToolShape, call: Call) -> Call | None:
    entity = teller.shape.entity(tool.table)
    if tool.verb == "tag":
        return (tool.name, call[1] | teller.body(tool, full=True))
    if tool.batch and tool.batch.entries:
        row = min(teller.start.tables[tool.table].items())[1]
        return (tool.name, teller.target(tool, row))
    for argument, column in tool.fields.items():
        field = entity.field(column)
        # A clock column's value is not part of a goal.
        if argument in call[1] and not field.clock:
            for _ in range(5):
                value = teller.value(field)
                if value != call[1][argument]:
                    return (tool.name, call[1] | {argument: value})
    return None


def _end(teller: Teller, call: Call) -> str:
    teller.begin()
    ok, _ = teller.oracle.call(*call)
    return canonical(_lasting(teller)) if ok else ""


def _lasting(teller: Teller) -> Any:
    """The state without what the clock writes: what a goal is about."""
    clocks = {(e.table, f.name) for e in teller.shape.entities for f in e.fields if f.clock}
    return {
        table: [{name: value for name, value in row.items() if (table, name) not in clocks} for row in rows]
        for table, rows in teller.oracle.state().items()
    }


def _moves(teller: Teller, call: Call) -> bool:
    teller.begin()
    before = canonical(_lasting(teller))
    return _end(teller, call) not in ("", before)


def _apart(teller: Teller, gold: Call, other: Call | None) -> Call | None:
    return other if other is not None and _end(teller, other) not in ("", _end(teller, gold)) else None


def digest(session: Session, calls: list[Call]) -> str:
    """The goal digest after `calls` from the start."""
    session.reset()
    for tool, arguments in calls:
        session.call(tool, arguments)
    return session.goal_digest()
