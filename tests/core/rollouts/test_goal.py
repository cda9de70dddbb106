"""Goals are judged by state and by the assistant's own words."""

from typing import ClassVar

import pytest

from stages.core.engine.session import Entry, Result
from stages.core.records import Goal
from stages.core.rollouts.goal import declines, reached, says


class Still:
    log: ClassVar[list[Entry]] = []

    def goal_digest(self) -> str:
        return "d"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("There are 1,250 rows.", "1250"),
        ("It costs 1250.00 now.", "1,250"),
        ("The list is called groceries.", "Groceries"),
        ("It is 5%.", "5"),
        ("It fell to \u22125 degrees", "-5"),
        ("It is Dana’s list.", "Dana's list"),
        ("It is due on August 26, 2026 at 11:30 UTC.", "2026-08-26T11:30:00Z"),
        ("It is due on 26 August 2026, 11:30:00 UTC.", "2026-08-26T11:30:00.000+00:00"),
        ("Aug 6, 2026 at 1:05 PM UTC", "2026-08-06T13:05:00Z"),
        ("2026-08-26T11:30:00Z", "2026-08-26T11:30:00Z"),
        ("It ends on the 1st August 2026.", "2026-08-01"),
    ],
)
def test_a_value_is_found_by_number_or_by_words(text, value):
    assert says(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("In 2012.", "12"),
        ("At 12:30.", "12"),
        ("On 2026-01-12.", "12"),
        ("12.5 of them", "12"),
        ("Groceries2", "Groceries"),
        ("anything", ""),
        ("number 7", "007"),
        ("August 26, 2026 at 11:30 CET", "2026-08-26T11:30:00Z"),
        ("August 26, 2026", "2026-08-26T11:30:00Z"),
        ("August 26, 2026 at 11:30 UTC", "2026-08-26T11:30:15Z"),
        ("August 26, 2026 at 11:30 UTC", "2026-08-26T11:30:00+02:00"),
        ("31 February 2026", "2026-02-31"),
        ("August 2, 2026", "2026-08-12"),
    ],
)
def test_a_part_of_something_else_is_not_the_value(text, value):
    assert not says(text, value)


def test_a_wrong_state_fails_whatever_is_said():
    assert reached(Still(), Goal(digest="other"), "done").reason == "wrong_state"


def test_a_value_left_out_fails_the_turn():
    assert reached(Still(), Goal(digest="d", says=("Dana",)), "ok").reason == "unsaid"
    assert reached(Still(), Goal(digest="d", says=("Dana",)), "It is Dana.").passed


def test_a_right_value_that_nothing_showed_is_a_guess():
    goal = Goal(digest="d", says=("3",), reads=("tasks_list", "tasks_get"))
    assert reached(Still(), goal, "There are 3.").reason == "guessed"


@pytest.mark.parametrize(
    ("tool", "result", "passed"),
    [
        ("tasks_get", Result(True, {"id": "t1", "position": 3}), True),
        ("tasks_list", Result(True, {"items": [{"id": "t1"}, {"id": "t2"}, {"id": "t3"}]}), True),
        ("tasks_list", Result(True, {"items": [{"id": "t1"}, {"id": "t2"}]}), False),
        ("tasks_get", Result(True, {"id": "t3", "done": True}), False),
        ("tasks_list", Result(False, None, "NOT_FOUND", "no task list t9"), False),
        ("notes_list", Result(True, {"items": []}), False),
    ],
)
def test_a_value_counts_once_a_result_of_the_right_tool_has_shown_it(tool, result, passed):
    class Read(Still):
        log: ClassVar[list[Entry]] = [Entry(tool, {}, result)]

    assert (
        reached(Read(), Goal(digest="d", says=("3",), reads=("tasks_list", "tasks_get")), "There are 3.").passed
        == passed
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("What should the new name be?", ""),
        ("Sure! And the NAME would be what?", ""),
        ("The name is missing.", "not_asked"),
        ("What else can I do?", "not_asked"),
        ("Done, I renamed it.", "not_asked"),
    ],
)
def test_what_is_missing_must_be_asked_for(text, reason):
    assert reached(Still(), Goal(digest="d", asks=("name", "called")), text).reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, I have no tool to delete task lists.",
        "I can’t do that.",
        "That is not allowed here.",
        "I don't have a function for it.",
        "Task lists must not be deleted.",
        "I can't do that, so nothing was deleted.",
        "I'm not allowed to. I haven't deleted it; no task was removed.",
        "Okay, I cannot delete it: lists that were created by others stay.",
        "I’m sorry, that can’t be done.",
    ],
)
def test_a_refusal_is_known_by_its_words(text):
    assert declines(text) and reached(Still(), Goal(digest="d", declines=True), text).passed


@pytest.mark.parametrize(
    "text",
    [
        "Done, I deleted Work.",
        "Done, you can not see it any more.",
        "",
        "Which one?",
        "Okay.",
        "Done, but I can't undo it.",
        "I can't undo it, but it is done.",
        "Work was deleted and can't be restored.",
        "I’ve deleted it. You can’t get it back.",
        "I cannot restore it. The list has been removed.",
        "Your list is gone, I can't bring it back.",
    ],
)
def test_what_only_claims_or_asks_is_no_refusal(text):
    assert reached(Still(), Goal(digest="d", declines=True), text).reason == "not_declined"
