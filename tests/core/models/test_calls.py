"""Calls read from text: everything that is one, nothing that is none, and never silence (FAULTS 8 to 11, 56, 60)."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.core.models.calls import message, parse, render
from stages.core.models.encode import encode
from stages.core.records.dialogue import Call
from tests.core.models.talk import ARGUMENTS, HOSTILE, NAMES, TEXT

FAST = settings(max_examples=150, derandomize=True, database=None)
CALLS = st.lists(st.builds(Call, tool=NAMES, arguments=ARGUMENTS), min_size=1, max_size=3)


@FAST
@given(made=CALLS)
def test_what_is_rendered_is_read_back(made):
    found = parse("\n".join(map(render, made)))
    assert (found.calls, found.text, found.error) == (tuple(made), "", None)


@FAST
@given(text=st.one_of(TEXT, st.text(max_size=30)), cut=st.integers(0, 60), made=CALLS)
def test_reading_never_raises_and_never_takes_half_a_message(text, cut, made):
    whole = render(made[0])
    for said in (text, whole[:cut], text + whole[:cut], whole + text):
        found = parse(said)
        assert not (found.calls and found.error)
        if "<tool_call>" in said:
            assert found.calls or found.error, "a call that cannot be read must not look like abstaining"


@pytest.mark.parametrize("value", [text for text in HOSTILE if text.strip()])
def test_a_string_argument_may_hold_anything(value):
    """vllm#45167 (an end tag in a string), vllm#21544 (braces that do not balance)."""
    call = Call(tool="run", arguments={"command": value, value: [value]})
    assert parse(render(call) + " done").calls == (call,)


@pytest.mark.parametrize("name", ["function", "name", "arguments", "tool_call"])
def test_an_argument_may_have_the_name_of_a_part_of_a_call(name):
    """cactus#595; its other half: a list stays whole."""
    call = Call(tool=name, arguments={name: {name: 1}, "interval": [1, 3]})
    assert parse(render(call)).calls == (call,)


def test_arguments_may_be_json_text():
    """oumi#2599, Qwen3#1894."""
    text = json.dumps({"name": "run", "arguments": json.dumps({"few": [1, {"a": "</tool_call>"}]})})
    assert parse(f"<tool_call>{text}</tool_call>").calls == (
        Call(tool="run", arguments={"few": [1, {"a": "</tool_call>"}]}),
    )


def test_white_space_inside_the_tags_and_words_around_them_are_allowed():
    found = parse('Well.\n<tool_call>\n{"name": "a", "arguments": {}}\n</tool_call>\nSo.')
    assert [call.tool for call in found.calls] == ["a"] and found.text == "Well.\n\nSo."


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        '"run"',
        '{"name": "run"}',
        '{"name": "", "arguments": {}}',
        '{"name": 1, "arguments": {}}',
        '{"name": "run", "arguments": []}',
        '{"name": "run", "arguments": "no JSON"}',
        '{"name": "run", "arguments": "[1]"}',
        '{"name": "run", "arguments": {}, "parameters": {}}',
        '{"name": "run", "arguments": {"a": NaN}}',
        '{"name": "run", "arguments": {"a": 1e999}}',
        '{"name": "run", "arguments": {"a": 1, "a": 2}}',
        '{"name": "run", "arguments": {"a": "\\ud800"}}',
        '{"name": "run", "arguments": {"a": ' + "9" * 5000 + "}}",
        '{"name": "run", "arguments": {"a": ' + "[" * 100_000,
        "{'name': 'run', 'arguments': {}}",
        "__import__('os').system('true')",
    ],
)
def test_a_call_that_cannot_be_read_is_an_error(body):
    """gorilla#1362: unparsable calls counted as abstaining."""
    found = parse(f"<tool_call>{body}</tool_call>")
    assert found.error and not found.calls


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>{"name": "run", "arguments": {"a": [1, ',
        '<tool_call>{"name": "run", "arguments": {}}',
        '<tool_call>{"name": "run", "arguments": {}}</tool',
        '<tool_call>{"name": "run", "arguments": {}}</tool_call><tool_call>{"name"',
        "<tool_call",
        "all done</tool_call>",
    ],
)
def test_a_truncated_call_is_an_error_and_nothing_of_the_message_is_run(text):
    found = parse(text)
    assert found.error and not found.calls and found.text == text


def test_words_alone_are_words():
    assert parse(" Nothing to do. ") == ((), "Nothing to do.", None)


def test_rendered_calls_are_the_templates_own_words(tokenizer):
    made = [
        Call(tool="run", arguments={"command": "mkdir -p test/{a,b}", "日": [None, 1.5]}),
        Call(tool="b", arguments={}),
    ]
    ids, mask = encode(tokenizer, [{"role": "user", "content": "x"}, message(made, "First.")])
    said = tokenizer.decode([token for token, bit in zip(ids, mask, strict=True) if bit])
    assert said == "\n".join(["First.", *map(render, made)]) + "<|im_end|>"
    assert parse(said.removesuffix("<|im_end|>")) == (tuple(made), "First.", None)
