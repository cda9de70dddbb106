"""A session returns to its start, and stands where its log says, whatever SQLite undid on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.engine import state_of
from stages.core.engine import Limits, Runtime, Session, StateLost
from tests.core.engine.made import with_tool
from tests.fixtures.tasks import tasks_scenario

DONE = {"return": "SELECT json_object('done', 1)"}
GROW = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3000)"
    " INSERT INTO tasklist SELECT 'x' || x, printf('%1000d', x), '' FROM n"
)
ENDLESS = (
    "INSERT INTO tasklist WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
    " SELECT 'y' || x, '', '' FROM n WHERE x < 0"
)
TWICE = "INSERT OR ROLLBACK INTO tasklist SELECT id, 'again', '' FROM tasklist LIMIT 1"
HOSTILE = {"grow": GROW, "endless": ENDLESS, "twice": TWICE}
"""Statements that fail half-way: of `grow` SQLite undoes the statement alone, of the others the whole transaction."""


def runtime() -> Runtime:
    environment = with_tool("grow", {"run": GROW}, DONE)
    for name in ("endless", "twice"):
        environment = environment.model_copy(
            update={"tools": (*environment.tools, with_tool(name, {"run": HOSTILE[name]}, DONE).tool(name))}
        )
    return Runtime(environment, Limits(pages=60, steps=60_000))


RUNTIME = runtime()
NOW = {"tasklist": "l101", "task": "t101"}
CALLS = (
    ("tasks_insert", {"tasklist": "l101", "title": "Buy rice"}),
    ("tasks_patch", NOW | {"title": "Buy bread"}),
    ("tasks_delete", NOW),
    ("tasks_get", NOW),
    ("tasks_get", NOW | {"task": "nobody"}),
    *((name, {}) for name in HOSTILE),
)


def follows_its_log(session: Session) -> bool:
    """Whether a fresh session that is given the successful calls of the log alone ends in the same state."""
    fresh = RUNTIME.open(tasks_scenario())
    for entry in session.log:
        if entry.result.ok:
            assert fresh.call(entry.tool, entry.arguments) == entry.result
    return fresh.digest() == session.digest()


@pytest.mark.parametrize("name", HOSTILE)
def test_writes_before_a_call_that_made_sqlite_roll_back_still_stand(name: str) -> None:
    session = RUNTIME.open(tasks_scenario())
    start = session.digest()
    assert session.call(*CALLS[0]).ok
    before = session.digest()
    assert before != start
    assert not session.call(name, {}).ok
    assert session.digest() == before
    assert session.call(*CALLS[1]).ok
    assert follows_its_log(session)
    session.reset()
    assert session.digest() == start and session.log == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_fork_and_its_parent_survive_a_call_that_made_sqlite_roll_back(name: str) -> None:
    parent = RUNTIME.open(tasks_scenario())
    start = parent.digest()
    assert parent.call(*CALLS[0]).ok
    child = parent.fork()
    for session in (parent, child):
        assert session.call(*CALLS[1]).ok
        assert not session.call(name, {}).ok
        assert follows_its_log(session)
        session.reset()
        assert session.digest() == start


def test_a_full_state_stays_full_after_a_reset() -> None:
    session = RUNTIME.open(tasks_scenario())
    for _ in range(2):
        assert session.call("grow", {}).error == "RESOURCE_EXHAUSTED"
        session.reset()


def test_a_call_that_gives_something_else_when_run_again_ends_the_session() -> None:
    session = RUNTIME.open(tasks_scenario())
    assert session.call(*CALLS[0]).ok
    program, text, _ = session._since[0]
    session._since[0] = (program, text, "{}")
    with pytest.raises(StateLost, match="gave something else"):
        session.call("twice", {})


@given(st.lists(st.sampled_from([*CALLS, "reset", "fork", "child"]), max_size=12))
def test_a_session_stands_where_its_log_says_after_any_calls_forks_and_resets(steps: list) -> None:
    session = RUNTIME.open(tasks_scenario())
    start = session.digest()
    kept: list[Session] = []
    for step in steps:
        if step == "reset":
            session.reset()
            assert session.digest() == start
        elif step in ("fork", "child"):
            other = session.fork()
            assert other.digest() == session.digest() and other.log == session.log
            kept.append(session if step == "child" else other)
            session = other if step == "child" else session
        else:
            session.call(*step)
    assert all(follows_its_log(each) for each in (session, *kept))


def test_looking_at_a_large_state_is_never_cut_short_by_what_calls_have_spent() -> None:
    session = Runtime(RUNTIME.environment, Limits(steps=60_000)).open(state_of(400_000))
    assert session.call("endless", {}).error == "RESOURCE_EXHAUSTED"
    first = session.digest()
    for _ in range(10):
        assert session.digest() == first
