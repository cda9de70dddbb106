"""Prices of played turns: masks, other ways, extra calls, caps; every number of envfactory.md 20."""

import pytest

from stages.core.engine.session import Entry, Result
from stages.core.records import Call, Goal, Outcome, Span, Turn
from stages.core.rollouts.reward import GoalWeights, covers, envfactory_reward, fewest, goal_reward, matches
from stages.core.rollouts.seat import PlayedTurn

LOOK = Call(tool="list", arguments={})
SET = Call(tool="patch", arguments={"key": "k1", "title": "Food", "limit": 50})
PUT = Call(tool="put", arguments={"key": "k1", "title": "Food"})
WEIGHTS = GoalWeights(valid=0.1, length=0.1)


def turn(**fields: object) -> Turn:
    done = (Outcome(value={}), Outcome(value={}))
    return Turn(user="x", calls=(LOOK, SET), outcomes=done, answer="Done.", goal=Goal(digest="d")).model_copy(
        update=fields
    )


def played(*calls: Call, state: bool = True, unparsable: int = 0) -> PlayedTurn:
    entries = tuple(Entry(call.tool, dict(call.arguments), Result(True, {})) for call in calls)
    return PlayedTurn((), entries, state, "" if state else "wrong_state", unparsable, state)


def test_the_reference_earns_all_in_any_order():
    """envfactory.md 20."""
    assert envfactory_reward(played(LOOK, SET), turn()) == envfactory_reward(played(SET, LOOK), turn()) == 1.0


def test_a_masked_argument_may_differ_or_be_missing_and_no_other():
    """envfactory.md 20."""
    masked = turn(masked=((1, "limit"),))
    other = Call(tool="patch", arguments={"key": "k1", "title": "Food", "limit": 7})
    without = Call(tool="patch", arguments={"key": "k1", "title": "Food"})
    wrong = Call(tool="patch", arguments={"key": "k1", "title": "Drink", "limit": 50})
    assert envfactory_reward(played(LOOK, other), masked) == envfactory_reward(played(LOOK, without), masked) == 1.0
    assert envfactory_reward(played(LOOK, other), turn()) == 0.5
    assert envfactory_reward(played(LOOK, wrong, state=False), masked) == 0.0


def test_a_value_from_the_schemas_default_is_masked():
    spans = (Span(call=1, argument="limit", origin="default"),)
    assert matches([LOOK, Call(tool="patch", arguments={"key": "k1", "title": "Food"})], turn(spans=spans))


def test_another_way_earns_all_and_parts_of_two_ways_do_not():
    ways = ((LOOK, PUT),)
    assert envfactory_reward(played(PUT, LOOK), turn(ways=ways)) == 1.0
    assert envfactory_reward(played(LOOK, PUT), turn()) == 0.5
    assert envfactory_reward(played(PUT), turn(ways=ways)) == 0.5


def test_right_calls_with_a_wrong_state_earn_half():
    """envfactory.md 20."""
    assert envfactory_reward(played(LOOK, SET, state=False), turn()) == 0.5


def test_two_extra_calls_cost_a_tenth_and_no_number_of_them_more_than_half():
    """envfactory.md 20."""
    assert envfactory_reward(played(LOOK, SET, LOOK, LOOK), turn()) == pytest.approx(0.9)
    assert envfactory_reward(played(LOOK, SET, *[LOOK] * 40), turn()) == pytest.approx(0.5)


def test_unparsable_calls_cost_as_much_and_are_capped_too():
    """envfactory.md 20."""
    assert envfactory_reward(played(LOOK, SET, unparsable=1), turn()) == pytest.approx(0.95)
    assert envfactory_reward(played(LOOK, SET, unparsable=40), turn()) == pytest.approx(0.5)
    assert envfactory_reward(played(LOOK, SET, *[LOOK] * 40, unparsable=40), turn()) == 0.0


def test_an_empty_turn_earns_nothing():
    """envfactory.md 20."""
    assert envfactory_reward(played(), turn()) == 0.0


def test_the_goal_reward_counts_from_the_shortest_way():
    failed = turn(ways=((PUT,),))
    assert fewest(failed) == 1 and fewest(turn()) == 2
    assert goal_reward(played(LOOK, SET), turn(), WEIGHTS) == goal_reward(played(PUT), failed, WEIGHTS) == 1.0
    assert goal_reward(played(LOOK, SET), failed, WEIGHTS) == pytest.approx(1 - 0.1 / 4)


def test_one_call_is_no_partner_for_two():
    assert covers([LOOK, LOOK], [LOOK, LOOK]) and not covers([LOOK], [LOOK, LOOK])
