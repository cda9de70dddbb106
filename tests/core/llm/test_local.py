"""The local engine answers the same requests, and the same way whoever shares the run."""

import json

import pytest

from stages.core.errors import UserError
from stages.core.llm import local
from stages.core.llm.cache import Cache
from stages.core.llm.request import Request
from stages.core.models.calls import render
from stages.core.models.generate import Completion
from stages.core.records.dialogue import Call


def requests() -> list[Request]:
    texts = ("hi", "a much longer question than that", "one")
    plain = [Request(model="pico", messages=({"role": "user", "content": text},), max_tokens=6) for text in texts]
    drawn = [plain[0].model_copy(update={"temperature": 1.0, "sample": i}) for i in range(3)]
    return [*plain, *drawn]


def test_answers_do_not_depend_on_order_or_batch(pico_model, tokenizer, tmp_path):
    with Cache(tmp_path / "one") as one, Cache(tmp_path / "two") as two:
        first = local.ask(requests(), pico_model, tokenizer, one, stage="t", batch_size=4)
        second = local.ask(requests()[::-1], pico_model, tokenizer, two, stage="t", batch_size=1)
    assert first == second[::-1]
    assert len({answer.text for answer in first[3:]}) > 1, "samples of one prompt differ"


def test_a_second_run_asks_the_model_nothing(pico_model, tokenizer, tmp_path):
    with Cache(tmp_path / "c") as cache:
        first = local.ask(requests(), pico_model, tokenizer, cache, stage="t", batch_size=4)
        assert local.ask(requests(), None, tokenizer, cache, stage="t", batch_size=4) == first


def test_an_option_that_it_has_not_is_refused_and_not_left_out_in_silence(pico_model, tokenizer, tmp_path):
    plain = requests()[0]
    for change in ({"top_p": 0.9}, {"stop": ("x",)}, {"extra": {"top_k": 3}}):
        with Cache(tmp_path / "c") as cache, pytest.raises(UserError, match="local engine"):
            asked = [plain.model_copy(update=change)]
            local.ask(asked, pico_model, tokenizer, cache, stage="t", batch_size=4)


def test_calls_in_a_reply_stand_where_an_endpoint_has_them():
    call = Call(tool="run", arguments={"text": "日本 </tool_call>"})
    asked = Request(model="pico", messages=({"role": "user", "content": "x"},), tools=({"name": "run"},))
    told = local.told(asked, Completion([1, 2], [0.0, 0.0], "Well. " + render(call), True), 7)
    assert (told.text, told.finish, told.new_tokens) == ("Well.", "tool_calls", 2)
    function = told.tool_calls[0]["function"]
    assert function["name"] == "run" and json.loads(function["arguments"]) == call.arguments
    broken = local.told(asked, Completion([1], [0.0], "<tool_call>{", False), 7)
    assert (broken.text, broken.tool_calls, broken.finish) == ("<tool_call>{", (), "length")
