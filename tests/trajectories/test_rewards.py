"""Two rewards on perturbed golds: what is right by construction is paid, what is wrong is not, and where one of them errs."""

import json

import pytest

from stages.core.engine import Runtime
from stages.core.records import Call, Dialogue
from stages.trajectories.rewards import Row, main, measure, table
from tests.fixtures.tasks import tasks_environment, tasks_scenario
from tests.trajectories.test_dialogues import RUNTIME, made
from tests.trajectories.test_planner import said, twice

RIGHT = {"the reference", "a shorter path", "a look first", "a failed try first", "answered from memory"}
WRONG = {
    "nothing done",
    "a guess",
    "a write dropped",
    "another value or row",
    "an unasked write too",
    "the answer unsaid",
}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [row for dialogue in (*made(number=12), wordy()) for row in measure(RUNTIME, dialogue)]


def wordy() -> Dialogue:
    """Asked for what its look-up shows already, and once more: the references make a call too many."""
    key = {"tasklist": "l101"}
    look = (Call(tool="tasklists_list", arguments={}), Call(tool="tasks_list", arguments=key))
    row = next(r for r in tasks_scenario().tables["task"] if r["tasklist"] == "l101" and r["notes"])
    get = Call(tool="tasks_get", arguments={**key, "task": str(row["id"])})
    words = f"What are the notes of {row['title']} in Groceries?"
    value = (str(row["notes"]),)
    return said(tasks_environment(), (words, (*look, get), value), (words, (get,), value))


def test_every_kind_of_way_is_tried_and_named_right_or_wrong_as_it_was_made(rows):
    kinds = {(row.name, row.right) for row in rows}
    assert {(name, True) for name in RIGHT} | {(name, False) for name in WRONG} <= kinds
    assert not {(name, False) for name in RIGHT} & kinds and not {(name, True) for name in WRONG} & kinds


def test_the_goal_reward_pays_every_right_end_and_no_wrong_one(rows):
    assert all((row.goal >= 0.5) == row.right for row in rows)
    assert all(row.goal == row.envfactory == 1.0 for row in rows if row.name == "the reference")


def test_the_calls_reward_pays_for_an_answer_that_was_never_said(rows):
    """envfactory.md 20: it looks at calls and state alone."""
    assert {row.envfactory for row in rows if row.name == "the answer unsaid"} == {1.0}
    assert all(row.envfactory < 0.5 for row in rows if row.name in WRONG - {"the answer unsaid"})


def test_the_calls_reward_takes_all_from_who_remembers_what_an_earlier_turn_has_shown(rows):
    known = [row for row in rows if row.name == "answered from memory"]
    assert known and all((row.right, row.goal, row.envfactory) == (True, 1.0, 0.0) for row in known)


def test_another_minimal_path_is_paid_in_full_where_the_ways_are_known_and_half_by_the_reference_alone():
    look = Call(tool="tasklists_list", arguments={})
    patch = Call(tool="tasklists_patch", arguments={"tasklist": "l101", "title": "Food"})
    dialogue = said(twice(), ("Rename Groceries to Food.", (look, patch), ()))
    other = [row for row in measure(Runtime(twice()), dialogue) if row.name == "another minimal path"]
    assert [(row.right, row.goal, row.envfactory, row.released) for row in other] == [(True, 1.0, 1.0, 0.5)]


def test_a_path_shorter_than_the_reference_is_right_and_only_the_goal_reward_knows(rows):
    shorter = [row for row in rows if row.name == "a shorter path"]
    assert shorter and all((row.right, row.goal, row.envfactory) == (True, 1.0, 0.5) for row in shorter)


def test_an_extra_call_costs_a_little_and_a_broken_state_half(rows):
    """envfactory.md 20."""
    assert {row.envfactory for row in rows if row.name == "a look first"} == {0.95}
    assert {row.envfactory for row in rows if row.name == "an unasked write too"} == {0.45}


def test_the_table_adds_up(rows):
    lines = table(rows)
    assert sum(int(str(line["turns"])) for line in lines) == len(rows)
    assert json.dumps(lines) == json.dumps(table(list(rows)))


def test_a_missing_folder_is_one_line(tmp_path, capsys):
    assert main([str(tmp_path), str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
