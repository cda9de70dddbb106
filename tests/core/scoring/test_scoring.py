"""Scoring with a pico model: one result an item, in order, batches of any size alike."""

from stages.core.records import Call, CallItem, Problem
from stages.core.scoring import calls, problems
from stages.core.scoring.replies import replies

TOOL = {
    "name": "add",
    "description": "Adds.",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer", "minimum": 0, "maximum": 9}},
        "required": ["a"],
        "additionalProperties": False,
    },
}


def problem(number: int) -> Problem:
    return Problem(
        id=f"p{number}",
        family="sum",
        question="What is " + " + ".join(["1"] * number) + "?",
        answer=str(number),
        verifier="number",
        split="train",
    )


def test_results_come_in_the_order_of_the_items_whatever_the_batch(pico_model, tokenizer):
    items = [problem(number) for number in (9, 1, 5, 3, 7)]
    results = [problems.score(pico_model, tokenizer, items, max_new_tokens=6, batch_size=size) for size in (1, 3, 8)]
    assert [row.id for row in results[0]] == [item.id for item in items]
    assert results[0] == results[1] == results[2]
    assert all(row.cluster == row.id and 0 < row.new_tokens <= 6 for row in results[0])


def test_replies_are_the_same_on_every_run(pico_model, tokenizer):
    prompts = [[1, 5, 9], [1, 7]]
    first, again = (replies(pico_model, tokenizer, prompts, max_new_tokens=5, batch_size=2) for _ in range(2))
    assert first == again


def test_a_grammar_makes_every_reply_a_valid_call_of_a_shown_tool(pico_model, tokenizer):
    item = CallItem(id="c", user="Add 3.", tools=(TOOL,), gold=(Call(tool="add", arguments={"a": 3}),), split="test")
    [result] = calls.score(pico_model, tokenizer, [item], max_new_tokens=60, batch_size=1, decoding="required")
    assert result.passed or result.detail == "wrong_value"


def test_a_model_that_says_nothing_readable_fails_every_call(pico_model, tokenizer):
    item = CallItem(id="c", user="Add 3.", tools=(TOOL,), gold=(Call(tool="add", arguments={"a": 3}),), split="test")
    [result] = calls.score(pico_model, tokenizer, [item], max_new_tokens=4, batch_size=1)
    assert not result.passed and result.detail == "cut_off"


def test_examples_come_from_the_training_split_alone_and_by_seed():
    pool = [problem(number) for number in range(1, 6)] + [problem(8).model_copy(update={"split": "test", "id": "p8"})]
    shown = problems.examples(pool, 2, 3)["sum"]
    assert shown == problems.examples(pool[::-1], 2, 3)["sum"]
    assert [message["role"] for message in shown] == ["user", "assistant"] * 2
    assert all(message["content"] != "Answer: 8" for message in shown)
