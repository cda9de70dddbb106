"""Hard cases: made of proved dialogues, proved again, and not passable by doing what a careless model would do."""

import pytest

from stages.core.params.trajectories import Hard
from stages.core.records import Call, Dialogue
from stages.core.replay import replay
from stages.core.rollouts.goal import reached
from stages.core.seeds import generator
from stages.trajectories import proof
from stages.trajectories.hard import harden, missing_parameter, no_call, recovery
from stages.trajectories.rows import rl_rows, sft_dialogue
from stages.trajectories.synthesis import Budgets, Synthesis, Uses
from stages.trajectories.tokens import estimate
from tests.fixtures.tasks import tasks_scenario
from tests.trajectories.test_dialogues import ENVIRONMENT, RUNTIME, _second, made

CASES = ("missing_parameter", "missing_function", "policy", "recovery", "no_call", "parallel")


def shares(*cases: str) -> Hard:
    return Hard.model_validate({case: 1.0 if case in cases else 0.0 for case in CASES})


def few_tools() -> tuple[Dialogue, ...]:
    """Dialogues that show two tools, so that some function is missing."""
    budgets = Budgets(tools=2, schema_tokens=300, result_tokens=256, call_tokens=80)
    maker = Synthesis(RUNTIME, [tasks_scenario(), _second()], "train", Uses(), budgets, estimate)
    found = [maker.dialogue(tasks_scenario(), [], 1, (), generator(6, "few", n)) for n in range(20)]
    return tuple(one for one in found if isinstance(one, Dialogue))


def hardened(case: str) -> list[Dialogue]:
    """The dialogues that a case was put into."""
    rows = few_tools() if case == "missing_function" else made()
    found = [harden(RUNTIME, row, shares(case), generator(9, case, n)) for n, row in enumerate(rows)]
    return [row for row in found if any(turn.case == case for turn in row.turns)]


@pytest.mark.parametrize("case", CASES)
def test_every_case_is_found_and_its_rows_replay_and_are_proved(case):
    """envfactory.md 15, 18, 19."""
    rows = hardened(case)
    assert len(rows) >= 3
    for row in rows:
        again = Dialogue.model_validate_json(row.model_dump_json(by_alias=True))
        assert replay(RUNTIME, again) is None
        assert not proof.leaks(row, ENVIRONMENT)
        assert not proof.unproved(row, ENVIRONMENT)
        assert not proof.weak_goals(RUNTIME, row)
    assert len({row.id for row in rows}) == len(rows)


def test_a_value_left_out_is_not_said_before_it_is_asked_for():
    for row in hardened("missing_parameter"):
        number = next(n for n, turn in enumerate(row.turns) if turn.goal.asks)
        asked, told = row.turns[number : number + 2]
        value = next(span.text for span in told.spans if span.turn == number + 1)
        assert value and value.lower() not in asked.user.lower() and value.lower() in told.user.lower()
        assert not asked.calls and told.calls and asked.answer.endswith("?")


def test_who_acts_without_asking_has_not_reached_the_goal():
    """A guess changes the state, and the goal of the first turn is the state as it was (envfactory.md 15)."""
    for row in hardened("missing_parameter"):
        number = next(n for n, turn in enumerate(row.turns) if turn.goal.asks)
        session = RUNTIME.open(row.scenario)
        for turn in row.turns[:number]:
            for call in turn.calls:
                session.call(call.tool, dict(call.arguments))
        asked, told = row.turns[number : number + 2]
        assert reached(session, asked.goal, asked.answer).passed
        for call in told.calls:
            session.call(call.tool, dict(call.arguments))
        assert reached(session, asked.goal, asked.answer).reason == "wrong_state"


def test_what_is_declined_stays_as_it_was():
    for case in ("policy", "missing_function"):
        for row in hardened(case):
            last = row.turns[-1]
            session = RUNTIME.open(row.scenario)
            for turn in row.turns:
                for call in turn.calls:
                    session.call(call.tool, dict(call.arguments))
            assert last.goal.declines and not last.calls and reached(session, last.goal, last.answer).passed
            deletes = {tool.table for tool in ENVIRONMENT.tools if tool.name in row.tools and tool.verb == "delete"}
            assert deletes if case == "policy" else not row.policy


def test_a_failed_call_comes_first_and_the_turn_still_ends_right():
    for row in hardened("recovery"):
        turn = next(turn for turn in row.turns if turn.case == "recovery")
        assert turn.outcomes[0].error == "NOT_FOUND" and all(one.error is None for one in turn.outcomes[1:])
        assert turn.calls[0].tool == turn.calls[-1].tool and turn.calls[0] != turn.calls[-1]


def test_a_failed_call_is_said_and_not_taught():
    """envfactory.md 19: it stays in the row's history with weight 0; every other message keeps its own."""
    for row in hardened("recovery"):
        told = sft_dialogue(row, ENVIRONMENT).messages
        failed = [n for n, message in enumerate(told) if message.get("weight") == 0]
        assert len(failed) == 1 and "tool_calls" in told[failed[0]]
        assert '"error":"NOT_FOUND"' in str(told[failed[0] + 1]["content"])


def test_a_prompt_says_nothing_of_what_is_learned():
    """`weight` is for who trains on the row; a prompt of a later turn holds the failed call like any other."""
    for row in hardened("recovery"):
        asked = [message for one in rl_rows(row, ENVIRONMENT) for message in one.prompt]
        assert all("weight" not in message for message in asked)


def test_a_rule_of_the_house_stands_in_the_system_message_of_every_row():
    for row in hardened("policy"):
        assert str(sft_dialogue(row, ENVIRONMENT).messages[0]["content"]).endswith(row.policy)
        assert all(str(one.prompt[0]["content"]).endswith(row.policy) for one in rl_rows(row, ENVIRONMENT))


def test_shares_of_nought_change_nothing():
    assert [harden(RUNTIME, row, shares(), generator(1, "x")) for row in made()] == list(made())


def test_the_same_seed_gives_the_same_rows():
    every = shares(*CASES)

    def draw() -> list[Dialogue]:
        return [harden(RUNTIME, row, every, generator(3, "all", n)) for n, row in enumerate(made())]

    assert draw() == draw()


def test_a_dialogue_without_a_place_for_a_case_is_left_alone():
    last = no_call(RUNTIME, made()[0], generator(1, "thanks"))
    assert last is not None
    thanks = last.model_copy(update={"turns": last.turns[-1:]})
    assert missing_parameter(RUNTIME, thanks, generator(1, "a")) is None
    assert recovery(RUNTIME, thanks, generator(1, "b")) is None


def test_a_perturbed_recovery_is_refused_by_the_replay():
    row = hardened("recovery")[0]
    number = next(n for n, turn in enumerate(row.turns) if turn.case == "recovery")
    turn = row.turns[number]
    calls = (Call(tool=turn.calls[1].tool, arguments=turn.calls[1].arguments), *turn.calls[1:])
    turns = (*row.turns[:number], turn.model_copy(update={"calls": calls}), *row.turns[number + 1 :])
    assert replay(RUNTIME, row.model_copy(update={"turns": turns})) is not None
