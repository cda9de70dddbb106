"""The gate lets a right environment in and keeps a spoiled one out (envfactory.md 5 and 6)."""

from typing import Any

import pytest

from stages.core.engine import Runtime
from stages.core.records import Environment, Require
from stages.environments.compile import compile
from stages.environments.gate import Settings, failing, judge
from stages.environments.mutants import FAMILIES, KINDS, seeded
from stages.environments.recognise import recognise
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from tests.environments.api import boards
from tests.environments.described import google

COUNTS = {"simple": 1, "medium": 1, "complex": 1, "boundary": 3}
SETTINGS = Settings(seed=3, mutants_each=5, mutation_score=0.95)


def verdict(environment: Environment, settings: Settings = SETTINGS, broken: int = 6) -> dict[str, Any]:
    scenarios = loadable(boards(), 3, COUNTS)
    return judge(boards(), environment, scenarios + refused(boards(), scenarios[2], broken), settings)


def test_a_right_environment_passes_and_every_check_had_something_to_try() -> None:
    found = verdict(compile(boards(), "train"))
    assert found["passed"], failing(found)
    assert all(check["cases"] for check in found["checks"].values())
    assert found["mutation"]["score"] >= 0.95


def test_the_verdict_is_the_same_every_time() -> None:
    assert verdict(compile(boards(), "train")) == verdict(compile(boards(), "train"))


@pytest.mark.parametrize("kind", ["drop_where", "missing_require", "wrong_error", "wrong_row", "forget_tick"])
def test_a_seeded_bug_fails_the_gate(kind: str) -> None:
    """envfactory.md 5."""
    spoiled = next(m for m in seeded(compile(boards(), "train"), 3, 5).mutants if m.kind == kind)
    found = verdict(spoiled.environment, SETTINGS._replace(mutants_each=1))
    assert not found["passed"]
    assert failing(found)[0] != "mutation"


def test_a_cascade_that_is_off_fails_the_gate() -> None:
    spoiled = next(m for m in seeded(compile(boards(), "train"), 3, 5).mutants if m.kind == "cascade_off")
    assert not verdict(spoiled.environment, SETTINGS._replace(mutants_each=1))["passed"]


def test_a_refused_state_counts_as_a_pass_and_none_at_all_does_not() -> None:
    """envfactory.md: a validation_error scenario passes by failing."""
    checks = verdict(compile(boards(), "train"))["checks"]
    assert checks["refused"]["passed"] and checks["refused"]["cases"] == 6
    assert not verdict(compile(boards(), "train"), broken=0)["passed"]


def test_every_kind_of_bug_is_seeded_at_least_five_times_or_wherever_it_can_be() -> None:
    """PROGRAMS: drop a where, swap columns, off by one, missing require, wrong error, wrong row, order, tick, null."""
    kinds = verdict(compile(boards(), "train"))["mutation"]["kinds"]
    assert set(kinds) == {*KINDS, "cascade_off"} - FAMILIES
    assert all(counts["seeded"] == min(counts["places"], SETTINGS.mutants_each) for counts in kinds.values())
    # Boards have no state verb and nothing of a family; test_state_verbs.py, test_tags.py and their like have.
    assert all(counts["places"] for kind, counts in kinds.items() if kind != "wrong_state")


def test_a_bug_that_changes_nothing_is_left_out_with_the_reason() -> None:
    tasks = compile(recognise(google("tasks.v1"), 6), "train")
    seeds = seeded(tasks, 3, 1000)
    assert len(seeds.equivalent) == 3 and all("coupled" in line for line in seeds.equivalent)
    assert len(seeds.equivalent) <= 0.05 * len(seeds.mutants)


def test_every_seeded_bug_still_compiles() -> None:
    """A bug that the engine refuses to load would be noticed by anyone."""
    for mutant in seeded(compile(boards(), "train"), 3, 1000).mutants:
        assert not Runtime(mutant.environment).refusals()


def test_a_wrong_word_in_an_error_fails_the_gate() -> None:
    right = compile(boards(), "train")
    get = right.tool("cards_get")
    steps = tuple(s.model_copy(update={"message": "no"}) if isinstance(s, Require) else s for s in get.program)
    tools = tuple(t.model_copy(update={"program": steps}) if t is get else t for t in right.tools)
    found = verdict(right.model_copy(update={"tools": tools}))
    assert not found["passed"] and "said no, not no task" in failing(found)[1]
