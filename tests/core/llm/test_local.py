"""The local engine answers the same requests, and the same way whoever shares the run."""

from stages.core.llm import local
from stages.core.llm.cache import Cache
from stages.core.llm.request import Request


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
