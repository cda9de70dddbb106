"""Access policies: read and replaced whole, only where both can be done, and every seeded bug is noticed."""

from functools import cache

import pytest

from stages.core.engine import Runtime, Session
from stages.core.records import Api, Field, Operation, Parameter
from stages.environments.compile import compile
from stages.environments.gate import Settings, failing, judge
from stages.environments.policies.reading import COLUMN
from stages.environments.recognise import recognise
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape
from tests.environments.described import google, shop, text

RULES = ("policy",)
COUNTS = {"simple": 1, "medium": 1, "complex": 1, "boundary": 3}
VIEW = {"bindings": [{"role": "roles/viewer", "members": ["user:ana@example.com"]}]}
OWN = {"bindings": [{"role": "roles/owner", "members": ["group:staff@example.com", "user:ana@example.com"]}]}
BINDINGS = Field(name="bindings", type="array", items=Field(name="", type="object", properties=(text("role"),)))
POLICY = Field(name="", type="object", schema_name="Policy", properties=(BINDINGS, text("etag", format="byte")))


def operation(method: str, *more: Parameter, resource: str = "shelves") -> Operation:
    row = Parameter(name="resource", type="string", required=True, location="path")
    policy = Parameter(name="policy", type="object", required=True, location="body", properties=(BINDINGS,))
    return Operation(
        name=f"{resource}.{method}", resource=resource, method=method, http_method="POST",
        path=f"v1/{{+resource}}:{method}", parameters=(row, *((policy,) if method == "setIamPolicy" else ()), *more),
        response="Policy", description=f"Does {method} on a row.",
    )  # fmt: skip


def described(*operations: Operation) -> Api:
    api = shop(*operations)
    return api.model_copy(update={"schemas": {**api.schemas, "Policy": POLICY}})


@cache
def guarded() -> ApiShape:
    return recognise(described(operation("getIamPolicy"), operation("setIamPolicy")), 5, RULES)


def session(found: ApiShape) -> Session:
    runtime = Runtime(compile(found, "train"))
    assert not runtime.refusals()
    return runtime.open(loadable(found, 3, COUNTS)[1])


def test_a_policy_is_empty_until_one_is_set_and_then_replaced_whole() -> None:
    ours = session(guarded())
    shelf = ours.call("shelves_insert", {"title": "Poems"}).value["id"]
    assert ours.call("shelves_get_iam_policy", {"resource": shelf}).value == {}
    assert ours.call("shelves_set_iam_policy", {"resource": shelf, "policy": VIEW}).value == VIEW
    assert ours.call("shelves_set_iam_policy", {"resource": shelf, "policy": OWN}).value == OWN
    assert ours.call("shelves_get_iam_policy", {"resource": shelf}).value == OWN
    assert COLUMN not in ours.call("shelves_get", {"shelf": shelf}).value
    lost = ours.call("shelves_get_iam_policy", {"resource": "s999"})
    assert (lost.error, lost.message) == ("NOT_FOUND", "no shelf s999")


@pytest.mark.parametrize(
    "policy", [{}, {"bindings": [{"role": "roles/viewer"}]}, {"bindings": [{"role": "reader", "members": []}]}]
)
def test_a_policy_of_another_form_is_refused(policy) -> None:
    ours = session(guarded())
    shelf = ours.call("shelves_insert", {"title": "Poems"}).value["id"]
    assert ours.call("shelves_set_iam_policy", {"resource": shelf, "policy": policy}).error == "INVALID_ARGUMENT"


@pytest.mark.parametrize("only", ["getIamPolicy", "setIamPolicy"])
def test_one_of_the_two_alone_is_no_tool(only: str) -> None:
    found = recognise(described(operation(only)), 5, RULES)
    assert not [tool for tool in found.tools if tool.part] and found.left_out["policy_unclear"] == 1
    assert COLUMN not in {field.name for field in found.entity("shelf").fields}


def test_an_argument_that_must_be_given_and_cannot_be_refuses_the_tool() -> None:
    reason = Parameter(name="reason", type="string", required=True, location="body")
    found = recognise(described(operation("getIamPolicy"), operation("setIamPolicy", reason)), 5, RULES)
    assert not [tool for tool in found.tools if tool.part] and found.left_out["required_argument"] == 1


def test_a_policy_of_what_is_not_here_is_counted() -> None:
    found = recognise(described(operation("getIamPolicy", resource="walls")), 5, RULES)
    assert found.left_out["no_entity"] == 1


def test_without_the_rule_policies_are_left_out_and_counted() -> None:
    plain = recognise(described(operation("getIamPolicy"), operation("setIamPolicy")), 5)
    assert plain.tools == recognise(shop(), 5).tools and plain.entities == recognise(shop(), 5).entities
    assert plain.left_out["no_rule"] == recognise(shop(), 5).left_out.get("no_rule", 0) + 2


def test_the_gate_passes_policies_and_notices_every_bug_seeded_into_them() -> None:
    found = guarded()
    states = loadable(found, 3, COUNTS)
    environment = compile(found, "train")
    verdict = judge(found, environment, states + refused(found, states[2], 6), Settings(3, 20, 0.95))
    assert verdict["passed"], failing(verdict)
    assert not verdict["mutation"]["survivors"]
    assert verdict["mutation"]["kinds"]["wrong_part"] == {"places": 3, "seeded": 3, "killed": 3}
    assert verdict["checks"]["a_part_is_replaced_whole"]["cases"] >= 6


def test_start_states_name_members_as_the_api_writes_them() -> None:
    rows = [row for state in loadable(guarded(), 3, COUNTS) for row in state.tables["shelf"]]
    policies = [str(row[COLUMN]) for row in rows if row[COLUMN] is not None]
    assert policies and all('"members":["user:' in text or '"members":["group:' in text for text in policies)


def test_real_topics_get_their_policies() -> None:
    made = {tool.name: tool.verb for tool in recognise(google("pubsub.v1"), 5, RULES).tools if tool.part}
    assert made["topics_get_iam_policy"] == "part" and made["topics_set_iam_policy"] == "put"
