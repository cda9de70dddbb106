"""The directed graph of tools and parameters (EnvFactory, arXiv 2605.18703, section on the tool graph).

Nodes: tools, and parameters flattened to `outer.inner`. Edges of four kinds: `input` (parameter to tool, with its
required flag), `output` (tool to parameter), `fill` (an output can fill an input) and `follow` (tool to tool). We
differ in where links come from: types first (exact), embeddings second, no LLM.
"""

from collections.abc import Iterable
from typing import NamedTuple

import networkx as nx

from stages.core.records import Environment
from stages.toolgraph import flatten
from stages.toolgraph.flatten import Node
from stages.toolgraph.labels import label
from stages.toolgraph.links import Link


class Parts(NamedTuple):
    """Every parameter node of the environments."""

    inputs: list[Node]
    outputs: list[Node]


def parts(environments: Iterable[Environment]) -> Parts:
    """All inputs and outputs, in the order of environments and tools."""
    inputs, outputs = [], []
    for environment in environments:
        for tool in environment.tools:
            inputs += flatten.inputs(environment, tool)
            outputs += flatten.outputs(environment, tool)
    return Parts(inputs, outputs)


def build(environments: list[Environment], links: Iterable[Link]) -> nx.DiGraph:
    """The graph. A link between two parameters also lets the consumer follow the producer; no tool follows itself."""
    graph = nx.DiGraph()
    owner: dict[str, str] = {}
    for environment in environments:
        for tool in environment.tools:
            tid = flatten.tool_id(environment, tool)
            graph.add_node(
                tid, kind="tool", environment=environment.id, writes=tool.writes, verb=tool.verb, table=tool.table
            )
            for node in flatten.inputs(environment, tool):
                said = label(environment, tool, node)
                graph.add_node(node.id, **_about(node), label=said.label, reason=said.reason)
                graph.add_edge(node.id, tid, kind="input", required=node.required)
                owner[node.id] = tid
            for node in flatten.outputs(environment, tool):
                graph.add_node(node.id, **_about(node))
                graph.add_edge(tid, node.id, kind="output")
                owner[node.id] = tid
    for link in links:
        source, target = owner[link.source], owner[link.target]
        if source == target or graph.has_edge(link.source, link.target):
            continue
        extra = {} if link.cosine is None else {"cosine": link.cosine}
        graph.add_edge(link.source, link.target, kind="fill", link=link.kind, **extra)
        graph.add_edge(source, target, kind="follow")
    return graph


def _about(node: Node) -> dict[str, str | None]:
    about: dict[str, str | None] = {"kind": "parameter", "side": node.side, "name": node.name, "type": node.type}
    about["tool"] = node.tool
    return {**about, "entity": node.entity} if node.entity else about


def tools(graph: nx.DiGraph, environment: str | None = None) -> list[str]:
    """Ids of the tools, of one environment or of all, in order."""
    return [
        node
        for node, about in graph.nodes(data=True)
        if about["kind"] == "tool" and environment in (None, about["environment"])
    ]


def audit(graph: nx.DiGraph) -> list[tuple[str, str]]:
    """(input, why) for every required input that nobody can supply: internal, and no tool produces it."""
    found = []
    for node, about in graph.nodes(data=True):
        if about["kind"] != "parameter" or about["side"] != "in" or about["label"] == "external":
            continue
        needed = any(edge["required"] for _, _, edge in graph.out_edges(node, data=True))
        if needed and graph.in_degree(node) == 0:
            found.append((node, f"{about['reason']}; no tool returns one"))
    return found
