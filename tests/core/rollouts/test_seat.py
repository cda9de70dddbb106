"""The assistant's seat executes what was said and believes nothing else; rewards follow its log."""

import pytest

from stages.core.engine import Runtime
from stages.core.models.calls import render
from stages.core.records import Call, Goal, Turn
from stages.core.rollouts.reward import GoalWeights, envfactory_reward, goal_reward
from stages.core.rollouts.seat import Limits, Seat
from tests.fixtures import tasks

GOLD = Call(tool="tasklists_insert", arguments={"title": "Garden"})
WEIGHTS = GoalWeights(valid=0.1, length=0.1)


def opened():
    return Runtime(tasks.tasks_environment()).open(tasks.tasks_scenario())


def goal(says: tuple[str, ...] = ()) -> Goal:
    session = opened()
    assert session.call(GOLD.tool, dict(GOLD.arguments)).ok
    return Goal(digest=session.goal_digest(), says=says)


def play(*texts: str, says: tuple[str, ...] = (), stopped: bool = True, most: int = 8):
    seat = Seat(opened(), ["Make a list called Garden."], [goal(says)], Limits(most))
    for text in texts:
        seat.hear(text, stopped)
    return seat


def reference() -> Turn:
    return Turn(user="x", calls=(GOLD,), outcomes=(), answer="Done.", goal=goal())


def test_the_gold_call_and_an_answer_pass_and_earn_everything():
    seat = play(render(GOLD), "Done.")
    assert seat.passed
    assert goal_reward(seat.turns[0], reference(), WEIGHTS) == 1.0
    assert envfactory_reward(seat.turns[0], reference()) == 1.0


def test_doing_nothing_fails_and_earns_nothing():
    seat = play("Done.")
    assert seat.turns[0].reason == "wrong_state"
    assert goal_reward(seat.turns[0], reference(), WEIGHTS) == envfactory_reward(seat.turns[0], reference()) == 0.0


def test_a_value_in_a_tool_result_earns_no_reward():
    """verl#6392."""
    seat = play(render(GOLD), "Done.", says=("Garden",))
    assert seat.turns[0].reason == "unsaid"
    assert goal_reward(seat.turns[0], reference(), WEIGHTS) <= WEIGHTS.valid


def test_a_try_never_earns_less_than_silence():
    """trl#6427."""
    seat = play("<tool_call>{broken")
    assert seat.over and seat.turns[0].reason == "unparsable" and seat.turns[0].unparsable == 1
    assert goal_reward(seat.turns[0], reference(), WEIGHTS) >= 0.0


def test_a_message_cut_at_the_limit_fails():
    assert play("Done", stopped=False).turns[0].reason == "cut_off"


def test_the_same_call_with_the_same_result_is_a_loop():
    look = render(Call(tool="tasklists_list", arguments={}))
    assert play(look, look).turns[0].reason == "loop"


def test_calls_of_one_message_are_all_made_and_answered_in_their_order():
    seat = Seat(opened(), ["Make Garden and show me the lists."], [goal()], Limits(4))
    look = Call(tool="tasklists_list", arguments={})
    replies = seat.hear(f"{render(GOLD)}\n{render(look)}", True)
    assert [(reply["role"], reply["name"]) for reply in replies] == [("tool", GOLD.tool), ("tool", look.tool)]
    assert "Garden" in str(replies[1]["content"])
    seat.hear("Done.", True)
    assert seat.passed and [entry.tool for entry in seat.turns[0].calls] == [GOLD.tool, look.tool]
    assert [message["role"] for message in seat.turns[0].messages] == ["user", "assistant", "tool", "tool", "assistant"]
    both = reference().model_copy(update={"calls": (look, GOLD), "messages": (2,)})
    assert goal_reward(seat.turns[0], both, WEIGHTS) == envfactory_reward(seat.turns[0], both) == 1.0


def test_calls_beyond_the_limit_are_not_executed():
    seat = play(render(GOLD) + "\n" + render(GOLD), most=1)
    assert seat.turns[0].reason == "too_many_calls" and len(seat.turns[0].calls) == 1


def test_the_second_turn_follows_a_passed_first():
    seat = Seat(opened(), ["Make it.", "Thanks."], [goal(), goal()], Limits(4))
    seat.hear(render(GOLD), True)
    assert seat.hear("Done.", True) == [{"role": "user", "content": "Thanks."}]
    seat.hear("You're welcome.", True)
    assert seat.passed and len(seat.turns) == 2


def test_extra_calls_cost_five_hundredths_each_in_envfactory():
    """envfactory.md 20."""
    looks = [render(Call(tool="tasklists_list", arguments=a)) for a in ({}, {"maxResults": 1})]
    seat = play(*looks, render(GOLD), "Done.")
    assert envfactory_reward(seat.turns[0], reference()) == pytest.approx(0.9)


def test_right_calls_with_a_wrong_state_earn_half_in_envfactory():
    """envfactory.md 20: the extra write makes the state wrong and costs one step."""
    other = Call(tool="tasklists_insert", arguments={"title": "Shed"})
    seat = play(render(GOLD), render(other), "Done.")
    assert envfactory_reward(seat.turns[0], reference()) == pytest.approx(0.45)
