"""The sampler's invariant, caps, private generator and baseline. envfactory.md 10 to 13."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.core import seeds
from stages.toolgraph import links
from stages.toolgraph.coverage import Coverage
from stages.toolgraph.graph import build, parts
from stages.toolgraph.sampler import ImpossibleChain, Input, Plan, Settings, Visits, plan, sample, valid, walk
from tests.fixtures.tasks import tasks_environment

USUAL = Settings(2, 7, 3, 0.6, 0.9)


def tasks_plan() -> Plan:
    environment = tasks_environment()
    known = parts([environment])
    return plan(build([environment], links.exact(known.outputs, known.inputs)), environment.id)


def line(length: int) -> Plan:
    """t0 needs nothing, each next one needs what the one before it makes."""
    names = tuple(f"t{i}" for i in range(length))
    needs = {name: (Input(True, False, names[i - 1 : i]),) if i else () for i, name in enumerate(names)}
    return Plan(names, needs, {name: names[i + 1 : i + 2] for i, name in enumerate(names)})


@given(st.integers(0, 10_000), st.integers(0, 9), st.floats(0, 1), st.floats(0, 1), st.integers(2, 7))
@settings(max_examples=150)
def test_every_chain_meets_the_invariant_and_the_caps(seed, first, optional, satisfied, most):
    """envfactory.md 10, 11, 12: also at probabilities 0 and 1."""
    here = tasks_plan_once()
    tool = here.tools[first % len(here.tools)]
    try:
        chain = sample(here, tool, Settings(2, most, 3, optional, satisfied), Random(seed))
    except ImpossibleChain:
        # With satisfied = 0 every input gets a further producer, which may not fit under the cap.
        return
    assert valid(chain, here) and tool in chain and len(chain) <= most


def tasks_plan_once(store: list[Plan] = []) -> Plan:  # noqa: B006
    """Built once: hypothesis calls the test many times."""
    if not store:
        store.append(tasks_plan())
    return store[0]


def test_a_producer_comes_before_its_consumer():
    """envfactory.md 11."""
    assert sample(line(4), "t3", Settings(4, 4, 3, 0.6, 0.9), Random(1)) == ("t0", "t1", "t2", "t3")


def test_what_lies_deeper_than_the_cap_is_impossible():
    """envfactory.md 10, 11."""
    with pytest.raises(ImpossibleChain):
        sample(line(5), "t4", Settings(2, 9, 3, 0.6, 0.9), Random(1))
    with pytest.raises(ImpossibleChain):
        sample(line(4), "t3", Settings(2, 3, 3, 0.6, 0.9), Random(1))


def test_an_input_nobody_can_supply_is_impossible():
    """envfactory.md 10."""
    here = Plan(("a", "b"), {"a": (Input(True, False, ()),), "b": ()}, {"a": (), "b": ()})
    with pytest.raises(ImpossibleChain):
        sample(here, "a", USUAL, Random(1))
    assert sample(here, "b", USUAL, Random(1)) == ("b",)


def test_tools_that_need_each_other_are_impossible_not_endless():
    here = Plan(
        ("a", "b"), {"a": (Input(True, False, ("b",)),), "b": (Input(True, False, ("a",)),)}, {"a": (), "b": ()}
    )
    with pytest.raises(ImpossibleChain):
        sample(here, "a", USUAL, Random(1))


def test_the_same_seed_gives_the_same_chain_also_side_by_side():
    """envfactory.md 12."""
    here = tasks_plan()

    def draw(seed: int) -> tuple[str, ...]:
        return sample(here, here.tools[seed % len(here.tools)], USUAL, seeds.generator(seed, "chain"))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(draw, range(40))) == [draw(seed) for seed in range(40)]


def test_topology_beats_the_random_walk_on_valid_chains():
    """envfactory.md 13."""
    here = tasks_plan()
    random = seeds.generator(7, "walk")
    walks = [valid(walk(here, USUAL, random), here) for _ in range(200)]
    chains = [valid(sample(here, here.tools[i % len(here.tools)], USUAL, random), here) for i in range(200)]
    assert all(chains) and sum(walks) < 100


def drawn(here: Plan, number: int, visits: Visits | None) -> list[tuple[str, ...]]:
    random, found = seeds.generator(3, "chain"), []
    for turn in range(number):
        first = visits.first(here) if visits else here.tools[turn % len(here.tools)]
        found.append(sample(here, first, USUAL, random, visits))
        if visits:
            visits.add(found[-1], here)
    return found


def test_chains_that_prefer_the_unvisited_cover_more_links_and_are_as_valid():
    here = tasks_plan()
    usual, driven = Coverage(), Coverage()
    usual.add(drawn(here, 12, None), here)
    driven.add(drawn(here, 12, Visits()), here)
    assert usual.metrics()["valid_rate"] == driven.metrics()["valid_rate"] == 1
    assert driven.metrics()["edge_coverage"] > usual.metrics()["edge_coverage"]
    assert driven.metrics()["tool_coverage"] == 1


def test_coverage_counts_tools_links_and_lengths():
    counted = Coverage()
    counted.add([("t0", "t1"), ("t1", "t0", "t2")], line(4))
    found = counted.metrics()
    # t1 before t0 goes through no link and lacks what it needs; t1 before t2 goes through one.
    assert found["valid_rate"] == 0.5 and found["tool_coverage"] == 0.75 and found["edge_coverage"] == round(2 / 3, 4)
    assert found["lengths"] == {"2": 1, "3": 1} and found["mean_tools"] == 2.5
