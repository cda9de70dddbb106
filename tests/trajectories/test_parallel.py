"""Several calls in one message: only where their order is free, which running them in every order proves."""

from functools import lru_cache
from itertools import accumulate, pairwise

import pytest

from stages.core.dialogues import messages, sizes
from stages.core.models.calls import parse
from stages.core.models.encode import encode
from stages.core.records import Call, Dialogue, Goal, Outcome, Span, Turn
from stages.core.replay import at_turn, replay
from stages.core.rollouts.goal import reached
from stages.core.rollouts.seat import Limits, Seat
from stages.core.seeds import generator
from stages.trajectories import proof
from stages.trajectories.hard import harden
from stages.trajectories.parallel import COMMANDS, SENTENCES, parallel
from stages.trajectories.synthesis import identity
from tests.fixtures.tasks import tasks_scenario
from tests.trajectories.test_dialogues import ENVIRONMENT, RUNTIME, made
from tests.trajectories.test_hard import shares


@lru_cache
def found(split: str = "train") -> tuple[tuple[Dialogue, Dialogue], ...]:
    """(before, after) of every dialogue that has a place for it."""
    rows = made(split, 60)
    pairs = [(row, harden(RUNTIME, row, shares("parallel"), generator(4, split, n))) for n, row in enumerate(rows)]
    return tuple((old, new) for old, new in pairs if any(turn.case == "parallel" for turn in new.turns))


def turn_of(row: Dialogue) -> tuple[int, Turn]:
    return next((number, turn) for number, turn in enumerate(row.turns) if turn.case == "parallel")


def test_every_row_has_a_message_of_several_calls_replays_and_is_proved():
    """envfactory.md 15, 18."""
    assert len(found()) >= 8 and len(found("test")) >= 3
    for _, row in (*found(), *found("test")):
        again = Dialogue.model_validate_json(row.model_dump_json(by_alias=True))
        assert replay(RUNTIME, again) is None
        assert not proof.leaks(row, ENVIRONMENT) + proof.unproved(row, ENVIRONMENT) + proof.weak_goals(RUNTIME, row)
        assert max(sizes(turn_of(row)[1])) >= 2


def test_the_other_order_inside_a_message_reaches_the_goal_too():
    for _, row in found():
        number, turn = turn_of(row)
        ends = [0, *accumulate(sizes(turn))]
        session = at_turn(RUNTIME, row, number)
        for start, end in pairwise(ends):
            for call in reversed(turn.calls[start:end]):
                assert session.call(call.tool, dict(call.arguments)).ok
        assert reached(session, turn.goal, turn.answer).passed


def test_no_call_reads_a_result_of_its_own_message():
    for _, row in found():
        number, turn = turn_of(row)
        before = sum(len(one.calls) for one in row.turns[:number])
        message = [place for place, size in enumerate(sizes(turn)) for _ in range(size)]
        for span in turn.spans:
            if span.call_index is not None and span.call_index >= before:
                assert message[span.call_index - before] < message[span.call]


def test_a_call_that_reads_its_own_message_is_unproved():
    row = next(row for row in made() if any(s.origin == "result" for s in row.turns[0].spans))
    turn = row.turns[0].model_copy(update={"messages": (len(row.turns[0].calls),)})
    problems = proof.unproved(row.model_copy(update={"turns": (turn, *row.turns[1:])}), ENVIRONMENT)
    assert problems and all("not in an earlier result" in one for one in problems)


def test_two_requests_become_one_and_ask_for_both():
    joined = [(old, new) for old, new in found() if len(new.turns) < len(old.turns)]
    assert len(joined) >= 5
    for old, row in joined:
        number, turn = turn_of(row)
        first, second = old.turns[number : number + 2]
        assert sorted(map(str, turn.calls)) == sorted(map(str, (*first.calls, *second.calls)))
        assert turn.goal.digest == second.goal.digest and set(turn.goal.says) == {*first.goal.says, *second.goal.says}
        for half in (first, second):  # who does one of two has not done both
            writes = any(ENVIRONMENT.tool(call.tool).writes for call in half.calls)
            session = at_turn(RUNTIME, row, number)
            for call in turn.calls:
                if call not in half.calls:
                    session.call(call.tool, dict(call.arguments))
            assert not writes or not reached(session, turn.goal, turn.answer).passed


def test_each_side_of_the_split_has_joints_of_its_own():
    for split, held in (("train", False), ("test", True)):
        for texts in (COMMANDS, SENTENCES):
            assert len([n for n, _ in enumerate(texts) if (n % 3 == 2) == held]) >= 2
        for old, row in found(split):
            turn = turn_of(row)[1]
            if len(row.turns) < len(old.turns) and turn.user.startswith("Two things."):
                assert held


def test_the_model_is_shown_and_taught_one_message_and_its_seat_reads_it_back(tokenizer):
    for _, row in found()[:6]:
        number, turn = turn_of(row)
        ids, mask = encode(tokenizer, messages(row, ENVIRONMENT))
        said, text = [], ""
        for token, bit in zip(ids, mask, strict=True):
            text = text + tokenizer.decode([token]) if bit else text
            if not bit and text:
                said.append(text.removesuffix("<|im_end|>"))
                text = ""
        calling = [tuple(parse(one).calls) for one in said if parse(one).calls]
        assert turn.calls[: sizes(turn)[0]] in calling or max(map(len, calling)) >= 2
        seat = Seat(at_turn(RUNTIME, row, number), [turn.user], [turn.goal], Limits(4))
        first = sum(len(sizes(one)) + 1 for one in row.turns[:number])
        for one in said[first : first + len(sizes(turn)) + 1]:
            seat.hear(one, True)
        assert seat.passed


def turn(user: str, template: str, *calls: Call, spans: tuple[Span, ...] = ()) -> Turn:
    blank = Goal(digest="")
    outcomes = tuple(Outcome() for _ in calls)
    return Turn(user=user, calls=calls, outcomes=outcomes, answer="Done.", goal=blank, spans=spans, template=template)


def dialogue(*turns: Turn) -> Dialogue:
    """With outcomes, digests and goals as running gives them."""
    session = RUNTIME.open(tasks_scenario())
    start, ran = session.digest(), []
    for one in turns:
        results = [session.call(call.tool, dict(call.arguments)) for call in one.calls]
        outcomes = tuple(Outcome(value=r.value, error=r.error, message=r.message) for r in results)
        ran.append(one.model_copy(update={"outcomes": outcomes, "goal": Goal(digest=session.goal_digest())}))
    return Dialogue(
        id="d", parents=(), environment=ENVIRONMENT.id, split="train", scenario=tasks_scenario(),
        tools=tuple(tool.name for tool in ENVIRONMENT.tools), turns=tuple(ran), start_digest=start,
        end_digest=session.digest(),
    )  # fmt: skip


def rename(key: str, title: str) -> Call:
    return Call(tool="tasklists_patch", arguments={"tasklist": key, "title": title})


def delete(key: str) -> Call:
    return Call(tool="tasklists_delete", arguments={"tasklist": key})


def test_commands_are_joined_and_their_calls_made_together():
    row = dialogue(
        turn("Rename A to B.", "rename.0", rename("l101", "B")), turn("Delete C.", "delete.0", delete("l102"))
    )
    for number in range(8):
        made = parallel(RUNTIME, row, generator(number, "x"))
        assert made is not None and len(made.turns) == 1 and made.turns[0].messages == (2,)
        assert made.turns[0].user.startswith("Rename A to B") and made.turns[0].user.endswith(("delete C.", "please."))
        assert replay(RUNTIME, made) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (rename("l101", "B"), rename("l101", "C")),
        (rename("l101", "B"), delete("l101")),
        (Call(tool="tasklists_list", arguments={}), delete("l101")),
        (Call(tool="tasklists_insert", arguments={"title": "B"}), Call(tool="tasklists_list", arguments={})),
    ],
    ids=["the same field twice", "changed and then gone", "read and then gone", "made and then read"],
)
def test_where_the_order_matters_nothing_is_joined(first, second):
    row = dialogue(turn("Rename A to B.", "rename.0", first), turn("Delete C.", "delete.0", second))
    assert parallel(RUNTIME, row, generator(1, "x")) is None
    one = dialogue(turn("Do both.", "rename.0", first, second))
    assert parallel(RUNTIME, one, generator(1, "x")) is None


def test_independent_calls_of_one_turn_are_one_message_and_times_do_not_part_them():
    """Each write gets another minute; which of the two comes first does not matter to anybody."""
    row = dialogue(turn("Do both.", "rename.0", rename("l101", "B"), rename("l102", "C")))
    made = parallel(RUNTIME, row, generator(1, "x"))
    assert made is not None and made.turns[0].messages == (2,) and made.turns[0].calls == row.turns[0].calls


def test_it_is_not_read_into_the_wrong_request():
    row = dialogue(
        turn("Rename A to B.", "rename.0", rename("l101", "B")),
        turn("Delete it again.", "delete_it.0", delete("l102")),
    )
    assert parallel(RUNTIME, row, generator(1, "x")) is None


def test_calls_made_together_give_a_row_another_id():
    old, new = next((old, new) for old, new in found() if len(old.turns) == len(new.turns) or True)
    plain = [turn.model_copy(update={"messages": ()}) for turn in new.turns]
    assert new.id != old.id and new.id != identity(new.environment, new.scenario.id, plain)
    assert old.id == identity(old.environment, old.scenario.id, old.turns)
