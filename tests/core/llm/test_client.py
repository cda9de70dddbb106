"""Asking an endpoint: nothing lost, nothing paid twice, no old answer to a new question (FAULTS 1 to 7)."""

import threading

import pytest

from stages.core.llm.cache import Cache
from stages.core.llm.client import ask
from stages.core.llm.cost import Meter
from stages.core.llm.request import Answer, Failure, Request
from stages.core.params.llm import Endpoint
from tests.core.llm.server import Server, good


def endpoint(url: str, **changes) -> Endpoint:
    settings = {
        "method": "endpoint",
        "base_url": url,
        "model": "any",
        "key_variable": None,
        "concurrency": 8,
        "timeout": 5.0,
        "attempts": 6,
        "patience": 60.0,
        "input_price": 1.0,
        "output_price": 2.0,
        "max_cost": None,
    }
    return Endpoint.model_validate({**settings, **changes})


def request(text: str = "hello", **changes) -> Request:
    return Request(model="any", messages=({"role": "user", "content": text},), **changes)


def meter(max_cost: float | None = None) -> Meter:
    return Meter(1.0, 2.0, max_cost)


class Clock:
    """Waiting that takes no time and is added up."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waited.append(seconds)


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0.5},
        {"max_tokens": 99},
        {"top_p": 0.9},
        {"seed": 3},
        {"stop": ("x",)},
        {"extra": {"num_ctx": 8192}},
        {"extra": {"reasoning_effort": "high"}},
        {"tools": ({"name": "t"},)},
        {"sample": 1},
    ],
)
def test_every_part_of_a_request_is_in_its_key(change):
    """curator#135, litellm#42400, #9844, inspect_ai#2580."""
    assert request(**change).key != request().key


def test_a_changed_temperature_never_meets_an_old_answer(tmp_path):
    with Server(lambda body, _: good(body)) as server, Cache(tmp_path / "c") as cache:
        first = ask([request()], endpoint(server.url), cache, meter(), stage="t")
        second = ask([request(temperature=0.5)], endpoint(server.url), cache, meter(), stage="t")
    assert [one.text for one in first + second] == ["fine at 0.0", "fine at 0.5"]


def test_thirty_samples_stay_thirty_and_one_more_row_asks_one_more_question(tmp_path):
    samples = [request(temperature=1.0, sample=i) for i in range(30)]
    with Server(lambda body, count: good(body, f"number {count}")) as server, Cache(tmp_path / "c") as cache:
        answers = ask(samples, endpoint(server.url), cache, meter(), stage="t")
        assert len({one.text for one in answers}) == 30
        again = ask([*samples, request("one more")], endpoint(server.url), cache, meter(), stage="t")
        assert len(server.seen) == 31
    assert again[:30] == answers


def test_answers_come_in_the_order_of_the_requests(tmp_path):
    with Server(lambda body, _: good(body, body["messages"][0]["content"])) as server, Cache(tmp_path / "c") as cache:
        answers = ask([request(str(i)) for i in range(20)], endpoint(server.url), cache, meter(), stage="t")
    assert [one.text.split()[0] for one in answers] == [str(i) for i in range(20)]


def test_an_endpoint_that_refuses_nine_in_ten_still_gives_every_row(tmp_path):
    """DataDesigner#575."""
    clock = Clock()
    limited = (429, {"retry-after": "0"}, b"{}")
    with (
        Server(lambda body, count: good(body) if count % 10 == 0 else limited) as server,
        Cache(tmp_path / "c") as cache,
    ):
        settings = endpoint(server.url, attempts=20, concurrency=1)
        answers = ask([request(str(i)) for i in range(5)], settings, cache, meter(), stage="t", sleep=clock)
    assert all(isinstance(one, Answer) for one in answers)


def test_retry_after_is_honoured_within_one_patience_for_all_tries_together(tmp_path):
    """oh-my-pi#8973: sixty seconds six times over must not be six minutes."""
    clock = Clock()
    with Server(lambda *_: (429, {"retry-after": "60"}, b"{}")) as server, Cache(tmp_path / "c") as cache:
        failed = ask([request()], endpoint(server.url, patience=90.0), cache, meter(), stage="t", sleep=clock)
    assert isinstance(failed[0], Failure) and failed[0].reason == "rate_limited"
    assert clock.waited[0] >= 60 and sum(clock.waited) <= 90


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ((200, {}, b'{"choices": ['), "malformed"),
        ((200, {}, b'{"choices": []}'), "malformed"),
        ((200, {}, b'"prose"'), "malformed"),
        ((200, {"content-type": "text/html"}, b"<html>Welcome"), "malformed"),
        ((200, {}, b'{"choices": [{"message": {"content": "\\ud800"}}]}'), "malformed"),
        ((200, {}, b'{"choices": [{"message": {"content": [1]}}]}'), "malformed"),
        ((200, {}, b'{"choices": [{"message": {"content": "a"}}], "usage": {"prompt_tokens": "x"}}'), "malformed"),
        ((408, {}, b"{}"), "unreachable"),
        ((429, {"retry-after": "soon"}, b"{}"), "rate_limited"),
        ((500, {}, b"{}"), "unreachable"),
        (None, "unreachable"),
        ((400, {}, b"{}"), "refused"),
    ],
)
def test_a_bad_reply_is_a_reason_and_the_rest_of_the_batch_lives(tmp_path, reply, reason):
    """distilabel#648: one failure loses no batch."""

    def behave(body: dict, _: int):
        return reply if body["messages"][0]["content"] == "bad" else good(body)

    with Server(behave) as server, Cache(tmp_path / "c") as cache:
        settings = endpoint(server.url, attempts=2)
        found = ask([request("bad"), request("good")], settings, cache, meter(), stage="t", sleep=Clock())
        assert cache.get(request("bad")) is None
    assert isinstance(found[0], Failure) and found[0].reason == reason
    assert isinstance(found[1], Answer)


def test_exported_calls_refill_a_cache_in_a_fresh_clone(tmp_path):
    requests = [request(str(i)) for i in range(3)]
    with Server(lambda body, _: good(body)) as server:
        with Cache(tmp_path / "one") as cache:
            answers = ask(requests, endpoint(server.url), cache, meter(), stage="t")
            cache.export(tmp_path / "a.jsonl", requests)
            cache.export(tmp_path / "b.jsonl", reversed(requests))
        with Cache(tmp_path / "two") as cache:
            cache.refill(tmp_path / "a.jsonl")
            assert ask(requests, endpoint(server.url), cache, meter(), stage="t") == answers
        assert len(server.seen) == 3
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_an_endpoint_that_answers_nobody_is_given_up(tmp_path):
    """Two thousand requests to a dead port are not two thousand times six tries (DataDesigner#575)."""
    clock = Clock()
    requests = [request(str(i)) for i in range(2000)]
    with Cache(tmp_path / "c") as cache:
        found = ask(requests, endpoint("http://127.0.0.1:9/v1", attempts=2), cache, meter(), stage="t", sleep=clock)
    assert {one.reason for one in found if isinstance(one, Failure)} == {"unreachable"} and len(found) == 2000
    assert len(clock.waited) < 60
    assert sum(one.detail.startswith("not asked") for one in found if isinstance(one, Failure)) > 1900


def test_hundreds_of_requests_are_no_hundreds_of_connections(tmp_path):
    lock, under_way, most = threading.Lock(), [0], [0]

    def behave(body: dict, _: int):
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        reply = good(body, body["messages"][0]["content"])
        with lock:
            under_way[0] -= 1
        return reply

    requests = [request(str(i)) for i in range(400)]
    with Server(behave) as server, Cache(tmp_path / "c") as cache:
        answers = ask(requests, endpoint(server.url, concurrency=4), cache, meter(), stage="t")
    assert [one.text.split()[0] for one in answers if isinstance(one, Answer)] == [str(i) for i in range(400)]
    assert most[0] <= 4
