"""FAULTS that templates, tokens and parsers can have: each named after what should happen."""

import copy
import json

import pytest
import torch
from datasets import Features, Json, load_dataset

from stages.core.errors import UserError
from stages.core.models import template
from stages.core.models.calls import parse
from stages.core.models.encode import continuation, encode
from stages.core.models.generate import Conversations
from stages.core.records import CallItem, SftRow
from stages.core.records.dialogue import Call
from stages.core.verifiers.tool_call import verify
from stages.sft.rows import example

ASK = {"role": "user", "content": "Go."}


def called(arguments: object, name: str = "run") -> dict:
    return {"role": "assistant", "tool_calls": [{"function": {"name": name, "arguments": arguments}}]}


def text(tokenizer, messages: list[dict], tools: list[dict] | None = None) -> str:
    return tokenizer.decode(encode(tokenizer, messages, tools or []).ids)


def loss_text(tokenizer, messages: list[dict]) -> str:
    ids, mask = encode(tokenizer, messages)
    return tokenizer.decode([token for token, bit in zip(ids, mask, strict=True) if bit])


def with_template(tokenizer, words: str):
    changed = copy.deepcopy(tokenizer)
    changed.chat_template = words
    return changed


def test_an_end_tag_inside_a_string_argument_does_not_drop_the_call():
    """FAULTS 8 (vllm#45167)."""
    said = '<tool_call>{"name": "write", "arguments": {"text": "close it with </tool_call> please"}}</tool_call>'
    assert parse(said).calls == (Call(tool="write", arguments={"text": "close it with </tool_call> please"}),)


def test_braces_in_a_command_need_not_balance():
    """FAULTS 9 (vllm#21544)."""
    said = '<tool_call>{"name": "run", "arguments": {"command": "mkdir -p test/{test1,test2"}}</tool_call>'
    assert parse(said).calls[0].arguments == {"command": "mkdir -p test/{test1,test2"}


def test_arguments_as_text_are_not_encoded_twice_and_as_an_object_not_refused(tokenizer):
    """FAULTS 11 (oumi#2599, Qwen3#1894)."""
    arguments = {"path": 'a "quoted" \\ name'}
    for given in (arguments, json.dumps(arguments)):
        said = loss_text(tokenizer, [ASK, called(given)])
        assert parse(said.removesuffix(template.END)).calls == (Call(tool="run", arguments=arguments),)


def test_what_a_model_thought_stays_in_past_turns(tokenizer):
    """FAULTS 12 (prime-rl#1334, verl#7807, NeMo-RL#2821)."""
    turns = [ASK, {"role": "assistant", "content": "<think>\nHm.\n</think>\n\nYes."}]
    more = [ASK, {"role": "assistant", "content": "No."}]
    first, whole = encode(tokenizer, turns).ids, encode(tokenizer, [*turns, *more]).ids
    assert whole[: len(first)] == first and "Hm." in tokenizer.decode(whole)
    asked_again = encode(tokenizer, [*turns, ASK], generate=True).ids
    assert asked_again == first[:-1] + continuation(tokenizer, [ASK]), "the rollout's own tokens, then ours"


def test_a_template_that_drops_past_thoughts_is_refused(tokenizer):
    """FAULTS 12 (prime-rl#1334, verl#7807, NeMo-RL#2821)."""
    words = "{%- set words = (message.content or '') | trim -%}"
    cut = "{%- set words = (message.content if last else (message.content or '').split('</think>')[-1]) | trim -%}"
    forgetful = template.TEMPLATE.replace("macro said(message)", "macro said(message, last)").replace(words, cut)
    forgetful = forgetful.replace("{{ said(message) }}", "{{ said(message, loop.last) }}")
    with pytest.raises(UserError, match="rewrites past turns"):
        template.check(with_template(tokenizer, forgetful))


def test_a_template_without_generation_marks_is_refused_and_never_trains_on_all_or_none(tokenizer):
    """FAULTS 13 (Megatron-Bridge#3927, trl#4201)."""
    bare = template.TEMPLATE.replace("{%- generation -%}", "").replace("{%- endgeneration -%}", "")
    with pytest.raises(UserError, match=r"no \{% generation %\} markers"):
        template.check(with_template(tokenizer, bare))


def test_training_rows_show_their_tools(tokenizer):
    """FAULTS 14 (slime#1008)."""
    tool = {"name": "run", "description": "Runs.", "parameters": {"type": "object", "properties": {}}}
    row = SftRow(id="x", parents=(), source="call", split="train", messages=(ASK, called({})), tools=(tool,))
    assert "run() - Runs." in tokenizer.decode(example(row, tokenizer, 500).ids)


def test_a_row_without_a_token_to_learn_is_rejected_by_name(tokenizer):
    """FAULTS 15 (unsloth#2095, #1290)."""
    row = SftRow(id="x", parents=(), source="call", split="train", messages=(ASK,))
    assert example(row, tokenizer, 500).reason == "no_loss"


def test_the_end_token_is_learned_and_pad_is_another_one(tokenizer):
    """FAULTS 16 (trl#1623, smol-course#159)."""
    assert loss_text(tokenizer, [ASK, {"role": "assistant", "content": "Hi."}]) == "Hi.<|im_end|>"
    assert tokenizer.pad_token_id != tokenizer.eos_token_id


def test_rows_in_one_batch_do_not_attend_to_each_other(pico_model, tokenizer):
    """FAULTS 17 (trl#1230): [1, 2, 3] and [4 ... 8] together say what each says alone."""
    rows = [[11, 12, 13], [14, 15, 16, 17, 18]]
    together = Conversations(pico_model, tokenizer)
    together.start(rows)
    said = together.complete([True, True], 4)
    for row, one in zip(rows, said, strict=True):
        alone = Conversations(pico_model, tokenizer)
        alone.start([row])
        (expected,) = alone.complete([True], 4)
        assert one.ids == expected.ids
        assert torch.allclose(torch.tensor(one.logprobs), torch.tensor(expected.logprobs), atol=1e-5)


def test_arrow_fills_no_key_of_another_tool_with_null(tmp_path):
    """FAULTS 45 (ms-swift#10110, axolotl#2909): two tools without a common argument, and one argument of two types."""
    rows = [{"messages": [ASK, called(given)]} for given in ({"n": 1}, {"text": "a"}, {"n": "one", "deep": {"n": [1]}})]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = load_dataset(
        "json",
        data_files=str(tmp_path / "rows.jsonl"),
        features=Features({"messages": Json()}),
        split="train",
        cache_dir=str(tmp_path / "arrow"),
    )
    assert list(found) == rows


def test_a_description_with_triple_quotes_or_template_marks_is_only_text(tokenizer):
    """FAULTS 54 (trl#5696)."""
    words = '"""; raise SystemExit {{ 7 * 7 }} {% generation %}'
    shown = text(tokenizer, [ASK], [{"name": "run", "description": words, "parameters": {}}])
    assert f"run() - {words}" in shown


def test_tool_calls_and_tools_are_in_the_tokens(tokenizer):
    """FAULTS 55 (axolotl#3824)."""
    shown = text(tokenizer, [ASK, called({"a": 1})], [{"name": "run", "parameters": {"properties": {"a": {}}}}])
    assert "run(a?: any)" in shown and '"arguments": {"a": 1}' in shown


def test_a_call_that_cannot_be_read_is_a_failure_and_not_an_abstention():
    """FAULTS 56 (gorilla#1362): an item whose right answer is to call nothing."""
    nothing = CallItem(id="x", user="Hello", tools=(), gold=(), split="test")
    for said in ('<tool_call>{"name": "run", "arguments": {"a": ', "<tool_call>run(a=1)</tool_call>", "<tool_call>"):
        found = parse(said)
        assert found.error and not verify(found.calls, nothing, found.error).passed
    assert verify(parse("Hello!").calls, nothing).passed


def test_a_list_stays_whole_and_a_property_named_function_keeps_the_tools_name(tokenizer):
    """FAULTS 60 (cactus#595)."""
    properties = {"function": {"type": "string"}, "interval": {"type": "array", "items": {"type": "integer"}}}
    tool = {"type": "function", "function": {"name": "fit", "parameters": {"properties": properties}}}
    assert "fit(function?: string, interval?: integer[])" in text(tokenizer, [ASK], [tool])
    said = loss_text(tokenizer, [ASK, called({"function": "sum", "interval": [1, 3]}, "fit")])
    found = parse(said.removesuffix(template.END)).calls
    assert found == (Call(tool="fit", arguments={"function": "sum", "interval": [1, 3]}),)
