"""Environments asked of a real HTTP server that answers like a model: good, broken, malicious, slow, truncated."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from stages.core.engine import catalogue
from stages.core.errors import UserError
from stages.core.params import load
from stages.core.params.environments import Llm, Params
from stages.environments.authoring import author
from stages.environments.authoring.author import Authored
from tests.core.llm.server import Reply, Server
from tests.environments.authoring.pharmacy import CASES, DRAFT, GOOD, TOOLS, good, step_of, told

PARAMS: Params = load("environments")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache lies under the folder that a run starts in."""
    monkeypatch.chdir(tmp_path)


def idea(id: str = "pharmacy") -> dict[str, str]:
    return {"id": id, "idea": f"a {id} with refills", "domain": "commerce"}


def llm(url: str, engine: dict[str, Any] | None = None, **changes: Any) -> Llm:
    where = {
        "method": "endpoint",
        "base_url": url,
        "model": "any",
        "key_variable": None,
        "concurrency": 4,
        "timeout": 5.0,
    }
    paid = {"attempts": 1, "patience": 0.0, "input_price": 1.0, "output_price": 2.0, "max_cost": None}
    settings = {"ideas": (idea(),), "apis": (), "tools": 8, "attempts": 2, "revisions": 2, "temperature": 0.7}
    settings |= {"max_new_tokens": 4096, "structured": True} | changes
    return Llm.model_validate({"method": "llm", "engine": where | paid | (engine or {}), **settings})


def completion(said: Any, finish: str = "stop") -> Reply:
    text = said if isinstance(said, str) else json.dumps(said)
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    usage = {"prompt_tokens": 100, "completion_tokens": 50}
    return 200, {}, json.dumps({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}).encode()


def model(replies: dict[str, Any]) -> Server:
    """A server that gives these replies by step."""
    return Server(lambda body, _: completion(replies[step_of(body["messages"])]))


def asked(server: Server, out: Path, params: Params = PARAMS, **changes: Any) -> Authored:
    out.mkdir(parents=True, exist_ok=True)
    settings = llm(server.url, **changes)
    return author.run(author.tasks(settings, [], params), settings, params, out)


def test_a_good_model_writes_an_environment_of_the_catalogue(tmp_path):
    with model(GOOD) as server:
        found = asked(server, tmp_path / "out")
    assert (len(found.built), found.rejected) == (1, [])
    entry = catalogue.load(tmp_path / "out")["authored-pharmacy"]
    assert entry.gate["expected"] == "author" and entry.environment.publisher == "author"
    assert {scenario.expect for scenario in entry.scenarios} == {"load", "refuse"}
    story = json.loads((tmp_path / "out/authored-pharmacy/author.json").read_text())
    assert story["idea"] == "a pharmacy with refills" and [step["step"] for step in story["steps"]][-1] == "first"
    assert found.metrics["wanted"] == found.metrics["passed"] == 1 and found.metrics["answered"] == 4
    assert found.spent["llm_calls"] == 4 and found.spent["llm_cost"] > 0
    formats = [body["response_format"]["json_schema"]["name"] for body in server.seen]
    assert formats == ["proposal", "draft", "states", "cases"]


def test_a_second_run_asks_nobody_and_makes_the_same_bytes(tmp_path):
    with model(GOOD) as server:
        asked(server, tmp_path / "one")
    again = asked(server, tmp_path / "two")  # nobody listens any more
    assert len(server.seen) == 4 and again.spent["llm_calls"] == 0
    one, two = ({p.name: p.read_bytes() for p in sorted((tmp_path / n).rglob("*.json*"))} for n in ("one", "two"))
    assert one == two


def test_many_ideas_are_asked_for_at_once_and_each_ends_for_itself(tmp_path):
    def behave(body: dict, _: int) -> Reply:
        step, given = step_of(body["messages"]), told(body["messages"])
        if "prison" in str(given.get("idea")) and step == "write":
            return completion("No.")
        return completion(GOOD[step])

    ideas = tuple(idea(name) for name in ("pharmacy", "prison", "library", "garage"))
    with Server(behave) as server:
        found = asked(server, tmp_path / "out", ideas=ideas)
    assert sorted(made.environment.id for made in found.built) == [
        "authored-garage",
        "authored-library",
        "authored-pharmacy",
    ]
    assert [(one.id, one.reason) for one in found.rejected] == [("authored-prison", "author_write")]
    assert not (tmp_path / "out/authored-prison").exists()
    # A round asks for all of them: the first four questions are four proposals, whoever is first.
    assert [step_of(body["messages"]) for body in server.seen[:4]] == ["propose"] * 4


def test_a_broken_model_is_rejected_with_its_reason_and_leaves_no_folder(tmp_path):
    """envfactory.md 6."""
    broken = good()
    broken["write"]["tools"]["get_prescription"]["program"] = [{"return": "SELECT '{}'"}]
    replies = broken | {"revise": {"fault": "programs"}}
    with model(replies) as server:
        found = asked(server, tmp_path / "out")
    (rejected,) = found.rejected
    assert (rejected.id, rejected.reason) == ("authored-pharmacy", "author_case")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["llm.jsonl"]
    assert found.metrics["revisions"] == 2 and len(server.seen) == 6  # a revision is another sample, not an old answer


def test_a_malicious_model_gets_nothing_but_a_rejection(tmp_path):
    evil = {
        **DRAFT,
        "tools": {**TOOLS, "cancel_refill": {"table": "refill", "program": [{"run": "ATTACH '/tmp/x' AS x"}]}},
    }
    with model({**GOOD, "write": evil, "revise": {"fault": "scenarios", "cases": CASES["cases"]}}) as server:
        found = asked(server, tmp_path / "out")
    assert [one.reason for one in found.rejected] == ["author_program"]
    assert not list(Path("/tmp").glob("x"))


def test_a_truncated_reply_is_asked_for_again(tmp_path):
    def behave(body: dict, count: int) -> Reply:
        step = step_of(body["messages"])
        whole = json.dumps(GOOD[step])
        return (
            completion(whole[:200], "length") if step == "write" and len(body["messages"]) == 2 else completion(whole)
        )

    with Server(behave) as server:
        found = asked(server, tmp_path / "out")
    assert len(found.built) == 1 and len(server.seen) == 5
    assert "cut off" in server.seen[2]["messages"][3]["content"]


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (lambda body, _: time.sleep(3), "timeout"),
        (lambda body, _: (200, {}, b'{"id": "x", "choi'), "malformed"),
        (lambda body, _: (500, {}, b"{}"), "unreachable|refused"),
        (lambda body, _: None, "unreachable"),
    ],
    ids=["slow", "half a body", "an error of its own", "it hangs up"],
)
def test_a_server_that_gives_no_answer_ends_in_one_line(tmp_path, behave, said):
    with Server(behave) as server, pytest.raises(UserError, match=said) as caught:
        asked(server, tmp_path / "out", engine={"timeout": 1.0})
    assert "\n" not in str(caught.value) and server.url in str(caught.value)


def test_money_is_not_spent_beyond_the_ceiling(tmp_path):
    with model(GOOD) as server:
        found = asked(server, tmp_path / "out", engine={"max_cost": 0.0})
    assert server.seen == [] and [one.reason for one in found.rejected] == ["over_budget"]


def test_a_server_without_schemas_gets_none(tmp_path):
    with model(GOOD) as server:
        asked(server, tmp_path / "out", structured=False)
    assert not any("response_format" in body for body in server.seen)


def test_what_a_model_writes_can_be_held_out(tmp_path):
    held = PARAMS.model_copy(
        update={"held_out": PARAMS.held_out.model_copy(update={"apis": ("authored-pharmacy",), "publishers": ()})}
    )
    with model(GOOD) as server:
        found = asked(server, tmp_path / "out", held)
    assert found.built[0].environment.use == "evaluation"


def test_two_ideas_of_one_name_are_a_mistake_of_the_user():
    settings = llm("http://127.0.0.1:9/v1", ideas=(idea(), idea()))
    with pytest.raises(UserError, match="two things to write have the id authored-pharmacy"):
        author.tasks(settings, [], PARAMS)
