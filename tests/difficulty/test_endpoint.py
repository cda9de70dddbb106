"""The scorer `llm` asked of an endpoint: one digit or nothing, never paid for twice."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.records import Problem, Rejected
from stages.core.stage import Summary
from stages.difficulty.rows import Scored
from stages.difficulty.run import run
from tests.core.llm.server import Reply, Server
from tests.difficulty.test_difficulty import params, problem

POOL = [problem("letter_counting", level=level, number=level) for level in range(1, 6)]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache lies under the folder that a run starts in."""
    monkeypatch.chdir(tmp_path)


def endpoint(url: str, **changes) -> dict:
    made = {
        "method": "endpoint",
        "base_url": url,
        "model": "any",
        "key_variable": None,
        "concurrency": 4,
        "timeout": 5.0,
    }
    made |= {"attempts": 1, "patience": 0.0, "input_price": 1.0, "output_price": 2.0, "max_cost": None}
    return {**made, **changes}


def server(say: Callable[[int, dict], str], usage: dict[str, int] | None = None) -> Server:
    """`say(number, body)`: the reply to the problem of that number."""

    def behave(body: dict, _: int) -> Reply:
        number = next(n for n in range(1, 10) if f"({n})" in body["messages"][0]["content"])
        choice = {"message": {"content": say(number, body)}, "finish_reason": "stop"}
        used = {"prompt_tokens": 100, "completion_tokens": 1} if usage is None else usage
        return 200, {}, json.dumps({"choices": [choice], "usage": used}).encode()

    return Server(behave)


def stage(pool: list[Problem] = POOL, scorer: str = "llm", **settings) -> tuple[Summary, dict[str, int], Path]:
    """No base model lies in these inputs: nothing may need one."""
    inputs, out = {"problems": Path("problems"), "base": Path("base")}, Path("out")
    for folder in (inputs["problems"], out):
        folder.mkdir(exist_ok=True)
    jsonl.write(inputs["problems"] / "problems.jsonl", pool)
    summary = run(params(scorer=scorer, llm=endpoint(**settings)), inputs, out)
    return summary, {row.parents[0]: row.score for row in jsonl.read(out / "scored.jsonl", Scored)}, out


def test_an_endpoint_scores_and_the_split_follows_its_scores():
    with server(lambda number, _: str(6 - number)) as judge:
        summary, scores, out = stage(url=judge.url)
    assert scores == {one.id: 5 - number for number, one in enumerate(POOL)}
    assert summary.metrics["sft"] == 3 and summary.metrics["rl"] == 2
    assert summary.metrics["llm"] == {
        "requests": 5, "answered": 5, "failed": {}, "prompt_tokens": 500, "new_tokens": 5,
    }  # fmt: skip
    assert summary.spent["llm_calls"] == 5 and summary.spent["llm_cost"] == pytest.approx(0.00051)
    assert {body["temperature"] for body in judge.seen} == {0.0}
    assert len((out / "llm.jsonl").read_text().splitlines()) == 5


def test_a_second_run_asks_nothing_and_one_more_problem_asks_one_question():
    with server(lambda number, _: str(min(number, 5))) as judge:
        first = stage(url=judge.url)
        before = {path.name: path.read_bytes() for path in first[2].iterdir()}
        assert stage(url=judge.url, timeout=9.0)[0].metrics == first[0].metrics
        assert {path.name: path.read_bytes() for path in first[2].iterdir()} == before
        assert len(judge.seen) == 5
        stage([*POOL, problem("letter_counting", level=3, number=6)], url=judge.url)
        assert len(judge.seen) == 6


@pytest.mark.parametrize("reply", ["Score: 4", "6", "4.5", "", '{"score": 4}'])
def test_a_reply_that_is_no_digit_is_asked_for_once_more_and_then_quarantined(reply: str):
    with server(lambda number, _: reply if number == 4 else str(number)) as judge:
        summary, scores, _ = stage(url=judge.url)
        assert stage(url=judge.url)[1] == scores and len(judge.seen) == 6
    assert POOL[3].id not in scores and len(scores) == 4
    assert summary.rejected == [Rejected(id=POOL[3].id, reason="unscored", detail="llm")]
    assert sorted(body["temperature"] for body in judge.seen) == [0.0] * 5 + [1.0]


def test_the_ceiling_leaves_the_rest_unscored_and_counts_it():
    with server(lambda number, _: "1" if number < 2 else "5", usage={}) as judge:
        summary, scores, _ = stage(url=judge.url, max_cost=0.0022, concurrency=1)
    assert len(scores) == len(judge.seen) < 5
    assert summary.metrics["llm"]["failed"]["over_budget"] >= 5 - len(scores)
    assert summary.metrics["rejected"] == {"unscored": 5 - len(scores)} and summary.spent["llm_cost"] <= 0.0022


def test_an_endpoint_that_nobody_answers_at_is_one_clear_line():
    with pytest.raises(UserError, match=r"^http://127.0.0.1:9/v1: 5 of 5 requests had no answer \(unreachable"):
        stage(url="http://127.0.0.1:9/v1")


def test_the_endpoint_is_compared_with_the_dial_too(pico_model_folder: Path):
    Path("base").mkdir()
    (Path("base") / "model").symlink_to(pico_model_folder)
    inputs, out = {"problems": Path("problems"), "base": Path("base")}, Path("out")
    for folder in (inputs["problems"], out):
        folder.mkdir()
    jsonl.write(inputs["problems"] / "problems.jsonl", POOL)
    with server(lambda number, _: str(number)) as judge:
        summary = run(params(compared=5, llm=endpoint(judge.url)), inputs, out)
    assert summary.metrics["compared"]["llm"]["rank_correlation"] == 1.0
    assert len(judge.seen) == 5
