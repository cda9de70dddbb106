"""Chains of tools in which every required input is external or produced earlier; and the random walk to compare with.

`sample` is EnvFactory's topology-aware sampler: take a tool, put producers of what it needs before it, go on to those
it feeds. Where the repository skips a required input without a producer, we drop the tool (or raise, if it is the
first), so the invariant holds for every chain; no tool repeats, and the caps on depth and nodes are never overshot.
With `Visits` the draws prefer what earlier chains left out: the tools, then the pairs of a tool and one that it feeds.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from random import Random
from typing import NamedTuple

import networkx as nx

from stages.toolgraph.graph import tools


class ImpossibleChain(Exception):
    """The first tool needs an input that nothing within the caps can supply."""


class Settings(NamedTuple):
    """Caps and probabilities; see the params."""

    min_nodes: int
    max_nodes: int
    depth: int
    skip_optional: float
    skip_satisfied: float


class Input(NamedTuple):
    """One input as the sampler sees it."""

    required: bool
    external: bool
    producers: tuple[str, ...]


class Plan(NamedTuple):
    """The tools of one or several environments, looked up once from the graph."""

    tools: tuple[str, ...]
    inputs: dict[str, tuple[Input, ...]]
    followers: dict[str, tuple[str, ...]]


class Visits:
    """What chains have gone through so far: `tools`, and `edges` (a tool, one that it feeds and that came later)."""

    def __init__(self) -> None:
        self.tools: Counter[str] = Counter()
        self.edges: Counter[tuple[str, str]] = Counter()
        self.begun: Counter[str] = Counter()

    def add(self, chain: Sequence[str], plan: Plan) -> None:
        """Count a chain."""
        self.tools.update(chain)
        self.edges.update(pair for pair in combinations(chain, 2) if pair[1] in plan.followers[pair[0]])

    def first(self, plan: Plan) -> str:
        """A tool that no chain has gone through, else one with many links left that was seldom begun with."""
        found = min(plan.tools, key=lambda tool: (self.tools[tool] + self.begun[tool] > 0, -self._hope(tool, plan)))
        self.begun[found] += 1
        return found

    def _hope(self, tool: str, plan: Plan) -> float:
        left = sum((tool, follower) not in self.edges for follower in plan.followers[tool])
        return (1 + left) / (1 + self.begun[tool])


def plan(graph: nx.DiGraph, *environments: str) -> Plan:
    """What the sampler needs of one or several environments. Producers and followers of others are left out."""
    own = tuple(tool for environment in environments for tool in tools(graph, environment))
    inside = set(own)
    inputs = {}
    for tool in own:
        rows = []
        for node, _, edge in graph.in_edges(tool, data=True):
            if edge["kind"] != "input":
                continue
            producers = {graph.nodes[source]["tool"] for source in graph.predecessors(node)}
            external = graph.nodes[node]["label"] == "external"
            rows.append(Input(edge["required"], external, tuple(sorted(producers & inside))))
        inputs[tool] = tuple(rows)
    follow = {
        tool: tuple(sorted(t for _, t, e in graph.out_edges(tool, data=True) if e["kind"] == "follow" and t in inside))
        for tool in own
    }
    return Plan(own, inputs, follow)


def valid(chain: tuple[str, ...], plan: Plan) -> bool:
    """The invariant: each required input is external or produced by an earlier tool; no tool twice."""
    if len(set(chain)) != len(chain):
        return False
    return all(
        not need.required or need.external or not set(need.producers).isdisjoint(chain[:place])
        for place, tool in enumerate(chain)
        for need in plan.inputs[tool]
    )


def sample(plan: Plan, first: str, settings: Settings, random: Random, visits: Visits | None = None) -> tuple[str, ...]:
    """A chain that contains `first` and meets the invariant; with `visits` one that prefers what they lack.

    Raises ImpossibleChain when `first` cannot be reached within the caps.
    """
    goal = random.randint(settings.min_nodes, settings.max_nodes)
    before = _priors(plan, first, (), (first,), settings, random, visits)
    if before is None or len(before) + 1 > settings.max_nodes:
        raise ImpossibleChain(first)
    done = [*before, first]
    queue = _next(plan, first, done, random, visits)
    # Each turn takes a tool off the queue or draws a fresh one; the bound ends a search in which nothing fits any more.
    for _ in range(4 * settings.max_nodes):
        if len(done) >= goal:
            break
        rest = [tool for tool in plan.tools if tool not in done]
        if not rest:
            break
        tool = queue.pop(0) if queue else _fresh(rest, random, visits)
        if tool in done:
            continue
        before = _priors(plan, tool, tuple(done), (tool,), settings, random, visits)
        if before is None or len(done) + len(before) + 1 > settings.max_nodes:
            continue
        done += [*before, tool]
        queue += _next(plan, tool, done, random, visits)
    return tuple(done)


def _fresh(rest: list[str], random: Random, visits: Visits | None) -> str:
    if visits is None:
        return random.choice(rest)
    least = min(visits.tools[tool] for tool in rest)
    return random.choice([tool for tool in rest if visits.tools[tool] == least])


def _next(plan: Plan, tool: str, done: list[str], random: Random, visits: Visits | None) -> list[str]:
    fresh = [follower for follower in plan.followers[tool] if follower not in done]
    if not fresh:
        return []
    if visits is None:
        return random.sample(fresh, random.randint(1, len(fresh)))
    random.shuffle(fresh)
    fresh.sort(key=lambda follower: (visits.edges[tool, follower], visits.tools[follower]))
    return fresh[: random.randint(1, len(fresh))]


def _priors(
    plan: Plan,
    tool: str,
    done: tuple[str, ...],
    stack: tuple[str, ...],
    settings: Settings,
    random: Random,
    visits: Visits | None,
) -> list[str] | None:
    """Tools to run before `tool`, producers first; None when a required input stays unfilled within the depth cap."""
    out: list[str] = []
    for need in plan.inputs[tool]:
        if not need.required and random.random() < settings.skip_optional:
            continue
        produced = not set(need.producers).isdisjoint((*done, *out))
        supplied = need.external or produced
        if supplied and random.random() < settings.skip_satisfied:
            continue
        added = _producer(plan, need, (*done, *out), stack, settings, random, visits)
        if added is None and need.required and not supplied:
            return None
        out += added or []
    return out


def _producer(
    plan: Plan,
    need: Input,
    done: tuple[str, ...],
    stack: tuple[str, ...],
    settings: Settings,
    random: Random,
    visits: Visits | None,
) -> list[str] | None:
    """One producer with its own priors, the first of a random order that works; None when none does."""
    if len(stack) > settings.depth:
        return None
    order = random.sample(need.producers, len(need.producers))
    if visits is not None:
        order.sort(key=lambda producer: visits.tools[producer])
    for producer in order:
        if producer in done or producer in stack:
            continue
        before = _priors(plan, producer, done, (*stack, producer), settings, random, visits)
        if before is not None and producer not in before:
            return [*before, producer]
    return None


def walk(plan: Plan, settings: Settings, random: Random) -> tuple[str, ...]:
    """The baseline: from a random tool on to one random follower (a random tool where there is none), no priors."""
    goal = random.randint(settings.min_nodes, settings.max_nodes)
    done = [random.choice(plan.tools)]
    while len(done) < min(goal, len(plan.tools)):
        rest = [tool for tool in plan.tools if tool not in done]
        fresh = [tool for tool in plan.followers[done[-1]] if tool not in done]
        done.append(random.choice(fresh or rest))
    return tuple(done)
