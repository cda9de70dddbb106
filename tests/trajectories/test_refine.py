"""Calibrated refinement: less is said, the same is reached, and what could be taken two ways is never said."""

import pytest

from stages.core.engine import Session
from stages.core.params.trajectories import Refine
from stages.core.records import Dialogue, Turn
from stages.core.replay import at_turn, replay
from stages.core.seeds import generator
from stages.trajectories import proof
from stages.trajectories.describing import Description, descriptions, only
from stages.trajectories.expansion import expand, goal_expansion
from stages.trajectories.refine import refine
from stages.trajectories.rows import rl_rows, sft_dialogue
from stages.trajectories.synthesis import Budgets, Synthesis, Uses
from stages.trajectories.tokens import estimate
from stages.trajectories.world import World
from tests.fixtures.tasks import tasks_scenario
from tests.trajectories.test_dialogues import ENVIRONMENT, RUNTIME, _second

KINDS = ("implicit_reference", "ambiguity", "action_compression", "goal_expansion")


def shares(*kinds: str, joined: int = 2) -> Refine:
    return Refine.model_validate({kind: 1.0 if kind in kinds else 0.0 for kind in KINDS} | {"joined": joined})


@pytest.fixture(scope="module")
def plain() -> list[Dialogue]:
    """Sixty dialogues of the tasks environment."""
    budgets = Budgets(tools=6, schema_tokens=2000, result_tokens=2000, call_tokens=90, calls=6)
    maker = Synthesis(RUNTIME, [tasks_scenario(), _second()], "train", Uses(), budgets, estimate)
    starts = (tasks_scenario(), _second())
    found = [maker.dialogue(starts[n % 2], [], 3, (), generator(5, "plain", n)) for n in range(60)]
    return [one for one in found if isinstance(one, Dialogue)]


def remade(row: Dialogue, wanted: Refine, seed: int) -> Dialogue:
    return expand(RUNTIME, refine(RUNTIME, row, wanted, generator(2, seed)), wanted, generator(3, seed))


def refined(rows: list[Dialogue], *kinds: str, joined: int = 2) -> list[tuple[Dialogue, Dialogue]]:
    """(before, after) of the dialogues that one of the kinds was put into."""
    pairs = [(row, remade(row, shares(*kinds, joined=joined), n)) for n, row in enumerate(rows)]
    return [(old, new) for old, new in pairs if any(turn.refined for turn in new.turns)]


def changed(old: Dialogue, new: Dialogue) -> list[tuple[Turn, Turn]]:
    return [(a, b) for a, b in zip(old.turns, new.turns, strict=True) if b.refined]


@pytest.mark.parametrize("kind", KINDS)
def test_a_refined_dialogue_replays_to_the_same_end_state_and_is_proved(kind: str, plain: list[Dialogue]) -> None:
    """envfactory.md 14, 15, 18."""
    pairs = refined(plain, kind)
    assert len(pairs) >= 3
    for old, new in pairs:
        again = Dialogue.model_validate_json(new.model_dump_json(by_alias=True))
        assert replay(RUNTIME, again) is None and new.end_digest == old.end_digest
        assert not proof.leaks(new, ENVIRONMENT) and not proof.unproved(new, ENVIRONMENT)
        assert not proof.weak_goals(RUNTIME, new)
        assert new.id != old.id
        calls = [[call for turn in row.turns for call in turn.calls] for row in (old, new)]
        assert calls[0] == calls[1]
        assert len(sft_dialogue(new, ENVIRONMENT).messages) and len(rl_rows(new, ENVIRONMENT)) == len(new.turns)


@pytest.mark.parametrize("kind", ["implicit_reference", "ambiguity"])
def test_a_described_row_is_no_longer_named_and_the_look_up_shows_what_describes_it(
    kind: str, plain: list[Dialogue]
) -> None:
    """envfactory.md 14."""
    seen = 0
    for old, new in refined(plain, kind):
        for number, (was, now) in enumerate(zip(old.turns, new.turns, strict=True)):
            if not now.refined:
                continue
            world = World(ENVIRONMENT, at_turn(RUNTIME, old, number))
            keys = {str(value) for value in now.calls[-1].arguments.values()}
            named = [
                r.label for t in ENVIRONMENT.tables for r in world.refs(t) if r.key in keys and r.label in was.user
            ]
            assert any(label not in now.user for label in named)
            assert "list" in now.calls[0].tool
            seen += 1
    assert seen >= 3


def test_a_description_that_fits_two_rows_is_never_given() -> None:
    """envfactory.md 14: an unsolvable rewrite is rejected."""
    session = RUNTIME.open(tasks_scenario())
    table = ENVIRONMENT.table("task")
    world = World(ENVIRONMENT, session)
    tried = 0
    for ref in world.refs(table):
        shown = [dict(row) for row in world.rows("task") if ref.scope and row["tasklist"] == ref.scope.key]
        for found in descriptions(world, table, ref, shown, False, generator(1, ref.key)):
            assert only(world, table, ref, found)
            tried += 1
        loose = Description("with a title", '"title" IS NOT NULL', {}, "value")
        assert only(world, table, ref, loose) == (len(shown) == 1)
    assert tried > 5


def test_a_compressed_step_is_still_taken_and_nobody_asks_for_it(plain: list[Dialogue]) -> None:
    kinds = set()
    for old, new in refined(plain, "action_compression"):
        for _, turn in changed(old, new):
            assert len(turn.calls) > 1
            kinds.add(turn.template.split(".")[0])
            forced = [span for span in turn.spans if span.call == len(turn.calls) - 1 and span.origin == "result"]
            assert forced
    assert "create_pair" in kinds


def test_a_value_that_is_copied_is_in_no_word_of_the_user() -> None:
    maker = Synthesis(RUNTIME, [tasks_scenario(), _second()], "train", Uses(), Budgets(6, 2000, 2000, 90), estimate)
    found = [maker.dialogue(tasks_scenario(), ["tasks_patch"], 1, (), generator(8, n)) for n in range(150)]
    rows = [row for row in found if isinstance(row, Dialogue) and row.turns[0].template.startswith("set.")]
    pairs = refined(rows, "action_compression")
    assert pairs
    for _, new in pairs:
        turn = new.turns[0]
        copied = [span for span in turn.spans if span.origin == "result" and (span.path or "").count(".") == 2]
        value = next(turn.calls[-1].arguments[s.argument] for s in copied if s.argument not in ("task", "tasklist"))
        assert str(value).lower() not in turn.user.lower()


def test_an_expanded_turn_needs_both_requests(plain: list[Dialogue]) -> None:
    for _, new in refined(plain, "goal_expansion"):
        for number, turn in enumerate(new.turns):
            if "goal_expansion" not in turn.refined:
                continue
            session: Session = at_turn(RUNTIME, new, number)
            for call in turn.calls[:-1]:
                session.call(call.tool, dict(call.arguments))
            assert session.goal_digest() != turn.goal.digest or turn.goal.says


def test_second_thoughts_and_what_gives_an_answer_away_are_not_asked_in_one_breath(plain: list[Dialogue]) -> None:
    joined = 0
    for row in plain:
        for number in range(len(row.turns) - 1):
            first, second = row.turns[number : number + 2]
            made = goal_expansion(row, number, generator(1))
            joined += made is not None
            told = any(value.lower() in second.user.lower() for value in first.goal.says)
            if told or second.template.startswith(("delete_it", "rename_it")):
                assert made is None
    assert joined


def test_the_ways_of_a_joined_turn_are_those_of_both_requests(plain: list[Dialogue]) -> None:
    row = next(row for row in plain if len(row.turns) > 1 and goal_expansion(row, 0, generator(1)))
    first, second = row.turns[:2]
    other = (*first.calls, *first.calls)
    turns = (
        first.model_copy(update={"ways": (other,)}),
        second.model_copy(update={"masked": ((len(second.calls) - 1, "x"),)}),
    )
    made = goal_expansion(row.model_copy(update={"turns": (*turns, *row.turns[2:])}), 0, generator(1))
    assert made is not None
    assert made.turns[0].ways == ((*other, *second.calls),)
    assert made.turns[0].masked == ((len(made.turns[0].calls) - 1, "x"),)


def test_a_turn_joins_no_more_requests_than_allowed(plain: list[Dialogue]) -> None:
    for most in (2, 3):
        pairs = refined(plain, "goal_expansion", joined=most)
        counts = [turn.refined.count("goal_expansion") for _, new in pairs for turn in new.turns]
        assert max(counts) == most - 1


def test_a_share_of_nothing_changes_nothing(plain: list[Dialogue]) -> None:
    assert [refine(RUNTIME, row, shares(), generator(1)) for row in plain] == plain
