"""Chains through several environments: the sampler on the plan of a small group, so that the cap on servers holds by itself.

A group is one environment and others that its tools feed (likely links across environments, where params ask for them),
filled up with environments of its domain. Where no link leads on to one of them, tools of its own are added. None holds
environments of both sides of the split.
"""

from collections.abc import Iterator, Sequence
from random import Random

import networkx as nx

from stages.core.records import Environment, JointChain, content_id
from stages.toolgraph.sampler import ImpossibleChain, Settings, plan, sample, valid

TRIES = 20
"""Draws a wanted chain, before fewer are given."""


def draw(
    graph: nx.DiGraph, environments: Sequence[Environment], settings: Settings, most: int, wanted: int, random: Random
) -> list[JointChain]:
    """Distinct chains, each through at least two and at most `most` environments; fewer where there are no more.

    Args:
        graph: of all environments.
        environments: those to draw from.
        settings: caps and probabilities of the sampler.
        most: environments of one chain.
        wanted: chains.
        random: draws everything.
    """
    near = neighbours(graph, environments)
    firsts = [one.id for one in environments if near[one.id]]
    found: dict[str, JointChain] = {}
    for _ in range(TRIES * wanted if firsts and most > 1 else 0):
        if len(found) >= wanted:
            break
        first = random.choice(firsts)
        group = _group(first, near[first], most, random)
        here = plan(graph, *group)
        names = _through(graph, group, settings, random)
        if not valid(names, here):
            raise AssertionError(f"the sampler broke its invariant: {names}")
        used = tuple(sorted({name.split("/", 1)[0] for name in names}))
        if len(used) > 1 and len(names) >= settings.min_nodes:
            chain = JointChain(id=content_id("chain", list(names)), parents=names, environments=used, tools=names)
            found.setdefault(chain.id, chain)
    return list(found.values())


def _through(graph: nx.DiGraph, group: list[str], settings: Settings, random: Random) -> tuple[str, ...]:
    """A chain over the group that leaves room for every environment, then some tools of each that it did not reach."""
    names: tuple[str, ...] = ()
    for place, environment in enumerate(group):
        if any(name.startswith(f"{environment}/") for name in names):
            continue
        left = settings.max_nodes - len(names) - (len(group) - 1 - place)
        if left < 1:
            break
        here = plan(graph, *(group if place == 0 else [environment]))
        caps = settings._replace(min_nodes=1, max_nodes=left)
        first = random.choice([tool for tool in here.tools if tool.startswith(f"{environment}/")])
        try:
            names += sample(here, first, caps, random)
        except ImpossibleChain:
            continue
    return names


def neighbours(graph: nx.DiGraph, environments: Sequence[Environment]) -> dict[str, tuple[list[str], list[str]]]:
    """For each environment: those that a link joins it to, and the others of its domain; empty where there is neither."""
    uses = {one.id: one.use for one in environments}
    linked: dict[str, set[str]] = {one.id: set() for one in environments}
    for a, b in _crossings(graph):
        if a in uses and b in uses and uses[a] == uses[b]:
            linked[a].add(b)
            linked[b].add(a)
    found = {}
    for one in environments:
        alike = {o.id for o in environments if (o.domain, o.use) == (one.domain, one.use)} - {one.id} - linked[one.id]
        found[one.id] = (sorted(linked[one.id]), sorted(alike)) if linked[one.id] or alike else ()
    return found


def _crossings(graph: nx.DiGraph) -> Iterator[tuple[str, str]]:
    for a, b, edge in graph.edges(data=True):
        one, other = a.split("/", 1)[0], b.split("/", 1)[0]
        if edge["kind"] == "follow" and one != other:
            yield one, other


def _group(first: str, near: tuple[list[str], list[str]], most: int, random: Random) -> list[str]:
    """The first and one to `most` - 1 others: linked ones before the rest of the domain."""
    wanted = random.randint(1, most - 1)
    linked, alike = (random.sample(some, len(some)) for some in near)
    return [first, *[*linked, *alike][:wanted]]
