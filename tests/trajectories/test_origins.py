"""Origins found by search: what a user said, a result showed or the schema gives, and nothing by chance."""

import pytest

from stages.core.records import Call, Span
from stages.trajectories.spoken import supports
from stages.trajectories.writing.origins import origin, said, spans
from tests.trajectories.test_dialogues import ENVIRONMENT

INSERT = ENVIRONMENT.tool("tasks_insert")
LIST = ENVIRONMENT.tool("tasks_list")


@pytest.mark.parametrize(
    ("message", "value", "text"),
    [
        ('Please add "Buy stamps" to it.', "Buy stamps", "Buy stamps"),
        ("Please add buy stamps to it.", "Buy stamps", "buy stamps"),
        ("Show me only 1,200 of them.", 1200, "1,200"),
        ("Show me three of them.", 3, "three"),
        ("It is due on March 6, 2026, I think.", "2026-03-06", "March 6, 2026"),
        ("Mark it as needs action.", "needsAction", "needs action"),
        ("Invite Ann, Ben and Cleo to it.", ["Ann", "Ben", "Cleo"], "Ann, Ben and Cleo"),
        ("Add mkdir -p test/{a,b} to it.", "mkdir -p test/{a,b}", "mkdir -p test/{a,b}"),
        ("Add it.", "Buy stamps", None),
        ("Buy stampsman.", "Buy stamps", None),
        ("Show me 12 of them.", 1, None),
        ("Anything.", "", None),
        ("Anything.", {"a": 1}, None),
        ("Anything.", None, None),
    ],
)
def test_the_words_that_state_a_value_are_found_verbatim(message: str, value: object, text: str | None) -> None:
    found = said(message, value, "title")  # type: ignore[arg-type]
    assert found == text
    assert found is None or (found in message and supports(found, value))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("message", "value", "text"),
    [
        ("Show me those on my list with a due date.", True, None),
        ("Include completed ones on my list.", True, "Include"),
        ("Show them without completed ones.", False, "without"),
        ("Include everything on my list.", True, None),
    ],
)
def test_a_truth_value_needs_a_word_of_its_own_beside_what_it_is_about(
    message: str, value: bool, text: str | None
) -> None:
    assert said(message, value, "showCompleted") == text


def test_common_values_count_as_read_only_under_their_own_name() -> None:
    results = [{"items": [{"id": "t1", "status": "completed", "count": 20}]}]
    assert origin(INSERT, 0, "status", "completed", ["Do it."], results) == Span(
        call=0, argument="status", origin="result", path="items.0.status", call_index=0
    )
    assert origin(LIST, 0, "maxResults", 20, ["Do it."], results) is None
    assert origin(INSERT, 0, "status", "completed", ["Do it."], [{"items": [{"title": "completed"}]}]) is None
    assert origin(INSERT, 0, "tasklist", "t1", ["Do it."], results) is not None


def test_a_call_sees_only_the_results_before_it() -> None:
    calls = [
        Call(tool="tasks_list", arguments={"tasklist": "l9"}),
        Call(tool="tasks_list", arguments={"tasklist": "l9"}),
    ]
    results = [{"items": []}, {"id": "l9"}, {"items": []}]
    found, lost = spans(ENVIRONMENT, calls, results, ["Show it."], 1)
    assert lost == [(0, "tasklist")] and [(one.call, one.call_index) for one in found] == [(1, 1)]


def test_the_schemas_default_is_an_origin() -> None:
    schema = {"type": "object", "properties": {"size": {"type": "integer", "default": 7}}}
    tool = LIST.model_copy(update={"parameters": schema})
    assert origin(tool, 0, "size", 7, ["Show it."], []) == Span(call=0, argument="size", origin="default")
    assert origin(tool, 0, "size", 8, ["Show it."], []) is None
