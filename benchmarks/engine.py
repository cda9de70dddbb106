"""What the engine costs beside bare apsw: `python -m benchmarks.engine`.

The baseline runs the same statements with the same savepoint and decodes the same JSON, from arguments already
encoded: no look-up of the tool, no validation, no log, no guard. Both run in turns in one process, best of many rounds.
"""

import os
import platform
import time
from collections.abc import Callable
from typing import NamedTuple

import apsw
from pydantic_core import from_json, to_json

from stages.core.engine import Runtime, Session
from stages.core.engine.program import LET, RUN
from stages.core.records import Scenario
from tests.fixtures.tasks import tasks_environment, tasks_scenario

ROUNDS, CALLS = 25, 400
TARGET_RATIO, TARGET_RESET, TARGET_FORK = 0.7, 50.0, 150.0


class Row(NamedTuple):
    """One measured line: microseconds of ours and of the baseline (None where there is only a limit)."""

    what: str
    ours: float
    baseline: float | None
    target: str
    met: bool


class Bare:
    """The same programs on a plain connection."""

    def __init__(self, runtime: Runtime, session: Session) -> None:
        self.runtime = runtime
        self.connection = apsw.Connection(":memory:", statementcachesize=1024)
        self.connection.deserialize("main", session._start.image)
        self.connection.execute("PRAGMA foreign_keys = ON")
        # As the engine has it; without, SQLite plans every LIMIT :size anew and the baseline looks four times slower.
        self.connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        self.cursor = self.connection.cursor()

    def caller(self, tool: str, arguments: dict) -> Callable[[], object]:
        """A closure that runs one call of `tool`."""
        program = self.runtime.program(tool)
        assert program is not None
        steps = [(step.kind, step.sql, step.names) for step in program.steps]
        text = to_json(arguments).decode()
        execute = self.cursor.execute

        def call() -> object:
            bindings = {"args": text}
            execute("SAVEPOINT bare")
            row = None
            for kind, sql, names in steps:
                if kind == RUN:
                    execute(sql, bindings)
                    continue
                row = execute(sql, bindings).fetchone()
                if kind == LET:
                    bindings.update(zip(names, row, strict=True))
            value = from_json(row[0])
            execute("RELEASE bare")
            return value

        return call


def measure(rounds: int = ROUNDS, calls: int = CALLS) -> list[Row]:
    """All rows, about two seconds at the default size."""
    runtime = Runtime(tasks_environment())
    session = runtime.open(state_of(28_000))
    bare = Bare(runtime, session)
    rows = []
    for tool, arguments in (
        ("tasks_get", {"tasklist": "l101", "task": "t101"}),
        ("tasks_list", {"tasklist": "l101", "maxResults": 6}),
        ("tasks_patch", {"tasklist": "l101", "task": "t101", "title": "Buy rice", "due": "2026-03-04T00:00:00Z"}),
    ):
        theirs = bare.caller(tool, arguments)
        assert session.call(tool, arguments).ok
        best = _best([lambda t=tool, a=arguments: session.call(t, a), theirs], rounds, calls)
        rows.append(Row(tool, *best, f">= {TARGET_RATIO}x", best[1] / best[0] >= TARGET_RATIO))
        session.reset()
    calls_after = (("tasklists_get", {"tasklist": "l101"}), ("tasks_get", {"tasklist": "l101", "task": "t101"}))

    def reset_and_call(tool: str, arguments: dict) -> None:
        session.reset()
        session.call(tool, arguments)

    resets = [lambda t=tool, a=arguments: reset_and_call(t, a) for tool, arguments in calls_after]
    *after_reset, fork = _best([*resets, session.fork], rounds, max(calls // 10, 1))
    size = len(session._start.image) / 1024
    for (tool, _), spent in zip(calls_after, after_reset, strict=True):
        rows.append(Row(f"reset + {tool}", spent, None, f"<= {TARGET_RESET:.0f} us", spent <= TARGET_RESET))
    rows.append(Row(f"fork ({size:.0f} KB)", fork, None, f"<= {TARGET_FORK:.0f} us", fork <= TARGET_FORK))
    return rows


def state_of(size: int) -> Scenario:
    """The fixture's scenario, filled with tasks until its database has about `size` bytes."""
    scenario = tasks_scenario()
    first = scenario.tables["task"][3]
    more = [
        {**first, "id": f"t{number}", "position": number} for number in range(201, 201 + max(0, size - 20_000) // 190)
    ]
    return scenario.model_copy(update={"tables": {**scenario.tables, "task": (*scenario.tables["task"], *more)}})


def _best(functions: list[Callable[[], object]], rounds: int, calls: int) -> tuple[float, ...]:
    """Microseconds a call, the best round of each; the functions take turns so that load hits all alike."""
    best = [float("inf")] * len(functions)
    for _ in range(rounds):
        for index, function in enumerate(functions):
            began = time.perf_counter()
            for _ in range(calls):
                function()
            best[index] = min(best[index], (time.perf_counter() - began) / calls * 1e6)
    return tuple(best)


def main() -> None:
    """Print one table, and what else the machine was doing."""
    print(f"{'':32}{'ours us':>9}{'bare us':>9}{'ratio':>7}  target")
    for row in measure():
        bare = f"{row.baseline:9.1f}{row.baseline / row.ours:7.2f}" if row.baseline else " " * 16
        print(f"{row.what:32}{row.ours:9.1f}{bare}  {row.target} {'met' if row.met else 'MISSED'}")
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"SQLite {apsw.sqlite_lib_version()}, load {os.getloadavg()[0]:.2f}"
    )


if __name__ == "__main__":
    main()
