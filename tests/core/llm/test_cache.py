"""Answers on disk: exact, finished, checked."""

import pytest

from stages.core.errors import UserError
from stages.core.llm.cache import Cache, Kept
from stages.core.llm.client import ask
from stages.core.llm.request import Answer, Request
from tests.core.llm.server import Server, good
from tests.core.llm.test_client import endpoint, meter, request


def answer(to: Request, finish: str = "stop", text: str = "said") -> Answer:
    return Answer(key=to.key, text=text, finish=finish, prompt_tokens=3, new_tokens=2)


def test_a_higher_limit_keeps_what_was_finished_and_asks_again_what_was_cut(tmp_path):
    """curator#697."""
    with Server(lambda body, _: good(body)) as server, Cache(tmp_path / "c") as cache:
        for text, finish in (("done", "stop"), ("called", "tool_calls"), ("cut", "length")):
            cache.put(request(text, max_tokens=8), answer(request(text, max_tokens=8), finish))
        raised = [request(text, max_tokens=64) for text in ("done", "called", "cut")]
        found = ask(raised, endpoint(server.url), cache, meter(), stage="t")
        assert [body["messages"][0]["content"] for body in server.seen] == ["cut"]
    assert [one.key for one in found] == [one.key for one in raised]


@pytest.mark.parametrize(
    "change", [{"max_tokens": 4}, {"max_tokens": 64, "temperature": 0.5}, {"max_tokens": 64, "sample": 1}]
)
def test_a_lower_limit_or_another_question_is_asked_anew(tmp_path, change):
    with Cache(tmp_path / "c") as cache:
        cache.put(request(max_tokens=8), answer(request(max_tokens=8)))
        assert cache.get(request(**change)) is None


def test_the_first_answer_to_a_request_stays(tmp_path):
    with Cache(tmp_path / "c") as cache:
        cache.put(request(), answer(request(), text="first"))
        cache.put(request(), answer(request(), text="second"))
        assert cache.get(request()) == answer(request(), text="first")


def test_a_refill_with_an_answer_to_another_request_is_refused(tmp_path):
    path = tmp_path / "llm.jsonl"
    path.write_text(Kept(request=request("a"), answer=answer(request("b"))).model_dump_json() + "\n")
    with Cache(tmp_path / "c") as cache, pytest.raises(UserError, match=r"llm\.jsonl:1"):
        cache.refill(path)


def test_two_runs_may_share_one_file(tmp_path):
    with Cache(tmp_path / "c") as one, Cache(tmp_path / "c") as other:
        one.put(request("a"), answer(request("a")))
        other.put(request("b"), answer(request("b")))
        assert one.get(request("b")) and other.get(request("a"))
