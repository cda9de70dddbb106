"""Edges that an LLM adds and removes, environment by environment (EnvFactory's refinement of the tool graph).

Types and embeddings see what one tool returns and another takes; that two tools belong after each other for another reason
(a tool without parameters, say) they cannot see. The LLM is shown an environment's tools and which may follow which, and
answers with pairs to add and to remove. An added edge is a `follow` edge with no parameter behind it, so the sampler's
invariant does not rest on it. A removed one loses its embedding links; what a type proves is never removed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
from pydantic import BaseModel, ConfigDict, ValidationError

from stages.core.llm.asking import Asking
from stages.core.llm.request import Answer, Failure, Request
from stages.core.params.toolgraph import Refined
from stages.core.records import Environment, canonical
from stages.toolgraph.graph import tools

RULES = """You mend a graph of tools. You get a JSON object: "tools" with the name, description and inputs of each, and "edges", \
pairs [a, b] that say: b can sensibly be called right after a, mostly because b can use what a returned.
Answer with one JSON object {"add": [[a, b], ...], "remove": [[a, b], ...]} and nothing else. Add what is missing, remove what \
makes no sense, name tools exactly as they are named. No tool follows itself. Either list may be empty."""


class Reply(BaseModel):
    """What is asked for; further keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)

    add: list[tuple[str, str]] = []
    remove: list[tuple[str, str]] = []


def refine(
    graph: nx.DiGraph, environments: Sequence[Environment], settings: Refined, *, seed: int, export: Path
) -> tuple[dict[str, Any], dict[str, float]]:
    """Mend the graph in place. Returns the metrics, and what was spent.

    Args:
        graph: of all environments, as `build` makes it.
        environments: those to ask about, one request each.
        settings: who is asked, and whether edges may go.
        seed: of the waits between tries; it changes no bytes.
        export: where requests and answers go, as `llm.jsonl`.

    Raises:
        UserError: from the engine (see `Asking.ask`).
    """
    with Asking(settings.engine, Path(), stage="toolgraph", seed=seed) as asking:
        replies = asking.ask([request(graph, one, settings) for one in environments])
        asking.export(export)
        used, spent = asking.metrics(), asking.spent()
    done: Counter[str] = Counter()
    for environment, reply in zip(environments, replies, strict=True):
        done.update(mend(graph, environment, reply, prune=settings.prune))
    return {"llm_edges": dict(sorted(done.items())), "llm": used}, spent


def request(graph: nx.DiGraph, environment: Environment, settings: Refined) -> Request:
    """The question about one environment."""
    shown = [
        {"name": tool.name, "description": tool.description, "inputs": sorted(_properties(tool.parameters))}
        for tool in environment.tools
    ]
    own = set(tools(graph, environment.id))
    edges = sorted([_name(a), _name(b)] for a, b, edge in graph.edges(data=True) if _follows(edge) and {a, b} <= own)
    asked = canonical({"tools": shown, "edges": edges})
    return Request(
        model=settings.engine.model,
        messages=({"role": "system", "content": RULES}, {"role": "user", "content": asked}),
        temperature=settings.temperature,
        max_tokens=settings.max_new_tokens,
    )


def mend(graph: nx.DiGraph, environment: Environment, reply: Answer | Failure, *, prune: bool) -> Counter[str]:
    """Take from a reply what holds: counts of `added`, `removed`, and of what was refused by reason."""
    done: Counter[str] = Counter()
    if isinstance(reply, Failure):
        done[reply.reason] += 1
        return done
    try:
        read = Reply.model_validate_json(_json(reply.text))
    except ValidationError as error:
        cut = reply.finish == "length"
        done["cut_off" if cut else "no_json" if error.errors()[0]["type"] == "json_invalid" else "wrong_shape"] += 1
        return done
    names = {_name(tid): tid for tid in tools(graph, environment.id)}
    for pairs, change in ((read.add, _add), (read.remove if prune else [], _remove)):
        for a, b in pairs:
            if a not in names or b not in names:
                done["unknown_tool"] += 1
            elif a == b:
                done["self_loop"] += 1
            else:
                done[change(graph, names[a], names[b])] += 1
    return done


def _add(graph: nx.DiGraph, a: str, b: str) -> str:
    if graph.has_edge(a, b):
        return "known_edge"
    graph.add_edge(a, b, kind="follow", link="llm")
    return "added"


def _remove(graph: nx.DiGraph, a: str, b: str) -> str:
    if not graph.has_edge(a, b):
        return "no_edge"
    fills = [
        (source, target)
        for source in graph.successors(a)
        if graph.nodes[source]["kind"] == "parameter"
        for target in graph.successors(source)
        if graph.nodes[target].get("tool") == b
    ]
    if any(graph.edges[pair]["link"] == "exact" for pair in fills):
        return "typed_edge"
    graph.remove_edges_from([(a, b), *fills])
    return "removed"


def _json(text: str) -> str:
    """The reply without a fence around it."""
    bare = text.strip()
    return bare.removeprefix("```json").removeprefix("```").removesuffix("```") if bare.startswith("```") else bare


def _follows(edge: Mapping[str, Any]) -> bool:
    return edge["kind"] == "follow"


def _name(tid: str) -> str:
    return tid.split("/", 1)[1]


def _properties(schema: Mapping[str, Any]) -> list[str]:
    found = schema.get("properties")
    return list(found) if isinstance(found, dict) else []
