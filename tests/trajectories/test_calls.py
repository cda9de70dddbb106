"""Single calls: requests a person could make, every value in them, nothing in the call that was not said."""

import json
from collections import Counter
from pathlib import Path

import pytest

from stages.core.params import load
from stages.core.records import Api, CallItem, Operation, Parameter, Source
from stages.core.seeds import generator
from stages.trajectories import tokens
from stages.trajectories.calls import CallGrammar
from stages.trajectories.clauses import implies
from stages.trajectories.requests import imperative
from stages.trajectories.schemas import spoken_name
from stages.trajectories.single_calls import single_calls
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
    drawn = [CallGrammar(API, "train").item(OPERATION, [], generator(2, "call", n)) for n in range(160)]
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
            proof = implies if isinstance(value, bool) else supports
            assert proof(spans[name], value)  # type: ignore[operator]


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
     ("needs action", "NEEDS_ACTION"), ("a, b and c", ["a", "b", "c"]), ("turn off", False), ("$350,000", 350000),
     ("$0.5", 0.5), ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]])],
)  # fmt: skip
def test_words_prove_the_value_they_state(text: str, value: object) -> None:
    assert supports(text, value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text, value",
    [
        ("March 6, 2026", "2026-03-05"),
        ("four", 3),
        ("on", False),
        ("a, b", ["a"]),
        ("$35,000", 350000),
        ("[[1, 2]]", [[2, 1]]),
        ("1, 2", [[1, 2]]),
    ],
)
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


def operation(name: str, *parameters: Parameter) -> Operation:
    method = name.rpartition(".")[2]
    return Operation(
        name=name, resource="garden", method=method, http_method="CALL", path="", parameters=parameters,
        description=f"Finds garden tools for the {method.replace('_', ' ')}.",
    )  # fmt: skip


def test_a_function_gets_no_more_rows_than_allowed_and_one_argument_fewer() -> None:
    rich = [
        Parameter(name=f"width{n}", type="number", description=f"Width {n} in meters", location="body")
        for n in range(4)
    ]
    many = API.model_copy(
        update={"operations": (*(operation(f"garden.big_bed_{c}", *rich) for c in "abcdef"),
                               *(operation(f"garden.bed_{c}", rich[0]) for c in "abcdef"))}
    )  # fmt: skip
    params = load("trajectories").model_copy(update={"calls": 60, "dev_calls": 10, "calls_each": 3})
    found, _ = single_calls([many, API], params, tokens.estimate)
    rows = Counter(item.parents[0] for item in found)
    assert max(rows.values()) <= 3
    assert all(count == 1 for name, count in rows.items() if "/garden.bed_" in name)
    train = {item.parents[0] for item in found if item.split == "train"}
    assert not train & {item.parents[0] for item in found if item.split == "dev"}


def test_short_names_are_qualified_and_tools_beside_have_names_of_their_own() -> None:
    names = {spoken_name(OPERATION, API, generator(3, n)) for n in range(20)}
    assert names == {"garden.plan_bed"}
    for n in range(40):
        item = CallGrammar(API, "train").item(
            OPERATION, [operation("garden.dig_a_new_round_hole", *OPERATION.parameters)], generator(4, n)
        )
        assert item is None or len({str(tool["name"]) for tool in item.tools}) == 2


def test_two_arguments_of_one_name_are_not_told_apart_by_guessing() -> None:
    same = operation(
        "garden.mix",
        Parameter(name="a", type="number", required=True, description="Viscosity [Pa*s]", location="body"),
        Parameter(name="b", type="number", required=True, description="Viscosity [Pa*s]", location="body"),
    )
    assert not [1 for n in range(30) if CallGrammar(API, "train").item(same, [], generator(5, n))]


def test_the_ends_of_a_range_are_the_right_way_round_beside_a_limit() -> None:
    trip = operation(
        "garden.list_all_day_trips",
        Parameter(name="max_results", type="integer", description="Maximum number of trips", location="body"),
        Parameter(name="start_date", type="string", required=True, description="First day", location="body"),
        Parameter(name="end_date", type="string", required=True, description="Last day", location="body"),
    )
    made = [CallGrammar(API, "train").item(trip, [], generator(6, n)) for n in range(60)]
    calls = [item.gold[0].arguments for item in made if item is not None]
    assert len(calls) > 20 and all(str(call["start_date"]) < str(call["end_date"]) for call in calls)
