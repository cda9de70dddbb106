"""Dialogues over two environments at once: the same synthesis, the same proofs, tools of both in one dialogue."""

from functools import lru_cache

import pytest

from stages.core import jsonl
from stages.core.engine import Runtime
from stages.core.engine.catalogue import entry, environments, with_joins
from stages.core.models.calls import render
from stages.core.params import load
from stages.core.params.rl import GoalReward
from stages.core.records import Dialogue, JointChain
from stages.core.replay import replay
from stages.core.rollouts.seat import Limits, Seat
from stages.core.seeds import generator
from stages.rl.tasks import TurnTask
from stages.trajectories import joining, proof
from stages.trajectories.making import Wish, make
from stages.trajectories.parallel import parallel
from stages.trajectories.replay import replay as replay_all
from stages.trajectories.rows import rl_rows, sft_dialogue
from stages.trajectories.synthesis import Budgets, Synthesis, Uses
from stages.trajectories.tokens import estimate
from tests.environments.real import PAIRS, entries, real
from tests.trajectories.test_run import inputs

BUDGETS = Budgets(tools=5, schema_tokens=700, result_tokens=600, call_tokens=80)


def name(pair: tuple[str, str]) -> str:
    return "+".join(real(one).entry.environment.id for one in pair)


@lru_cache
def runtime(pair: tuple[str, str]) -> Runtime:
    return Runtime(entry(entries(), name(pair)).environment)


@lru_cache
def made(pair: tuple[str, str]) -> tuple[Dialogue, ...]:
    starts = [one for one in entry(entries(), name(pair)).scenarios if one.complexity != "boundary"]
    split = "test" if runtime(pair).environment.use == "evaluation" else "train"
    maker = Synthesis(runtime(pair), starts, split, Uses(), BUDGETS, estimate)
    found = [maker.dialogue(starts[n % len(starts)], [], 3, (), generator(5, name(pair), n)) for n in range(30)]
    return tuple(one for one in found if isinstance(one, Dialogue))


def sides(pair: tuple[str, str], row: Dialogue) -> set[str]:
    """The environments whose tables the dialogue's calls act on."""
    tables = {t.name: real(one).entry.environment.id for one in pair for t in real(one).entry.environment.tables}
    return {tables[runtime(pair).environment.tool(call.tool).table] for turn in row.turns for call in turn.calls}


@pytest.mark.parametrize("pair", PAIRS, ids="+".join)
def test_dialogues_use_tools_of_both_and_are_proved_like_any_other(pair):
    """envfactory.md 15, 18."""
    environment = runtime(pair).environment
    both = [row for row in made(pair) if len(sides(pair, row)) == 2]
    assert len(both) >= 3
    for row in both:
        again = Dialogue.model_validate_json(row.model_dump_json(by_alias=True))
        found = environments(entries(), [again.environment])[again.environment]
        assert replay(Runtime(found), again) is None
        assert not proof.leaks(row, environment) + proof.unproved(row, environment)
        assert not proof.weak_goals(runtime(pair), row)


@pytest.mark.parametrize("pair", PAIRS[:2], ids="+".join)
def test_evaluation_and_rl_play_them_unchanged(pair):
    environment = runtime(pair).environment
    row = next(row for row in made(pair) if len(sides(pair, row)) == 2)
    assert sft_dialogue(row, environment).tools and len(rl_rows(row, environment)) == len(row.turns)
    session = runtime(pair).open(row.scenario)
    seat = Seat(session, [turn.user for turn in row.turns], [turn.goal for turn in row.turns], Limits(6))
    for turn in row.turns:
        for call in turn.calls:
            seat.hear(render(call), True)
        seat.hear(turn.answer, True)
    assert seat.passed
    for number in range(len(row.turns)):
        task = TurnTask(runtime(pair), row, number, Limits(6), GoalReward(method="goal", valid=0.1, length=0.1))
        task.prove()
        (place,) = task.places(1)
        for call in row.turns[number].calls:
            place.hear(render(call), True)
        place.hear(row.turns[number].answer, True)
        assert task.reward(place) == 1.0


@pytest.mark.parametrize("pair", PAIRS[:2], ids="+".join)
def test_a_dialogue_is_followed_back_to_what_both_sides_came_from(pair):
    for row in made(pair):
        known = [f"{one.environment.id}/{t.name}" for one in entries().values() for t in one.environment.tools]
        assert all(sum(own in row.parents for own in known if own.endswith(f"/{tool}")) == 1 for tool in row.tools)
        starts = {one.id for entry in entries().values() for one in entry.scenarios}
        assert len([parent for parent in row.parents if parent in starts]) == 2


def test_exported_rows_replay_in_a_fresh_process_from_the_catalogue_of_single_environments(tmp_path):
    """envfactory.md 18: `stages.trajectories.replay` resolves the join by the row's id."""
    rows = made(PAIRS[0])[:4]
    jsonl.write(tmp_path / "dialogues.jsonl", rows)
    for one in PAIRS[0]:
        found = real(one).entry
        folder = tmp_path / "environments" / found.environment.id
        folder.mkdir(parents=True)
        (folder / "environment.json").write_text(found.environment.model_dump_json(by_alias=True))
        jsonl.write(folder / "scenarios.jsonl", found.scenarios)
        jsonl.write_json(folder / "gate.json", {"passed": True})
    assert replay_all(tmp_path, tmp_path / "environments") == (4, [])
    jsonl.write(tmp_path / "dialogues.jsonl", [rows[0].model_copy(update={"environment": "google-tasks-v1+other"})])
    total, problems = replay_all(tmp_path, tmp_path / "environments")
    assert total == 1 and problems == [f"{rows[0].id}: no environment other"]


def test_requests_to_both_sides_can_be_made_at_once():
    found = []
    for pair in PAIRS[:3]:
        for number, row in enumerate(made(pair)):
            new = parallel(runtime(pair), row, generator(3, "both", number))
            turn = new and next(turn for turn in new.turns if turn.case == "parallel")
            if new and turn and len(sides(pair, new.model_copy(update={"turns": (turn,)}))) == 2:
                assert replay(runtime(pair), new) is None
                found.append(turn.user)
    assert len(found) >= 3


def test_the_stage_makes_dialogues_over_pairs_and_each_of_them_uses_both(tmp_path):
    pair = PAIRS[0]
    joined, split = name(pair), "test" if runtime(pair).environment.use == "evaluation" else "train"
    catalogue = with_joins(entries(), [joined])
    params = load("trajectories").model_copy(
        update={"tools": 6, "schema_tokens": 4000, "result_tokens": 4000, "call_tokens": 4000, "max_turns": 4}
    )
    model = inputs(tmp_path / "in")["base"] / "model"
    found = make([Wish(split, 4, [joined])], catalogue, {}, params, model, tmp_path / "resume", 1)
    assert len(found.dialogues) == 4
    assert all(len(sides(pair, row)) == 2 and row.environment == joined for row in found.dialogues)


def test_pairs_that_chains_go_through_come_first_and_bring_their_chains():
    catalogue, joined = entries(), name(PAIRS[0])
    one, two = (catalogue[part] for part in joined.split("+"))
    ids = [f"{side.environment.id}/{side.environment.tools[0].name}" for side in (one, two)]
    chain = JointChain(id="c", parents=tuple(ids), environments=tuple(joined.split("+")), tools=tuple(ids))
    sides = {part: catalogue[part] for part in joined.split("+")}
    assert joining.pairs(sides, [chain], generator(1), 1) == [joined] == joining.pairs(sides, [], generator(1), 3)
    assert joining.pairs(sides, [chain], generator(1), 0) == []
    everything = with_joins(sides, [joined])
    [(told, tools)] = joining.chains({}, [chain], everything)[joined]
    names = {tool.name for tool in everything[joined].environment.tools}
    assert told == "c" and len(tools) == 2 and set(tools) <= names
    beside = joining.chains({part: [(f"of-{part}", ["x"])] for part in sides}, [], everything)[joined]
    assert beside == [(" ".join(f"of-{part}" for part in joined.split("+")), ["x", "x"])]
