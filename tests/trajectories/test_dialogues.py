"""Dialogues on the hand-written tasks environment: proved, replayed, and never passable by doing nothing."""

import re
from functools import lru_cache
from itertools import pairwise

import pytest

from stages.core.engine import Runtime
from stages.core.records import Call, Dialogue, Scenario, Turn
from stages.core.replay import replay
from stages.core.rollouts.goal import reached
from stages.core.seeds import generator
from stages.trajectories import proof, rows, tokens
from stages.trajectories.synthesis import Budgets, Synthesis, Uses
from stages.trajectories.templates import TEMPLATES
from stages.trajectories.words import many
from stages.trajectories.world import Ref, World
from tests.fixtures.tasks import tasks_environment, tasks_scenario

BUDGETS = Budgets(tools=5, schema_tokens=300, result_tokens=256, call_tokens=80)
ENVIRONMENT = tasks_environment()
RUNTIME = Runtime(ENVIRONMENT)


def _second() -> Scenario:
    """Another start state, which new names and notes are drawn from."""
    first = tasks_scenario()
    names = ("Garden", "Trip to Rome", "Reading", "Car")
    lists = tuple({"id": f"l{n}", "title": name, "updated": first.now} for n, name in enumerate(names, 201))
    notes = (("Water roses", "Twice a week"), ("Buy soil", None), ("Cut hedge", "Not on Sunday"))
    task = first.tables["task"][0]
    tasks = tuple(
        {**task, "id": f"t{n}", "tasklist": "l201", "title": title, "notes": note}
        for n, (title, note) in enumerate(notes, 201)
    )
    return first.model_copy(update={"id": "scenario-second", "tables": {"tasklist": lists, "task": tasks}})


@lru_cache
def made(split: str = "train", number: int = 24) -> tuple[Dialogue, ...]:
    maker = Synthesis(RUNTIME, [tasks_scenario(), _second()], split, Uses(), BUDGETS, tokens.estimate)  # type: ignore
    found = [maker.dialogue(tasks_scenario(), [], 2 + n % 2, (), generator(5, split, n)) for n in range(number)]
    return tuple(dialogue for dialogue in found if isinstance(dialogue, Dialogue))


def test_the_grammar_has_many_wordings_and_holds_a_third_out() -> None:
    held = sum(template.held for template in TEMPLATES) / len(TEMPLATES)
    assert len(TEMPLATES) >= 40
    assert 0.28 <= held <= 0.38


def test_every_row_replays_to_its_recorded_digests() -> None:
    """envfactory.md 18."""
    assert len(made()) >= 15
    for row in made():
        again = Dialogue.model_validate_json(row.model_dump_json(by_alias=True))
        assert replay(Runtime(ENVIRONMENT), again) is None


def test_users_name_things_by_label_and_the_reference_still_replays() -> None:
    """envfactory.md 14 and 15."""
    for row in made():
        assert proof.leaks(row, ENVIRONMENT) == []
        keys = [str(r["id"]) for rows_ in row.scenario.tables.values() for r in rows_]
        assert not any(key in turn.user.split() for turn in row.turns for key in keys)


def test_a_row_id_in_the_users_words_is_a_leak() -> None:
    row = made()[0]
    turn = row.turns[0].model_copy(update={"user": "Delete t101 from my list."})
    assert proof.leaks(row.model_copy(update={"turns": (turn,)}), ENVIRONMENT) == ["t101"]


def test_every_argument_has_a_span_that_holds() -> None:
    for row in made():
        assert proof.unproved(row, ENVIRONMENT) == []


def test_a_value_that_nobody_said_is_unproved() -> None:
    row = next(row for row in made() if any(s.origin == "user" for s in row.turns[0].spans))
    turn = row.turns[0].model_copy(update={"user": "Do something."})
    assert proof.unproved(row.model_copy(update={"turns": (turn, *row.turns[1:])}), ENVIRONMENT)


def test_doing_nothing_and_a_perturbed_reference_fail_every_goal() -> None:
    for row in made():
        assert proof.weak_goals(RUNTIME, row) == []


def test_a_goal_that_the_start_state_meets_is_found() -> None:
    row = next(r for r in made() if any(ENVIRONMENT.tool(c.tool).writes for c in r.turns[0].calls))
    start = RUNTIME.open(row.scenario).goal_digest()
    turn = row.turns[0].model_copy(update={"goal": row.turns[0].goal.model_copy(update={"digest": start})})
    assert "turn 0: already reached" in proof.weak_goals(RUNTIME, row.model_copy(update={"turns": (turn,)}))


def test_a_changed_reference_call_does_not_replay() -> None:
    row = next(r for r in made() if ENVIRONMENT.tool(r.turns[0].calls[-1].tool).writes)
    wrong = Call(tool="tasklists_insert", arguments={"title": "Something else"})
    turn = row.turns[0].model_copy(update={"calls": (*row.turns[0].calls[:-1], wrong)})
    assert replay(RUNTIME, row.model_copy(update={"turns": (turn, *row.turns[1:])})) is not None


@pytest.mark.parametrize("scope, named", [(None, False), ("l101", True)])
def test_a_title_in_two_lists_names_a_task_only_inside_its_list(scope: str | None, named: bool) -> None:
    world = World(ENVIRONMENT, RUNTIME.open(tasks_scenario()))
    parent = Ref("tasklist", scope, "Groceries") if scope else None
    assert world.unique(Ref("task", "t102", "Order birthday cake", parent)) is named


def test_the_same_seed_gives_the_same_bytes() -> None:
    first = [row.model_dump_json() for row in made(number=8)]
    made.cache_clear()
    assert [row.model_dump_json() for row in made(number=8)] == first


def test_answers_tell_one_thing_from_many() -> None:
    told = [turn.answer for row in (*made(), *made("test")) for turn in row.turns]
    found = [
        match
        for answer in told
        if (match := re.match(r"(?:Done, t|T)he (?:only )?([\w ]+?) (?:of .+ )?(is|are) ", answer))
    ]
    assert {match[2] for match in found} == {"is", "are"}
    for match in found:
        assert (match[2] == "are") == many(match[1]), match[0]


def test_training_and_test_share_no_wording() -> None:
    """envfactory.md 19."""
    train = {turn.template for row in made("train") for turn in row.turns}
    test = {turn.template for row in made("test") for turn in row.turns}
    assert train and test and not train & test


def test_rows_hold_whole_dialogues_and_one_prompt_a_turn() -> None:
    row = made()[0]
    sft = rows.sft_dialogue(row, ENVIRONMENT)
    assert sft.messages[-1]["content"] == row.turns[-1].answer
    prompts = rows.rl_rows(row, ENVIRONMENT)
    assert [one.turn for one in prompts] == list(range(len(row.turns)))
    assert all(one.prompt[-1] == {"role": "user", "content": row.turns[n].user} for n, one in enumerate(prompts))


def test_shown_tools_hold_every_needed_one_and_stay_within_the_budget() -> None:
    for row in made():
        assert {call.tool for turn in row.turns for call in turn.calls} <= set(row.tools)
        assert len(row.tools) <= 5


def test_the_right_answer_without_a_look_at_the_rows_is_a_guess() -> None:
    asked = [row for row in made(number=40) if row.turns[0].goal.says]
    assert len(asked) >= 3
    for row in asked:
        turn = row.turns[0]
        session = RUNTIME.open(row.scenario)
        assert reached(session, turn.goal, turn.answer).reason == "guessed"
        for call in turn.calls:
            session.call(call.tool, dict(call.arguments))
        assert reached(session, turn.goal, turn.answer).passed


def following(*verbs: str) -> list[tuple[Turn, Turn]]:
    """(turn before, turn) for every turn of one of the verbs, of all splits."""
    rows = [row for split in ("train", "test") for row in made(split, 60)]
    pairs = [pair for row in rows for pair in pairwise(row.turns)]
    return [(before, turn) for before, turn in pairs if turn.template.split(".")[0] in verbs]


def test_nothing_is_put_into_or_listed_in_what_was_just_deleted():
    follows = following("create_in_it", "list_it", "count_it")
    assert follows
    assert not [turn.user for before, turn in follows if before.template.startswith("delete")]


def test_a_new_row_in_the_same_place_has_the_parent_of_the_last_one():
    follows = [(b, t) for b, t in following("create_there") if b.template.startswith("create_")]
    assert follows
    for before, turn in follows:
        assert set(turn.calls[-1].arguments.values()) & set(before.calls[-1].arguments.values()), turn.user


def test_a_new_row_in_it_has_the_last_row_as_its_parent():
    follows = [(b, t) for b, t in following("create_in_it") if b.template.startswith("create")]
    assert follows
    for before, turn in follows:
        made_now = before.outcomes[-1].value
        assert isinstance(made_now, dict)
        known = {str(value) for value in (*made_now.values(), *before.calls[-1].arguments.values())}
        assert known & set(map(str, turn.calls[-1].arguments.values())), turn.user
