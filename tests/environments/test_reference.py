"""Tasks and Calendar written by hand agree with the compiled programs and with the oracle (PROGRAMS, the gate's oracle).

10,000 sequences of each: `python -m tests.environments.test_reference 10000`; the suite plays some hundreds.
"""

import ast
import json
import random
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from stages.core.engine import Runtime
from stages.core.records import Environment, Scenario
from stages.environments.compile import compile
from stages.environments.oracle import Oracle
from stages.environments.recognise import recognise
from stages.environments.shapes import ApiShape
from tests.environments.described import google
from tests.environments.reference import Calendar, Server, Tasks

NOW, NEXT_ID = "2026-03-02T09:00:00Z", 110
LISTS = [{"id": f"t{101 + i}", "title": title, "updated": "2026-03-01T08:00:00Z"} for i, title in enumerate("AB")]
TASKS = [
    {"id": f"t{103 + i}", "tasklist": f"t{101 + i % 2}", "title": f"Task {i}", "due": None, "notes": None,
     "status": "completed" if i == 2 else "needsAction", "completed": "2026-03-01T07:00:00Z" if i == 2 else None,
     "updated": "2026-03-01T08:00:00Z"}
    for i in range(5)
]  # fmt: skip
CALENDARS = [
    {"id": f"c{101 + i}", "summary": name, "description": None, "location": None, "timeZone": None,
     "autoAcceptInvitations": None, "workingHours": None}
    for i, name in enumerate(("Family", "Marketing team"))
]  # fmt: skip
EVENTS = [
    {"id": f"e{103 + i}", "calendarId": f"c{101 + i % 2}", "end": {"dateTime": "2026-03-03T11:00:00Z"},
     "start": {"dateTime": "2026-03-03T10:00:00Z"}, "summary": f"Event {i}", "description": None, "location": None,
     "status": "confirmed", "visibility": "default", "transparency": "opaque", "created": "2026-03-01T08:00:00Z",
     "updated": "2026-03-01T08:00:00Z"}
    for i in range(4)
]  # fmt: skip
RULES = [{"id": "a107", "calendarId": "c101", "role": "reader", "scope": {"type": "user", "value": "ann@example.com"}}]
APIS: dict[str, tuple[type[Server], dict[str, str], dict[str, list[dict]]]] = {
    "tasks.v1": (Tasks, {"tasklists": "task_list", "tasks": "task"}, {"tasklists": LISTS, "tasks": TASKS}),
    "calendar.v3": (
        Calendar,
        {"calendars": "calendar", "acl": "access_rule", "events": "event"},
        {"calendars": CALENDARS, "acl": RULES, "events": EVENTS},
    ),
}


@cache
def built(api: str) -> tuple[ApiShape, Environment]:
    shape = recognise(google(api), 6)
    return shape, compile(shape, "train")


def stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict) else int(value) if isinstance(value, bool) else value


def start(api: str) -> Scenario:
    _, tables, rows = APIS[api]
    return Scenario(
        id="scenario-reference", environment=built(api)[1].id, complexity="medium", expect="load", now=NOW,
        next_id=NEXT_ID,
        tables={tables[name]: tuple({k: stored(v) for k, v in row.items()} for row in found)
                for name, found in rows.items()},
    )  # fmt: skip


WORDS = ("Buy milk", "Call Ann", 'Réunion "A"', "", "100% wool_1", "O'Brien")
HOURS = tuple({"dateTime": f"2026-03-0{day}T{hour:02d}:00:00Z"} for day in (4, 5) for hour in (9, 14))
VALUES: dict[str, tuple[Any, ...]] = {
    "due": ("2026-03-09T00:00:00Z", "2026-03-10T12:30:00Z"),
    "start": HOURS,
    "end": (*HOURS, {"date": "2026-03-07"}),
    "status": ("needsAction", "completed"),
    "event status": ("confirmed", "tentative"),
    "visibility": ("default", "public", "private", "confidential"),
    "transparency": ("opaque", "transparent"),
    "role": ("none", "reader", "writer", "owner"),
    "scope": ({"type": "user", "value": "bo@example.com"}, {"type": "domain", "value": "example.com"}, {"type": "default"}),
    "autoAcceptInvitations": (True, False),
    "workingHours": ({"workingHoursEnabled": True}, {"workingHoursEnabled": False}, {}),
    "maxResults": (1, 2, 3, 100),
    "pageToken": ("p:", "p:t104", "p:e104", "x", ""),
}  # fmt: skip


def random_call(environment: Environment, draw: random.Random, keys: dict[str, list[str]]) -> tuple[str, dict]:
    tool = draw.choice(environment.tools)
    arguments: dict[str, Any] = {}
    for name, table in tool.parents.items():
        arguments[name] = draw.choice((*keys[table], "nowhere"))
    if tool.key_parameter:
        arguments[tool.key_parameter] = draw.choice((*keys[tool.table], "nowhere"))
    properties: dict[str, Any] = tool.parameters["properties"]  # type: ignore[assignment]
    for name, schema in properties.items():
        needed = name in tool.parameters["required"]  # type: ignore[operator]
        if name in arguments or (not needed and draw.random() < 0.5):
            continue
        known = VALUES.get(f"event {name}" if tool.table == "event" else name) or VALUES.get(name) or WORDS
        nullable = isinstance(schema["type"], list)
        arguments[name] = None if nullable and draw.random() < 0.2 else draw.choice(known)
    return tool.name, arguments


def play(api: str, seeds: range, calls: int = 14) -> int:
    """Sequences of calls, told to all three; returns how many calls succeeded."""
    shape, environment = built(api)
    server, tables, rows = APIS[api]
    session = Runtime(environment).open(start(api))
    done = 0
    for seed in seeds:
        draw = random.Random(f"{api} {seed}")
        by_hand, oracle = server(NOW, NEXT_ID, rows), Oracle(shape, start(api))
        session.reset()
        for _ in range(calls):
            keys = {tables[name]: list(found) for name, found in by_hand.rows.items()}
            tool, arguments = random_call(environment, draw, keys)
            expected = by_hand.call(tool, arguments)
            result = session.call(tool, arguments)
            where = (api, seed, tool, arguments)
            assert (result.ok, result.value if result.ok else result.error) == expected, where
            assert oracle.call(tool, arguments) == expected, where
            done += result.ok
        kept = {tables[name]: [dict(row) for _, row in sorted(found.items())] for name, found in by_hand.rows.items()}
        assert oracle.state() == {table: [{k: plain(v) for k, v in row.items()} for row in found]
                                  for table, found in kept.items()}, (api, seed)  # fmt: skip
        assert session.meta() == (by_hand.now.strftime("%Y-%m-%dT%H:%M:%SZ"), by_hand.next_id), (api, seed)
    return done


def plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


@pytest.mark.parametrize("api", sorted(APIS))
def test_written_by_hand_the_api_does_what_its_programs_and_the_oracle_do(api):
    assert play(api, range(400)) > 2000


def test_the_reference_imports_nothing_of_ours():
    tree = ast.parse(Path("tests/environments/reference.py").read_text("utf-8"))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert names and not [name for name in names if name.split(".")[0] in ("stages", "tests", "flows")]


def test_the_oracle_imports_nothing_of_the_compiler_and_nothing_of_the_engine():
    seen, waiting = set(), ["stages.environments.oracle"]
    while waiting:
        path = Path(waiting.pop().replace(".", "/") + ".py")
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        waiting += [
            n.module or "" for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.ImportFrom)
        ]
    names = {path.stem for path in seen if path.parts[1] == "environments"}
    assert names == {"oracle", "accepts", "shapes", "failed", "rows"}
    assert not [path for path in seen if "engine" in path.parts]


if __name__ == "__main__":
    for name in sorted(APIS):
        print(name, play(name, range(int(sys.argv[1]))), "calls succeeded, all as written by hand")
