"""State verbs: each rule leads where the description lists it, and the gate proves what they do."""

from functools import cache

import pytest

from stages.core.engine import Runtime
from stages.core.records import Api, Field, Parameter
from stages.environments.compile import compile
from stages.environments.gate import Settings, failing, judge
from stages.environments.mutants import seeded
from stages.environments.recognise import recognise
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape
from stages.environments.state_verbs import RULES, Rule, turn, verb_of
from stages.sources import openapi
from tests.environments.described import SOURCE, botocore, google, opened, shop

STATES = ("JOB_STATE_UNSPECIFIED", "ACTIVE", "PAUSED", "STATE_CANCELLED")


def item(*fields: Field) -> Field:
    return Field(name="", type="object", properties=fields)


def state(*listed: str, name: str = "state") -> Field:
    return Field(name=name, type="string", enum=listed, read_only="flag")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.verbs[0])
def test_each_verb_leads_to_the_first_of_its_states_that_is_listed(rule: Rule) -> None:
    for verb in rule.verbs:
        for place, wanted in enumerate(rule.states):
            listed = ("SOMETHING_ELSE", *reversed(rule.states[place:]))
            found = turn(verb, item(state(*listed)))
            assert found is not None and found.value == wanted


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.flag], ids=lambda rule: rule.verbs[0])
def test_a_verb_turns_its_flag_where_no_state_is_listed(rule: Rule) -> None:
    assert rule.flag is not None
    name, value = rule.flag
    for verb in rule.verbs:
        found = turn(verb, item(Field(name=name, type="boolean")))
        assert found is not None and (found.field.name, found.value) == (name, value)


@pytest.mark.parametrize(
    ("listed", "verb", "value"),
    [
        (("BUILD_STATE_RUNNING", "BUILD_STATE_PAUSED"), "pause", "BUILD_STATE_PAUSED"),
        (("Running", "Stopped"), "stop", "Stopped"),
        (("in-progress", "canceled"), "cancel", "canceled"),
        (("InProgress", "Waiting"), "start", "InProgress"),
    ],
)
def test_a_state_is_known_in_any_spelling_and_written_as_the_api_writes_it(listed, verb, value) -> None:
    found = turn(verb, item(state(*listed)))
    assert found is not None and found.value == value


@pytest.mark.parametrize(
    "described",
    [
        item(state("RUNNING", "STOPPED")),
        item(state("PAUSED")),
        item(state("PAUSED", "RUNNING", name="kind")),
        item(Field(name="state", type="string")),
        item(Field(name="paused", type="string")),
        item(),
    ],
)
def test_a_verb_whose_state_cannot_be_seen_is_no_tool(described: Field) -> None:
    assert turn("pause", described) is None


def test_disabling_sets_a_flag_named_the_other_way_round() -> None:
    found = turn("disable", item(Field(name="isDisabled", type="boolean")))
    assert found is not None and found.value is True


def test_a_word_that_is_no_state_verb_is_none() -> None:
    assert verb_of("Pause") == "pause" and verb_of("PauseJob") is None and verb_of("frobnicate") is None


@cache
def described() -> Api:
    """The shop with books that can be paused, resumed and cancelled, and one verb that says nothing of a state."""
    api = shop()
    found = state(*STATES, name="orderStatus")
    book = api.schemas["Book"]
    schemas = api.schemas | {"Book": book.model_copy(update={"properties": (*book.properties, found)})}
    get = next(o for o in api.operations if o.name == "books.get")
    more = [
        get.model_copy(
            update={"name": f"books.{word}", "method": word, "http_method": "POST", "path": f"{get.path}{end}"}
        )
        for word, end in (("pause", ":pause"), ("resume", "/resume"), ("cancel", ":cancel"), ("archive", ":archive"))
    ]
    return api.model_copy(update={"schemas": schemas, "operations": (*api.operations, *more)})


def shape(rules: tuple[str, ...] = ("state",)) -> ApiShape:
    return recognise(described(), 5, rules)


def test_the_table_of_rules_makes_tools_of_custom_methods_and_counts_the_rest() -> None:
    made = {tool.name: tool.sets for tool in shape().tools if tool.verb == "set"}
    assert made == {
        "books_pause": {"orderStatus": "PAUSED"},
        "books_resume": {"orderStatus": "ACTIVE"},
        "books_cancel": {"orderStatus": "STATE_CANCELLED"},
    }
    assert shape().left_out["state_not_listed"] == 1
    column = shape().entity("book").field("orderStatus")
    assert column.default == "ACTIVE" and not column.writable
    assert column.one_of == ("ACTIVE", "PAUSED", "STATE_CANCELLED"), "what says nothing is no state to be in"


def test_without_the_rule_nothing_changes_but_the_count() -> None:
    without, plain = shape(()), recognise(shop(), 5)
    assert (without.entities, without.tools) == (plain.entities, plain.tools)
    assert without.left_out.get("no_rule", 0) == plain.left_out.get("no_rule", 0) + 4


def test_a_new_row_begins_in_the_first_state_and_goes_where_the_verb_says() -> None:
    session = opened(compile(shape(), "train"))
    shelf = session.call("shelves_insert", {"title": "Poems"}).value["id"]
    book = session.call("books_insert", {"shelf": shelf, "title": "Odes"}).value
    where = {"shelf": shelf, "book": book["id"]}
    assert book["orderStatus"] == "ACTIVE"
    assert session.call("books_pause", where).value["orderStatus"] == "PAUSED"
    assert session.call("books_pause", where).ok, "what is paused is paused again"
    assert session.call("books_cancel", where).value["orderStatus"] == "STATE_CANCELLED"
    assert session.call("books_get", where).value["orderStatus"] == "STATE_CANCELLED"
    missing = session.call("books_pause", where | {"book": "b999"})
    assert missing.error == "NOT_FOUND" and "b999" in (missing.message or "")


def test_the_gate_passes_state_verbs_and_notices_every_bug_seeded_into_them() -> None:
    found = shape()
    states = loadable(found, 3, {"simple": 1, "medium": 1, "complex": 1, "boundary": 3})
    environment = compile(found, "train")
    verdict = judge(found, environment, states + refused(found, states[2], 6), Settings(3, 5, 0.95))
    assert verdict["passed"], failing(verdict)
    assert verdict["checks"]["state_verb"]["cases"] >= 3 and verdict["checks"]["state_verbs_in_turn"]["cases"] >= 3
    assert verdict["mutation"]["kinds"]["wrong_state"] == {"places": 3, "seeded": 3, "killed": 3}
    assert not Runtime(environment).refusals()
    assert {m.tool for m in seeded(environment, 3, 5).mutants if m.kind == "wrong_state"} == {
        "books_pause", "books_resume", "books_cancel",
    }  # fmt: skip


def test_a_real_service_gets_its_state_verbs() -> None:
    made = {tool.name: tool.sets for tool in recognise(botocore("mediaconvert"), 5, ("state",)).tools}
    assert made["cancel_job"] == {"status": "CANCELED"}


def test_a_key_that_was_to_be_destroyed_is_restored_but_not_into_use() -> None:
    listed = state("ENABLED", "DISABLED", "DESTROYED", "DESTROY_SCHEDULED")
    gone, back = turn("destroy", item(listed)), turn("restore", item(listed))
    assert gone and back and (gone.value, back.value) == ("DESTROY_SCHEDULED", "DISABLED")
    plain = turn("restore", item(state("ENABLED", "DISABLED")))
    assert plain and plain.value == "ENABLED"


@pytest.mark.parametrize(
    ("listed", "begins"),
    [
        (("Failed", "Preparing", "Prepared", "NotPrepared"), "NotPrepared"),
        (("CONNECTED", "DISCONNECTED"), "DISCONNECTED"),
    ],
)
def test_a_new_row_is_in_no_state_that_a_verb_must_lead_to_first(listed: tuple[str, ...], begins: str) -> None:
    api = described()
    book = api.schemas["Book"]
    properties = (*(p for p in book.properties if p.name != "orderStatus"), state(*listed, name="orderStatus"))
    api = api.model_copy(update={"schemas": api.schemas | {"Book": book.model_copy(update={"properties": properties})}})
    verb = "prepare" if "Prepared" in listed else "connect"
    operations = [
        o.model_copy(update={"name": f"books.{verb}", "method": verb, "path": f"{o.path.rpartition(':')[0]}:{verb}"})
        if o.method == "pause" else o for o in api.operations
    ]  # fmt: skip
    found = recognise(api.model_copy(update={"operations": tuple(operations)}), 5, ("state",))
    assert found.entity("book").field("orderStatus").default == begins


@pytest.mark.parametrize(
    ("api", "made"),
    [
        (google("secretmanager.v1"), {"versions_destroy": "DESTROYED", "versions_disable": "DISABLED"}),
        (
            google("documentai.v1"),
            {"processor_versions_deploy": "DEPLOYED", "processor_versions_undeploy": "UNDEPLOYED"},
        ),
        (botocore("swf"), {"deprecate_domain": "DEPRECATED", "undeprecate_domain": "REGISTERED"}),
        (botocore("kms"), {"connect_custom_key_store": "CONNECTED", "disconnect_custom_key_store": "DISCONNECTED"}),
    ],
    ids=lambda value: value.id if isinstance(value, Api) else "",
)
def test_real_things_are_destroyed_deployed_deprecated_and_disconnected(api: Api, made: dict[str, str]) -> None:
    found = recognise(api, 5, ("state", "existing"))
    turned = {tool.name: next(iter(tool.sets.values())) for tool in found.tools if tool.verb == "set"}
    assert made.items() <= turned.items()


def test_an_argument_that_must_be_given_and_cannot_be_refuses_the_tool() -> None:
    api = described()
    needed = Parameter(name="reason", type="string", required=True, location="body")
    operations = [
        o.model_copy(update={"parameters": (*o.parameters, needed)}) if o.method == "pause" else o
        for o in api.operations
    ]
    made = recognise(api.model_copy(update={"operations": tuple(operations)}), 5, ("state",))
    assert "books_pause" not in {tool.name for tool in made.tools}
    assert made.left_out["required_argument"] >= 1


def test_a_verb_at_the_end_of_a_users_path_is_no_collection():
    lesson = {"type": "object", "properties": {
        "id": {"type": "string", "readOnly": True}, "student": {"type": "string"},
        "status": {"type": "string", "enum": ["booked", "cancelled", "held"], "readOnly": True},
    }}  # fmt: skip
    shown = {"200": {"content": {"application/json": {"schema": lesson}}}}
    given = {
        "content": {"application/json": {"schema": {"type": "object", "properties": {"student": {"type": "string"}}}}}
    }
    key = [{"name": "lesson_id", "in": "path", "required": True, "schema": {"type": "string"}}]
    paths = {
        "/lessons": {"post": {"operationId": "book", "requestBody": given, "responses": shown}},
        "/lessons/{lesson_id}": {"get": {"operationId": "show", "parameters": key, "responses": shown}},
        "/lessons/{lesson_id}/cancel": {"post": {"operationId": "drop", "parameters": key, "responses": shown}},
    }
    document = {"openapi": "3.1.0", "paths": paths}
    api = openapi.read({"a.yaml": document}, "a.yaml", SOURCE, id="user-a", domain="other")
    tools = {tool.name: tool for tool in recognise(api, 5, ("state",)).tools}
    assert tools["lessons_cancel"].verb == "set" and tools["lessons_cancel"].sets == {"status": "cancelled"}
    assert len(tools) == 3
