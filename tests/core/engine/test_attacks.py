"""Hostile programs and arguments: each gets a named error and leaves the state untouched."""

import pytest

from stages.core.engine import Limits, Session
from tests.core.engine.made import session_with

DONE = {"return": "SELECT '{}'"}
WRITE = {"run": "UPDATE task SET title = 'changed'"}


def outcome(session: Session, arguments: dict | None = None) -> tuple[str | None, str]:
    before = session.digest()
    result = session.call("probe", arguments or {})
    assert not result.ok
    assert session.digest() == before
    assert session.call("tasks_get", {"tasklist": "l101", "task": "t101"}).ok
    return result.error, result.message or ""


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH ':memory:' AS other",
        "PRAGMA writable_schema = ON",
        "PRAGMA foreign_keys = OFF",
        "UPDATE sqlite_master SET sql = ''",
        "DELETE FROM sqlite_schema",
        "CREATE TABLE more(x)",
        "CREATE TRIGGER t AFTER INSERT ON task BEGIN DELETE FROM task; END",
        "DROP TABLE task",
        "VACUUM",
        "VACUUM INTO '/tmp/stolen.db'",
        "REINDEX",
        "ANALYZE",
        "SAVEPOINT mine",
        "RELEASE finery_call",
        "ROLLBACK",
        "COMMIT",
        "DELETE FROM _meta",
        "UPDATE _meta SET next_id = 1",
        "INSERT INTO _meta VALUES ('x', 1)",
        "DELETE FROM task; DELETE FROM tasklist",
        "EXPLAIN DELETE FROM task",
        "SELECT 1",
        "",
    ],
)
def test_a_run_step_that_is_no_plain_write_is_internal(sql: str) -> None:
    assert outcome(session_with({"run": sql}, DONE))[0] == "INTERNAL"


@pytest.mark.parametrize(
    "expression",
    [
        "load_extension('evil')",
        "random()",
        "randomblob(8)",
        "zeroblob(100000000)",
        "last_insert_rowid()",
        "changes()",
        "sqlite_version()",
        "current_timestamp",
        "fts5(1)",
        "(SELECT sql FROM sqlite_master)",
        "(SELECT name FROM pragma_table_list)",
        "(SELECT rowid FROM task)",
        '"no such column"',
    ],
)
def test_a_function_or_table_off_the_list_is_internal(expression: str) -> None:
    error, message = outcome(session_with({"return": f"SELECT json_array({expression})"}))
    assert error == "INTERNAL"
    assert message


def test_reading_steps_may_not_write() -> None:
    for step in ({"require": "DELETE FROM task RETURNING 1", "error": "NO", "message": ""},):
        assert outcome(session_with(step, DONE))[0] == "INTERNAL"
    assert outcome(session_with({"return": "DELETE FROM task RETURNING '{}'"}))[0] == "INTERNAL"
    assert outcome(session_with({"let": "DELETE FROM task RETURNING id"}, DONE))[0] == "INTERNAL"


def test_an_endless_recursive_query_exhausts_its_steps_and_undoes_the_write() -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) AS c FROM n"
    assert outcome(session_with(WRITE, {"let": endless}, DONE))[0] == "RESOURCE_EXHAUSTED"


def test_a_cross_join_of_everything_exhausts_its_steps() -> None:
    tables = ", ".join(f"task t{number}" for number in range(12))
    assert outcome(session_with(WRITE, {"let": f"SELECT count(*) AS c FROM {tables}"}, DONE))[0] == "RESOURCE_EXHAUSTED"


@pytest.mark.parametrize("expression", ["printf('%*d', 1000000000, 1)", "printf('%1000000000d', 1)"])
def test_a_huge_printed_width_is_a_size_limit(expression: str) -> None:
    session = session_with(WRITE, {"return": f"SELECT json_quote({expression})"})
    assert outcome(session)[0] == "RESOURCE_EXHAUSTED"


def test_a_long_result_is_a_size_limit() -> None:
    session = session_with(WRITE, {"return": "SELECT json_quote(printf('%100000d', 1))"})
    assert outcome(session) == ("RESOURCE_EXHAUSTED", "the result is longer than 65536 bytes")


def test_filling_the_state_is_a_size_limit() -> None:
    fill = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 5000)"
        " INSERT INTO tasklist SELECT 'x' || x, printf('%10000d', x), '' FROM n"
    )
    assert outcome(session_with({"run": fill}, DONE))[0] == "RESOURCE_EXHAUSTED"


def test_changing_too_many_rows_is_a_limit() -> None:
    session = session_with(WRITE, DONE, limits=Limits(rows=7))
    assert outcome(session) == ("RESOURCE_EXHAUSTED", "more than 7 rows changed")


def test_arguments_larger_than_a_value_may_be_are_a_size_limit() -> None:
    assert (
        outcome(session_with(DONE | {"return": "SELECT json(:args)"}), {"x": "y" * 300_000})[0] == "RESOURCE_EXHAUSTED"
    )


def test_deep_arguments_are_invalid() -> None:
    deep: dict = {}
    for _ in range(3_000):
        deep = {"x": deep}
    assert outcome(session_with(DONE), {"x": deep})[0] == "INVALID_ARGUMENT"


def test_a_deep_result_is_a_named_error() -> None:
    session = session_with(WRITE, {"return": "SELECT printf('%.*c', 900, '[') || printf('%.*c', 900, ']')"})
    assert outcome(session)[0] in ("INTERNAL", "RESOURCE_EXHAUSTED")


@pytest.mark.parametrize("value", [b"bytes", "\ud800", "nul\0nul", {1: 2}, object()])
def test_arguments_that_are_not_json_are_invalid(value: object) -> None:
    assert outcome(session_with(DONE), {"x": value})[0] == "INVALID_ARGUMENT"


@pytest.mark.parametrize("arguments", [None, [], "x", 3])
def test_arguments_that_are_no_object_are_invalid(arguments: object) -> None:
    assert session_with(DONE).call("probe", arguments).error == "INVALID_ARGUMENT"  # type: ignore[arg-type]


@pytest.mark.parametrize("title", ["'); DELETE FROM task; --", '" OR 1=1', "{x.__class__}", "%s%n", "$.title", ":id"])
def test_injection_through_an_argument_is_only_text(title: str) -> None:
    session = session_with(DONE)
    made = session.call("tasks_insert", {"tasklist": "l101", "title": title})
    assert made.value["title"] == title
    assert len(session.state()["task"]) == 9
    missing = session.call("tasks_get", {"tasklist": title, "task": title})
    assert (missing.error, missing.message) == ("NOT_FOUND", f"Task list {title} not found.")


def test_now_means_nothing_to_a_program() -> None:
    session = session_with({"return": "SELECT json_array(datetime('now'), strftime('%s', :args->>'$.when'))"})
    assert session.call("probe", {"when": "now"}).value == [None, None]
    session.reset()
    assert session.call("probe", {"when": "now"}).value == [None, None]


def test_a_proof_query_cannot_write() -> None:
    session = session_with(DONE)
    session.call("tasks_delete", {"tasklist": "l101", "task": "t101"})
    before = session.digest()
    for sql in ("DELETE FROM task WHERE id = :args->>'$.task'", "ATTACH ':memory:' AS x", "ROLLBACK", "SAVEPOINT x"):
        with pytest.raises(Exception, match="not authorized"):
            session.query(sql, {"args": '{"task":"t102"}'})
    assert session.digest() == before


def test_steps_that_give_no_row_or_two_are_internal_and_undone() -> None:
    for sql in ("SELECT id FROM task WHERE 0", "SELECT id FROM task"):
        assert outcome(session_with(WRITE, {"let": sql}, DONE))[0] == "INTERNAL"
    assert outcome(session_with(WRITE, {"return": "SELECT 'not json'"}))[0] == "INTERNAL"
    assert outcome(session_with(WRITE, {"return": "SELECT 3"}))[0] == "INTERNAL"
    assert outcome(session_with(WRITE, DONE, WRITE))[0] == "INTERNAL"
    assert outcome(session_with(WRITE))[0] == "INTERNAL"


def test_a_broken_constraint_is_internal_and_undone() -> None:
    session = session_with(WRITE, {"run": "UPDATE task SET status = 'lost'"}, DONE)
    error, message = outcome(session)
    assert error == "INTERNAL"
    assert "CHECK" in message
