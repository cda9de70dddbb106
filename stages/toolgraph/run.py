"""Build the graph of all environments, draw chains from it, and say how good links and chains are."""

from collections import Counter
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

from stages.core import jsonl, seeds
from stages.core.engine import catalogue
from stages.core.errors import UserError
from stages.core.models.embed import MODEL, embed
from stages.core.params.toolgraph import Folder, Packaged, Params
from stages.core.progress import track
from stages.core.quality import between, check, unique
from stages.core.records import Record, Rejected, content_id
from stages.core.stage import Inputs, Summary
from stages.toolgraph import heldout, links
from stages.toolgraph.coverage import Coverage
from stages.toolgraph.graph import audit, build, parts, tools
from stages.toolgraph.joint import draw
from stages.toolgraph.refinement import refine
from stages.toolgraph.sampler import ImpossibleChain, Plan, Settings, Visits, plan, sample, valid, walk


class Chain(Record):
    """Tools to call in this order. `tools` are names inside the environment, `parents` their ids."""

    id: str
    parents: tuple[str, ...]
    environment: str
    tools: tuple[str, ...]


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Make the artefact `toolgraph`. Raises UserError when there is no environment or no chain."""
    if params.min_nodes > params.max_nodes:
        raise UserError("params.yaml: toolgraph.min_nodes", f"may not exceed max_nodes ({params.max_nodes})")
    environments = [entry.environment for _, entry in sorted(catalogue.load(inputs["environments"]).items())]
    if not environments:
        raise UserError(str(inputs["environments"]), "the catalogue is empty")
    known = parts(environments)
    vectors = dict.fromkeys(node.text for node in (*known.inputs, *known.outputs))
    embedded = dict(zip(sorted(vectors), vectors_of(params, sorted(vectors)), strict=True))

    def lookup(texts: list[str]) -> np.ndarray:
        return np.stack([embedded[text] for text in texts])

    calibration = links.calibrate(known.outputs, known.inputs, lookup, params.precision)
    found = links.exact(known.outputs, known.inputs)
    found += links.likely(known.outputs, known.inputs, lookup, calibration.threshold, params.cross)
    graph = build(environments, found)
    refined, spent = {}, {}
    if params.edges.method == "llm":
        refined, spent = refine(graph, environments, params.edges, seed=params.seed, export=out / "llm.jsonl")
    jsonl.write_json(out / "graph.json", nx.node_link_data(graph, edges="edges"))
    settings = Settings(params.min_nodes, params.max_nodes, params.depth, params.skip_optional, params.skip_satisfied)
    chains: list[Chain] = []
    rejected = [Rejected(id=node, reason="unfillable_input", detail=why) for node, why in audit(graph)]
    sampled, walked = Coverage(), Coverage()
    for environment in track(environments, "toolgraph", "chains"):
        here = plan(graph, environment.id)
        drawn, refused = _draw(here, environment.id, settings, params)
        chains += drawn
        rejected += refused
        sampled.add([chain.parents for chain in drawn], here)
        random = seeds.generator(params.seed, "walk", environment.id)
        walked.add([walk(here, settings, random) for _ in range(params.chains)], here)
    frame = pd.DataFrame([{"id": chain.id, "tools": len(chain.tools)} for chain in chains])
    gate = [unique("id"), between("tools", params.min_nodes, params.max_nodes)]
    check(frame, gate, "data/toolgraph/chains.jsonl")
    jsonl.write(out / "chains.jsonl", chains)
    random = seeds.generator(params.seed, "joint")
    joint = draw(graph, environments, settings, params.servers.most, params.servers.chains, random)
    jsonl.write(out / "joint_chains.jsonl", joint)
    known_links = heldout.measure(known.outputs, known.inputs, lookup, params.precision)
    figures = _metrics(graph, chains, calibration, sampled, walked) | known_links
    figures |= {"joint_chains": len(joint), "embedder": _name(params)}
    return Summary(figures | refined, rejected, spent)


def _name(params: Params) -> str:
    """Whose vectors they are, in a word or two."""
    match params.embedder:
        case Packaged():
            return MODEL.parent.name
        case Folder(path=path):
            return Path(path).name
        case endpoint:
            return endpoint.model


def vectors_of(params: Params, texts: list[str]) -> np.ndarray:
    """Unit vectors (len(texts), d) from whom the params name. Raises UserError."""
    match params.embedder:
        case Packaged():
            return embed(texts, MODEL)
        case Folder(path=path):
            return embed(texts, Path(path))
        case endpoint:
            # openai takes a second to import, and a folder needs none of it.
            from stages.core.llm import embedding

            return embedding.embed(texts, endpoint, seed=params.seed)


def _draw(here: Plan, environment: str, settings: Settings, params: Params) -> tuple[list[Chain], list[Rejected]]:
    random = seeds.generator(params.seed, "chain", environment)
    visits = Visits() if params.prefer == "unvisited" else None
    chains: dict[str, Chain] = {}
    refused: dict[str, Rejected] = {}
    for turn in range(params.chains):
        # Each tool in its turn, so that none is left out of the chains.
        first = visits.first(here) if visits else here.tools[turn % len(here.tools)]
        try:
            names = sample(here, first, settings, random, visits)
        except ImpossibleChain:
            refused[first] = Rejected(id=first, reason="unreachable_tool", detail="a required input has no source")
            continue
        if not valid(names, here):
            raise AssertionError(f"the sampler broke its invariant: {names}")
        if visits:
            visits.add(names, here)
        if len(names) < settings.min_nodes:
            continue
        chain = Chain(
            id=content_id("chain", list(names)),
            parents=names,
            environment=environment,
            tools=tuple(name.split("/", 1)[1] for name in names),
        )
        chains.setdefault(chain.id, chain)
    return list(chains.values()), list(refused.values())


def _metrics(
    graph: nx.DiGraph, chains: list[Chain], found: links.Calibration, sampled: Coverage, walked: Coverage
) -> dict:
    nodes = Counter(about["kind"] for _, about in graph.nodes(data=True))
    labels = Counter(about["label"] for _, about in graph.nodes(data=True) if "label" in about)
    edges = Counter(edge.get("link", edge["kind"]) for _, _, edge in graph.edges(data=True))
    used = {tool for chain in chains for tool in chain.parents}
    return {
        "tools": nodes["tool"],
        "parameters": nodes["parameter"],
        "labels": dict(sorted(labels.items())),
        "edges": dict(sorted(edges.items())),
        "threshold": round(found.threshold, 4),
        "threshold_precision": round(found.precision, 4),
        "threshold_recall": round(found.recall, 4),
        "known_true_pairs": found.true_pairs,
        "known_false_pairs": found.false_pairs,
        "tools_in_chains": len(used),
        "tools_left_out": len(set(tools(graph)) - used),
        **sampled.metrics(),
        "random_walk": walked.metrics(),
    }
