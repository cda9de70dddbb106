"""The ceiling holds whatever the endpoint does, and money under it is used."""

import json
import time

import pytest

from stages.core.llm.cache import Cache
from stages.core.llm.client import ask
from stages.core.llm.cost import Meter
from stages.core.llm.request import Answer, Failure
from tests.core.llm.server import Server, good
from tests.core.llm.test_client import Clock, endpoint, meter, request


def dearest(body: dict) -> dict:
    """The most tokens an endpoint could count: one a byte, the reply at full length."""
    return {
        "prompt_tokens": len(json.dumps(body, ensure_ascii=False).encode()),
        "completion_tokens": body["max_tokens"],
    }


@pytest.mark.parametrize("concurrency", [1, 8])
def test_the_bill_stays_below_the_ceiling_when_every_answer_is_as_dear_as_can_be(tmp_path, concurrency):
    counter, bills = meter(meter().estimate(request("日本語" * 9)) * 4.5), []

    def behave(body: dict, _: int):
        bills.append(dearest(body))
        time.sleep(0.01)
        return good(body, usage=bills[-1])

    with Server(behave) as server, Cache(tmp_path / "c") as cache:
        requests = [request("日本語" * 9, sample=i, temperature=1.0) for i in range(12)]
        found = ask(requests, endpoint(server.url, concurrency=concurrency), cache, counter, stage="t")
    bill = sum(one["prompt_tokens"] + 2 * one["completion_tokens"] for one in bills) / 1e6
    assert bill <= counter.max_cost and counter.cost <= counter.max_cost
    assert len(bills) == 4, "and the money is used"
    assert [one.reason for one in found if isinstance(one, Failure)] == ["over_budget"] * 8


def test_a_request_waits_until_a_cheap_answer_has_freed_the_money(tmp_path):
    """Eight workers, money for two at their dearest: cheap answers let all of them through, in turn."""
    ceiling = meter().estimate(request("0")) * 2.5
    with Server(lambda body, _: good(body)) as server, Cache(tmp_path / "c") as cache:
        found = ask([request(str(i)) for i in range(9)], endpoint(server.url), cache, meter(ceiling), stage="t")
    assert all(isinstance(one, Answer) for one in found)


def test_a_request_dearer_than_the_ceiling_is_never_sent(tmp_path):
    with Server(lambda body, _: good(body)) as server, Cache(tmp_path / "c") as cache:
        found = ask([request()], endpoint(server.url), cache, meter(meter().estimate(request()) * 0.9), stage="t")
    assert not server.seen and isinstance(found[0], Failure) and found[0].reason == "over_budget"


def test_an_endpoint_that_tells_no_usage_counts_at_the_most(tmp_path):
    counter = meter(meter().estimate(request("0")) * 3.5)
    with Server(lambda body, _: good(body, usage={})) as server, Cache(tmp_path / "c") as cache:
        ask([request(str(i)) for i in range(9)], endpoint(server.url), cache, counter, stage="t")
    assert len(server.seen) == 3


@pytest.mark.parametrize("reply", [(200, {}, b"{}"), None])
def test_a_try_that_may_have_been_charged_counts_and_a_refused_one_does_not(tmp_path, reply):
    counter, refused = meter(), meter()
    with Server(lambda *_: reply) as server, Cache(tmp_path / "c") as cache:
        ask([request()], endpoint(server.url, attempts=3), cache, counter, stage="t", sleep=Clock())
    with Server(lambda *_: (500, {}, b"{}")) as server, Cache(tmp_path / "c") as cache:
        ask([request()], endpoint(server.url, attempts=3), cache, refused, stage="t", sleep=Clock())
        ask([request()], endpoint("http://127.0.0.1:9", attempts=3), cache, refused, stage="t", sleep=Clock())
    assert counter.cost == pytest.approx(3 * counter.estimate(request())) and refused.cost == 0


def test_a_try_that_timed_out_counts(tmp_path):
    counter = meter()

    def slow(body: dict, _: int):
        time.sleep(0.4)
        return good(body)

    with Server(slow) as server, Cache(tmp_path / "c") as cache:
        settings = endpoint(server.url, attempts=1, timeout=0.1)
        (found,) = ask([request()], settings, cache, counter, stage="t")
    assert isinstance(found, Failure) and found.reason == "timeout"
    assert counter.cost == pytest.approx(counter.estimate(request()))


def test_options_that_lengthen_or_multiply_the_reply_are_in_the_estimate():
    counter = Meter(0.0, 1.0, None)
    plain = counter.estimate(request(max_tokens=10))
    assert counter.estimate(request(max_tokens=10, extra={"n": 4})) == 4 * plain
    assert counter.estimate(request(max_tokens=10, extra={"max_completion_tokens": 30})) == pytest.approx(3 * plain)
