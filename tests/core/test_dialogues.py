"""Dialogues as messages: one, or several calls in an assistant message, each with its own reply behind it."""

import pytest

from stages.core.dialogues import messages, prompt, sizes
from stages.core.models.calls import parse
from stages.core.models.encode import encode
from stages.core.records import Call, Dialogue, Goal, Outcome, Turn
from tests.fixtures.tasks import tasks_environment, tasks_scenario

ENVIRONMENT = tasks_environment()
CALLS = tuple(Call(tool="tasklists_insert", arguments={"title": title}) for title in ("A", 'B</tool_call>"', "日本"))


def turn(*parts: int, failed: int | None = None) -> Turn:
    outcomes = [Outcome(value={"id": str(number)}) for number in range(3)]
    if failed is not None:
        outcomes[failed] = Outcome(error="NOT_FOUND", message="no")
    goal = Goal(digest="d")
    return Turn(user="x", calls=CALLS, outcomes=tuple(outcomes), answer="Done.", goal=goal, messages=parts)


def dialogue(*turns: Turn) -> Dialogue:
    return Dialogue(
        id="d", parents=(), environment=ENVIRONMENT.id, split="train", scenario=tasks_scenario(),
        tools=("tasklists_insert",), turns=turns, start_digest="", end_digest="",
    )  # fmt: skip


def test_without_a_word_of_it_every_message_makes_one_call():
    assert sizes(turn()) == (1, 1, 1)
    assert messages(dialogue(turn()), ENVIRONMENT) == messages(dialogue(turn(1, 1, 1)), ENVIRONMENT)


@pytest.mark.parametrize("parts", [(1, 2), (2, 1), (3,)])
def test_the_calls_of_a_message_come_before_their_replies_in_their_order(parts):
    told = messages(dialogue(turn(*parts)), ENVIRONMENT)[2:-1]
    calling = [message for message in told if "tool_calls" in message]
    assert [len(message["tool_calls"]) for message in calling] == list(parts)  # type: ignore[arg-type]
    replies = [message["content"] for message in told if message["role"] == "tool"]
    assert replies == [f'{{"id":"{number}"}}' for number in range(3)]
    first = ["assistant", *["tool"] * parts[0]]
    assert [message["role"] for message in told][: len(first)] == first


@pytest.mark.parametrize("parts", [(1, 1), (2, 2), (3, 0), (4, -1)])
def test_parts_that_are_not_the_turns_calls_are_an_error(parts):
    with pytest.raises(ValueError, match="in a turn of 3"):
        messages(dialogue(turn(*parts)), ENVIRONMENT)


def test_what_the_template_writes_of_several_calls_the_parser_reads_back(tokenizer):
    """One stretch of loss for the whole message, and every call with its arguments as they were."""
    told = messages(dialogue(turn(3)), ENVIRONMENT)
    ids, mask = encode(tokenizer, told)
    header = encode(tokenizer, told[:2], generate=True).ids
    assert ids[: len(header)] == header
    end = next(place for place in range(len(header), len(ids)) if not mask[place])
    said = tokenizer.decode(ids[len(header) : end]).removesuffix("<|im_end|>")
    assert parse(said).calls == CALLS and parse(said).error is None and said.count("\n") == 2


def test_a_message_with_a_failed_call_is_not_learned_and_no_prompt_says_so():
    both = dialogue(turn(1, 2, failed=2), turn())
    weights = [m.get("weight") for m in messages(both, ENVIRONMENT) if "tool_calls" in m]
    assert weights == [None, 0, None, None, None]
    assert all("weight" not in message for message in prompt(both, ENVIRONMENT, 1))
