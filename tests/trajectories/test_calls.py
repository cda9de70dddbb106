"""Single calls: requests a person could make, every value in them, nothing in the call that was not said."""

import json
from pathlib import Path

import pytest

from stages.core.records import Api, CallItem, Operation, Parameter, Source
from stages.core.seeds import generator
from stages.trajectories.calls import CallGrammar
from stages.trajectories.requests import imperative
from stages.trajectories.spoken import supports

SOURCE = Source(package="made-up", version="1", path="a.json", sha256="0" * 64, licence="MIT")
OPERATION = Operation(
    name="garden.plan_bed",
    resource="garden",
    method="plan_bed",
    http_method="POST",
    path="",
    description="Calculates the number of plants for a flower bed. More words.",
    parameters=(
        Parameter(name="width", type="number", required=True, description="Width in meters.", location="body"),
        Parameter(name="city", type="string", required=True, description="Where it lies.", location="body"),
        Parameter(name="rows", type="integer", default=4, description="How many rows.", location="body"),
        Parameter(name="startMonth", type="integer", description="First month.", location="body"),
        Parameter(name="endMonth", type="integer", description="Last month.", location="body"),
        Parameter(name="includeHerbs", type="boolean", default=False, description="Herbs too.", location="body"),
    ),
)
API = Api(
    id="garden", name="garden", title="Garden", publisher="python", version="1", domain="other", source=SOURCE,
    operations=(OPERATION,), schemas={},
)  # fmt: skip


def items() -> list[CallItem]:
    drawn = [CallGrammar(API, "train").item(OPERATION, [], generator(2, "call", n)) for n in range(60)]
    return [item for item in drawn if item is not None]


def test_a_description_becomes_a_request() -> None:
    assert imperative("Calculates the area of a `circle` (in m2). Slow.") == "calculate the area of a circle"
    assert imperative("Utility for creating trees") is None
    assert imperative("See fooBar for what it does") is None


def test_every_value_of_the_call_is_said_and_proved() -> None:
    assert len(items()) > 30
    for item in items():
        spans = {span.argument: span.text or "" for span in item.spans}
        assert set(spans) == set(item.gold[0].arguments)
        for name, value in item.gold[0].arguments.items():
            assert spans[name] in item.user
            assert supports(spans[name], value)


def test_what_is_not_said_is_left_out_and_a_default_may_be() -> None:
    quiet = [item for item in items() if "rows" not in item.gold[0].arguments and "default" in json.dumps(item.tools)]
    assert quiet
    for item in quiet:
        if "rows" in item.accepted[0]:
            assert item.accepted[0]["rows"] == (4, "")


def test_a_call_never_repeats_a_default() -> None:
    assert all(item.gold[0].arguments.get("rows") != 4 for item in items())


def test_wordings_vary() -> None:
    assert len({item.user for item in items()}) == len(items())
    assert any(" from " in item.user and " to " in item.user for item in items())


@pytest.mark.parametrize(
    "text, value",
    [("March 5, 2026", "2026-03-05"), ("5th March 2026", "2026-03-05"), ("three", 3), ("1,250", 1250), ("7%", 0.07),
     ("needs action", "NEEDS_ACTION"), ("a, b and c", ["a", "b", "c"]), ("turn off", False)],
)  # fmt: skip
def test_words_prove_the_value_they_state(text: str, value: object) -> None:
    assert supports(text, value)  # type: ignore[arg-type]


@pytest.mark.parametrize("text, value", [("March 6, 2026", "2026-03-05"), ("four", 3), ("on", False), ("a, b", ["a"])])
def test_words_do_not_prove_another_value(text: str, value: object) -> None:
    assert not supports(text, value)  # type: ignore[arg-type]


def test_no_training_function_bears_a_benchmark_functions_name() -> None:
    """The public benchmark is read for its names alone, and only here."""
    benchmark = Path(".packages/bfcl_eval/data/BFCL_v4_simple_python.json")
    rows = Path("data/trajectories/calls.jsonl")
    if not benchmark.is_file() or not rows.is_file():
        pytest.skip("needs the benchmark's package and a finished stage")
    names = {f["name"].lower() for line in benchmark.open() for f in json.loads(line)["function"]}
    ours = {tool["name"].lower() for line in rows.open() for tool in json.loads(line)["tools"]}
    assert not names & ours
