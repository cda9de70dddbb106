"""Edges from an LLM: what holds is taken, what does not is counted, and what a type proves stays."""

import json
from pathlib import Path

import networkx as nx
import pytest

from stages.core.llm.request import Answer, Failure
from stages.core.params.toolgraph import Refined
from stages.toolgraph import links
from stages.toolgraph.graph import build, parts, tools
from stages.toolgraph.links import Link
from stages.toolgraph.refinement import mend, refine, request
from stages.toolgraph.sampler import plan
from tests.core.llm.server import Reply, Server
from tests.fixtures.tasks import tasks_environment

ENVIRONMENT = tasks_environment()
HOME = ENVIRONMENT.id
TYPED = ("tasklists_list", "tasks_list")


def graph(*more: Link) -> nx.DiGraph:
    known = parts([ENVIRONMENT])
    return build([ENVIRONMENT], [*links.exact(known.outputs, known.inputs), *more])


def said(text: object, finish: str = "stop") -> Answer:
    return Answer(
        key="k", text=text if isinstance(text, str) else json.dumps(text), finish=finish, prompt_tokens=1, new_tokens=1
    )


def follows(found: nx.DiGraph, a: str, b: str) -> bool:
    return found.has_edge(f"{HOME}/{a}", f"{HOME}/{b}")


def unlinked(found: nx.DiGraph) -> tuple[str, str]:
    """Two tools without an edge."""
    names = [tid.split("/")[1] for tid in tools(found)]
    return next((a, b) for a in names for b in names if a != b and not follows(found, a, b))


def test_an_added_edge_lets_a_tool_follow_and_supplies_no_parameter() -> None:
    """envfactory.md 8."""
    found = graph()
    a, b = unlinked(found)
    before = plan(found, HOME)
    assert mend(found, ENVIRONMENT, said({"add": [[a, b]]}), prune=True) == {"added": 1}
    after = plan(found, HOME)
    assert f"{HOME}/{b}" in after.followers[f"{HOME}/{a}"] and f"{HOME}/{b}" not in before.followers[f"{HOME}/{a}"]
    assert after.inputs == before.inputs


def test_a_tool_without_parameters_and_links_gains_an_edge() -> None:
    """envfactory.md 8: an isolated tool."""
    alone = ENVIRONMENT.tools[0].model_copy(
        update={"name": "ping", "parameters": {"type": "object", "properties": {}}, "returns": {"type": "object"}}
    )
    environment = ENVIRONMENT.model_copy(update={"tools": (*ENVIRONMENT.tools, alone)})
    known = parts([environment])
    found = build([environment], links.exact(known.outputs, known.inputs))
    assert not plan(found, HOME).followers[f"{HOME}/ping"]
    mend(found, environment, said({"add": [["ping", "tasks_list"]]}), prune=False)
    assert plan(found, HOME).followers[f"{HOME}/ping"] == (f"{HOME}/tasks_list",)


def test_names_are_checked_and_no_tool_follows_itself() -> None:
    found = graph()
    before = set(found.edges)
    reply = said({"add": [["tasks_list", "tasks_list"], ["tasks_list", "nope"], list(TYPED)]})
    assert mend(found, ENVIRONMENT, reply, prune=True) == {"self_loop": 1, "unknown_tool": 1, "known_edge": 1}
    assert set(found.edges) == before


def test_an_embedding_link_can_be_pruned_and_a_typed_one_cannot() -> None:
    known = parts([ENVIRONMENT])
    title = next(node for node in known.outputs if node.tool.endswith("/tasks_get") and node.name == "title")
    target = next(node for node in known.inputs if node.tool.endswith("/tasklists_insert") and node.name == "title")
    found = graph(Link(title.id, target.id, "embedding", 0.9))
    pair = ["tasks_get", "tasklists_insert"]
    assert follows(found, *pair) and found.has_edge(title.id, target.id)
    assert mend(found, ENVIRONMENT, said({"remove": [pair]}), prune=False) == {} and follows(found, *pair)
    reply = said({"remove": [pair, list(TYPED), pair]})
    assert mend(found, ENVIRONMENT, reply, prune=True) == {"removed": 1, "typed_edge": 1, "no_edge": 1}
    assert not follows(found, *pair) and not found.has_edge(title.id, target.id) and follows(found, *TYPED)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (said("I think the graph looks fine."), "no_json"),
        (said('{"add": [["tasks_list", "tas'), "no_json"),
        (said('{"add": [["tasks_list", "tas', "length"), "cut_off"),
        (said({"add": "tasks_list"}), "wrong_shape"),
        (said({"edges": []}), "wrong_shape"),
        (Failure(key="k", reason="rate_limited", detail="HTTP 429"), "rate_limited"),
    ],
)
def test_a_reply_that_cannot_be_used_is_counted_and_changes_nothing(reply: Answer | Failure, reason: str) -> None:
    found = graph()
    before = dict(found.edges)
    assert mend(found, ENVIRONMENT, reply, prune=True) == {reason: 1}
    assert dict(found.edges) == before


def test_the_question_shows_tools_and_edges_and_a_fence_around_the_answer_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = graph()
    a, b = unlinked(found)

    def reply(body: dict, _: int) -> Reply:
        asked = json.loads(body["messages"][1]["content"])
        assert {tool["name"] for tool in asked["tools"]} == {tool.name for tool in ENVIRONMENT.tools}
        assert list(TYPED) in asked["edges"] and [a, b] not in asked["edges"]
        text = f"```json\n{json.dumps({'add': [[a, b]], 'remove': []})}\n```"
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        return 200, {}, json.dumps({"id": "x", "object": "chat.completion", "choices": [choice]}).encode()

    with Server(reply) as server:
        engine = {"method": "endpoint", "base_url": server.url, "model": "m", "key_variable": None, "concurrency": 1,
                  "timeout": 5, "attempts": 1, "patience": 0, "input_price": 0, "output_price": 0, "max_cost": None}  # fmt: skip
        settings = Refined.model_validate(
            {"method": "llm", "engine": engine, "temperature": 0, "max_new_tokens": 200, "prune": True}
        )
        metrics, _ = refine(found, [ENVIRONMENT], settings, seed=1, export=tmp_path / "llm.jsonl")
        refine(graph(), [ENVIRONMENT], settings, seed=1, export=tmp_path / "again.jsonl")
        assert len(server.seen) == 1  # the cache answers the second time
    assert metrics["llm_edges"] == {"added": 1} and follows(found, a, b)
    assert (tmp_path / "llm.jsonl").read_bytes() == (tmp_path / "again.jsonl").read_bytes() != b""
    assert request(graph(), ENVIRONMENT, settings).model == "m"
