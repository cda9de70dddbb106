"""Sessions: calls, undo, isolation, forks, logs. Cites envfactory.md 1, 3 and 4."""

import pytest

from stages.core.engine import Runtime, ScenarioRefused, Session
from stages.core.records import Scenario
from tests.core.engine.made import session_with
from tests.fixtures.tasks import tasks_environment, tasks_scenario

CALLS = (
    ("tasklists_insert", {"title": "Garden"}),
    ("tasks_insert", {"tasklist": "l109", "title": "Plant basil", "due": "2026-04-01T00:00:00Z"}),
    ("tasks_patch", {"tasklist": "l101", "task": "t101", "status": "completed"}),
    ("tasks_get", {"tasklist": "l101", "task": "t999"}),
    ("tasklists_delete", {"tasklist": "l102"}),
    ("tasks_list", {"tasklist": "l103", "maxResults": 2}),
)


def opened() -> Session:
    return Runtime(tasks_environment()).open(tasks_scenario())


def test_saving_a_loaded_scenario_gives_the_same_scenario() -> None:
    """envfactory.md 1."""
    assert opened().save() == tasks_scenario()


def test_a_saved_state_opens_where_it_stood() -> None:
    """envfactory.md 1."""
    session = opened()
    for call in CALLS:
        session.call(*call)
    assert session.runtime.open(session.save()).digest() == session.digest()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": None}, "NOT NULL"),
        ({"title": 3}, "title"),
        ({"colour": "red"}, "colour"),
        ({"id": "l102"}, "UNIQUE"),
        ({"title": "a\0b"}, "title"),
        ({"title": "\ud800"}, "title"),
    ],
)
def test_a_row_that_breaks_the_schema_is_refused_by_name(change: dict, field: str) -> None:
    """envfactory.md 1."""
    with pytest.raises(ScenarioRefused, match=field):
        Runtime(tasks_environment()).open(changed("tasklist", change))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"status": "lost"}, "CHECK"),
        ({"tasklist": "l999"}, "tasklist"),
        ({"links": "{"}, "CHECK"),
        ({"position": 2**70}, "64"),
    ],
)
def test_a_task_that_breaks_the_schema_is_refused_by_name(change: dict, field: str) -> None:
    """envfactory.md 1."""
    with pytest.raises(ScenarioRefused, match=field):
        Runtime(tasks_environment()).open(changed("task", change))


@pytest.mark.parametrize(
    "change", [{"now": "yesterday"}, {"next_id": -1}, {"environment": "other"}, {"tables": {"x": ({},)}}]
)
def test_a_scenario_with_a_wrong_head_is_refused(change: dict) -> None:
    with pytest.raises(ScenarioRefused):
        Runtime(tasks_environment()).open(tasks_scenario().model_copy(update=change))


def test_rows_may_come_before_the_rows_they_refer_to() -> None:
    scenario = tasks_scenario()
    turned = {name: tuple(reversed(scenario.tables[name])) for name in ("task", "tasklist")}
    assert Runtime(tasks_environment()).open(scenario.model_copy(update={"tables": turned})).save() == scenario


def test_the_same_calls_give_the_same_results_and_end_state() -> None:
    """envfactory.md 3."""
    first, second = opened(), opened()
    assert [first.call(*call) for call in CALLS] == [second.call(*call) for call in CALLS]
    assert first.digest() == second.digest()


def test_a_write_in_one_session_never_shows_in_another() -> None:
    """envfactory.md 4."""
    runtime = Runtime(tasks_environment())
    first, second = runtime.open(tasks_scenario()), runtime.open(tasks_scenario())
    before = second.digest()
    for call in CALLS:
        first.call(*call)
    assert second.digest() == before != first.digest()
    assert second.log == []


def test_a_fork_goes_its_own_way_from_the_same_state() -> None:
    """envfactory.md 4."""
    session = opened()
    session.call(*CALLS[0])
    fork = session.fork()
    assert (fork.digest(), fork.log, fork.goal_digest()) == (session.digest(), session.log, session.goal_digest())
    fork.call(*CALLS[1])
    assert session.call("tasks_list", {"tasklist": "l109"}).value == {"items": []}
    assert len(fork.log) == 2
    fork.reset()
    assert fork.save() == tasks_scenario()


def test_reset_brings_back_the_start_and_empties_the_log() -> None:
    session = opened()
    start = session.digest()
    results = [session.call(*call) for call in CALLS]
    session.reset()
    assert (session.digest(), session.log) == (start, [])
    assert [session.call(*call) for call in CALLS] == results


def test_reset_works_after_a_call_that_left_a_statement_open() -> None:
    session = session_with({"return": "SELECT title FROM task"})
    start = session.digest()
    assert session.call("probe", {}).error == "INTERNAL"
    session.reset()
    assert session.digest() == start


def test_only_writes_tick() -> None:
    session = opened()
    session.call("tasks_list", {"tasklist": "l101"})
    session.call("tasks_get", {"tasklist": "l101", "task": "t999"})
    assert session.meta() == ("2026-03-02T09:00:00Z", 109)
    session.call("tasks_insert", {"tasklist": "l101", "title": "x"})
    assert session.meta() == ("2026-03-02T09:01:00Z", 110)


def test_a_failed_require_undoes_the_steps_before_it() -> None:
    session = session_with(
        {"run": "DELETE FROM tasklist"},
        {"require": "SELECT 1 WHERE 0", "error": "FAILED_PRECONDITION", "message": "No {what}, no {missing}."},
        {"return": "SELECT '{}'"},
    )
    before = session.digest()
    result = session.call("probe", {"what": "way"})
    assert (result.error, result.message) == ("FAILED_PRECONDITION", "No way, no {missing}.")
    assert session.digest() == before


def test_patch_keeps_what_is_absent_and_clears_what_is_null() -> None:
    session = opened()
    kept = session.call("tasks_patch", {"tasklist": "l102", "task": "t104", "title": "Phone the plumber"}).value
    assert (kept["notes"], kept["due"]) == ("Ask about the sink as well", "2026-03-03T00:00:00Z")
    cleared = session.call("tasks_patch", {"tasklist": "l102", "task": "t104", "notes": None}).value
    assert "notes" not in cleared
    assert cleared["title"] == "Phone the plumber"


@pytest.mark.parametrize("name", ["max-results", "$filter", "a.b", "with space", "args", "function", "é", "0"])
def test_odd_argument_names_arrive(name: str) -> None:
    session = session_with(
        {"require": f"""SELECT 1 WHERE :args->>'$."{name}"' <> 'none'""", "error": "GONE", "message": f"<{{{name}}}>"},
        {"return": f"""SELECT json_object('got', :args->'$."{name}"')"""},
        parameters={"type": "object", "properties": {name: {}}, "additionalProperties": False},
    )
    assert session.call("probe", {name: 5}).value == {"got": 5}
    assert session.call("probe", {name: "none"}).message == "<none>"


def test_arguments_of_every_json_type_survive() -> None:
    session = session_with({"return": "SELECT json(:args)"})
    given = {"a": None, "b": [1, 2.5, "x"], "c": {"d": [True, False]}, "e": "", "f": 'ünï\n"{}', "g": -(2**63)}
    assert session.call("probe", given).value == given


@pytest.mark.parametrize("size", [1, 2, 3, 5, 20])
def test_pagination_visits_each_row_once(size: int) -> None:
    session = opened()
    for number in range(7):
        session.call("tasks_insert", {"tasklist": "l101", "title": f"extra {number}"})
    seen, arguments = [], {"tasklist": "l101", "maxResults": size}
    while True:
        value = session.call("tasks_list", arguments).value
        seen += [row["id"] for row in value["items"]]
        if "nextPageToken" not in value:
            break
        arguments = {**arguments, "pageToken": value["nextPageToken"]}
    assert seen == [row["id"] for row in session.state()["task"] if row["tasklist"] == "l101"]


def test_a_page_token_serves_only_its_own_list() -> None:
    session = opened()
    token = session.call("tasks_list", {"tasklist": "l101", "maxResults": 1}).value["nextPageToken"]
    other = session.call("tasks_list", {"tasklist": "l103", "maxResults": 1, "pageToken": token})
    assert other.error == "INVALID_ARGUMENT"


def test_deleting_a_parent_takes_its_children_and_no_others() -> None:
    session = opened()
    session.call("tasklists_delete", {"tasklist": "l101"})
    assert {row["tasklist"] for row in session.state()["task"]} == {"l102", "l103"}


def test_the_log_keeps_every_call_and_cannot_be_changed_from_outside() -> None:
    session = opened()
    arguments = {"title": "Garden"}
    result = session.call("tasklists_insert", arguments)
    session.call("nope", {})
    session.call("tasks_get", {"tasklist": 3})
    arguments["title"] = result.value["title"] = "changed"
    session.log[0].result.value["title"] = "changed"
    entries = session.log
    assert [(entry.tool, entry.result.error) for entry in entries] == [
        ("tasklists_insert", None),
        ("nope", "UNKNOWN_TOOL"),
        ("tasks_get", "INVALID_ARGUMENT"),
    ]
    assert entries[0].arguments == {"title": "Garden"}
    assert entries[0].result.value["title"] == "Garden"


def test_schema_failures_say_which_argument() -> None:
    session = opened()
    result = session.call("tasks_insert", {"tasklist": "l101", "title": "x", "status": "lost"})
    assert result.error == "INVALID_ARGUMENT"
    assert result.message is not None
    assert result.message.startswith("status: ")


def test_queries_read_with_bindings() -> None:
    found = opened().query("SELECT id FROM task WHERE title = ? ORDER BY id", ("Order birthday cake",))
    assert found == [("t102",), ("t108",)]


def changed(table: str, change: dict) -> Scenario:
    scenario = tasks_scenario()
    first, *rest = scenario.tables[table]
    return scenario.model_copy(update={"tables": {**scenario.tables, table: ({**first, **change}, *rest)}})
