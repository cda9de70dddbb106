"""A thousand sessions in one process: `python -m benchmarks.sessions`.

Every session makes its own writes, all in turn, and each must end with its own rows alone. Beside it the same calls of
one session after the other, so that what many open connections cost shows as a ratio in one run.
"""

import os
import platform
import resource
import time

from stages.core.engine import Runtime, Session
from tests.fixtures.tasks import tasks_environment, tasks_scenario

SESSIONS, CALLS = 1_000, 20


def megabytes() -> float:
    """Memory of this process now, in MB (Linux)."""
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * resource.getpagesize() / 1e6


def insert(session: Session, number: int, turn: int) -> None:
    """One write that only this session makes."""
    made = session.call("tasks_insert", {"tasklist": "l101", "title": f"of {number}, {turn}"})
    assert made.ok, made


def main() -> None:
    """Print one table."""
    runtime = Runtime(tasks_environment())
    scenario = tasks_scenario()
    runtime.open(scenario).close()
    before = megabytes()
    began = time.perf_counter()
    sessions = [runtime.open(scenario) for _ in range(SESSIONS)]
    opened = (time.perf_counter() - began) / SESSIONS
    began = time.perf_counter()
    for turn in range(CALLS):
        for number, session in enumerate(sessions):
            insert(session, number, turn)
    together = (time.perf_counter() - began) / SESSIONS / CALLS
    memory = (megabytes() - before) / SESSIONS
    for number, session in enumerate(sessions):
        own = [row["title"] for row in session.state()["task"] if str(row["title"]).startswith("of ")]
        assert own == [f"of {number}, {turn}" for turn in range(CALLS)], (number, own)
    for session in sessions:
        session.close()
    began = time.perf_counter()
    for number in range(SESSIONS):
        session = runtime.open(scenario)
        for turn in range(CALLS):
            insert(session, number, turn)
        session.close()
    alone = (time.perf_counter() - began - opened * SESSIONS) / SESSIONS / CALLS
    print(f"{SESSIONS} sessions open at once, {CALLS} writes each in turn: each holds its own rows alone")
    print(f"open               {opened * 1e6:8.1f} us a session, {memory:.2f} MB each after its writes")
    print(f"a write, all open  {together * 1e6:8.1f} us")
    print(f"a write, one open  {alone * 1e6:8.1f} us, ratio {alone / together:.2f}")
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.2f}"
    )


if __name__ == "__main__":
    main()
