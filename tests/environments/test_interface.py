"""The interface is held to the description by the gate itself: names, types, what is required."""

from typing import Any

import pytest

from stages.core.params import load
from stages.core.records import Environment
from stages.environments.built import Built, build
from stages.environments.compile import compile
from stages.environments.gate import Settings, judge
from stages.environments.interface import differs
from stages.environments.recognise import recognise
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape
from tests.environments.described import botocore, google, shop

COUNTS = {"simple": 1, "medium": 1, "complex": 1, "boundary": 3}


def spoilt(change: Any) -> tuple[ApiShape, Environment]:
    """The shop with its first creating tool's schema changed."""
    shape = recognise(shop(), 5)
    environment = compile(shape, "train")
    tool = next(tool for tool in environment.tools if tool.name == "books_insert")
    parameters = {**tool.parameters, "properties": dict(tool.parameters["properties"])}  # type: ignore[arg-type]
    change(parameters)
    tools = tuple(t.model_copy(update={"parameters": parameters}) if t is tool else t for t in environment.tools)
    return shape, environment.model_copy(update={"tools": tools})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p["properties"].update(colour={"type": "string"}), "the description has no parameter colour"),
        (
            lambda p: p["properties"].update(pages={"type": "string"}),
            "pages is described as integer, not as ['string']",
        ),
        (lambda p: p.update(required=["title"]), "shelf is required"),
    ],
)
def test_an_interface_that_is_not_the_descriptions_fails_the_gate(change, said):
    shape, environment = spoilt(change)
    scenarios = loadable(shape, 11, COUNTS)
    scenarios += refused(shape, max(scenarios, key=lambda s: sum(map(len, s.tables.values()))), 3)
    verdict = judge(shape, environment, scenarios, Settings(11, 1, 0.0))
    assert not verdict["passed"]
    assert said in verdict["checks"]["interface"]["detail"]


def test_every_tool_is_compared_and_two_writes_fail_in_the_wrong_order():
    made = build(recognise(shop(), 5), load("environments"), False)
    assert isinstance(made, Built)
    assert made.gate["checks"]["interface"]["cases"] == len(made.environment.tools)
    assert made.gate["checks"]["shuffled_gold_fails"]["cases"] >= 3


@pytest.mark.parametrize("service", ["fms", "partnercentral-benefits"])
def test_what_a_list_must_be_asked_is_required_and_asked_in_every_story(service):
    shape = recognise(botocore(service), 5, ("existing",))
    must = [
        tool for tool in shape.tools if tool.verb == "list" and set(tool.required) & {*tool.filters, tool.page_size}
    ]
    assert must
    made = build(shape, load("environments"), False)
    assert isinstance(made, Built), made
    assert made.gate["passed"] and made.gate["checks"]["valid"]["cases"] > len(must)


@pytest.mark.parametrize("name", ["tasks.v1", "calendar.v3", "gmail.v1", "cloudprofiler.v2", "vmmigration.v1"])
def test_real_interfaces_are_their_descriptions(name):
    shape = recognise(google(name), 5, ("state", "existing", "tags", "batch", "policy", "copy", "undelete", "query"))
    environment = compile(shape, "train")
    assert [differs(tool, environment.tool(tool.name)) for tool in shape.tools] == [None] * len(shape.tools)
