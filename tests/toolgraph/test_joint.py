"""Chains through several environments: the invariant and the caps hold, sides are never mixed."""

from concurrent.futures import ThreadPoolExecutor

import networkx as nx
import pytest

from stages.core import seeds
from stages.core.records import Environment, JointChain
from stages.toolgraph import links
from stages.toolgraph.graph import build, parts
from stages.toolgraph.joint import draw, neighbours
from stages.toolgraph.links import Link
from stages.toolgraph.sampler import Settings, plan, valid
from tests.fixtures.tasks import tasks_environment

USUAL = Settings(2, 7, 3, 0.6, 0.9)


def environments(*domains: str) -> list[Environment]:
    """Copies of the tasks environment named by their place, one a domain; `!` before it: held out."""
    return [
        tasks_environment().model_copy(
            update={"id": f"e{n}", "domain": domain.strip("!"), "use": "evaluation" if "!" in domain else "train"}
        )
        for n, domain in enumerate(domains)
    ]


def graph(of: list[Environment], *more: Link) -> nx.DiGraph:
    known = parts(of)
    return build(of, [*links.exact(known.outputs, known.inputs), *more])


def drawn(of: list[Environment], settings: Settings = USUAL, most: int = 3, wanted: int = 20) -> list[JointChain]:
    return draw(graph(of), of, settings, most, wanted, seeds.generator(3, "joint"))


@pytest.mark.parametrize("most", [2, 3])
def test_every_chain_meets_the_invariant_and_goes_through_no_more_environments_than_allowed(most):
    """envfactory.md 10, 11."""
    of = environments("office", "office", "office", "office")
    here = plan(graph(of), *(one.id for one in of))
    found = drawn(of, most=most)
    assert len({chain.id for chain in found}) == len(found) == 20
    for chain in found:
        assert valid(chain.tools, here) and 2 <= len(chain.tools) <= USUAL.max_nodes
        assert 2 <= len(chain.environments) <= most
        assert {tool.split("/")[0] for tool in chain.tools} == set(chain.environments)
    assert max(len(chain.environments) for chain in found) == most


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_the_extremes_of_the_probabilities_are_no_trap(probability):
    """envfactory.md 12."""
    found = drawn(environments("office", "office"), Settings(2, 7, 3, probability, probability))
    here = plan(graph(environments("office", "office")), "e0", "e1")
    assert all(valid(chain.tools, here) for chain in found)


def test_domains_are_joined_only_by_a_link_and_sides_never():
    """envfactory.md 7: a link across environments."""
    of = environments("office", "media", "office", "!office")
    known = parts(of)
    title = next(n for n in known.outputs if n.tool == "e0/tasks_get" and n.name == "title")
    target = next(n for n in known.inputs if n.tool == "e1/tasks_insert" and n.name == "title")
    held = next(n for n in known.inputs if n.tool == "e3/tasks_insert" and n.name == "title")
    linked = graph(of, Link(title.id, target.id, "embedding", 0.9), Link(title.id, held.id, "embedding", 0.9))
    found = neighbours(linked, of)
    assert found["e0"] == (["e1"], ["e2"]) and found["e1"] == (["e0"], []) and not found["e3"]
    assert neighbours(graph(of), of)["e1"] == ()
    chains = draw(linked, of, USUAL, 3, 20, seeds.generator(1))
    assert {chain.environments for chain in chains} >= {("e0", "e1"), ("e0", "e2")}
    assert not any("e3" in chain.environments for chain in chains)


def test_the_same_seed_gives_the_same_chains_also_side_by_side():
    """envfactory.md 12."""
    of = environments("office", "office", "office")
    with ThreadPoolExecutor(4) as pool:
        assert len({tuple(c.id for c in found) for found in pool.map(lambda _: drawn(of), range(4))}) == 1


def test_one_environment_alone_or_none_wanted_gives_no_chain():
    assert drawn(environments("office", "media")) == []
    assert drawn(environments("office", "office"), wanted=0) == []
