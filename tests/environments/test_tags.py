"""Tags: which rows an ARN names, how entries are merged in both forms, and that the gate notices every seeded bug."""

import random
from functools import cache
from typing import Any

import pytest

from stages.core.engine import Runtime, Session
from stages.core.records import Api, Field, Operation, Parameter
from stages.environments.compile import compile
from stages.environments.gate import Settings, failing, judge
from stages.environments.held_out import unseen
from stages.environments.oracle import Oracle
from stages.environments.recognise import recognise
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape
from stages.environments.tags.forms import Form, form_of
from tests.environments.described import SOURCE, botocore, text

MAP = Field(name="tags", type="object", additional=True)
ENTRY = Field(name="", type="object", properties=(text("Key"), text("Value")))
LIST = Field(name="tags", type="array", items=ENTRY)
RULES = ("tags",)
COUNTS = {"simple": 1, "medium": 1, "complex": 1, "boundary": 3}
STATE_KEYS = ("a", "b", "", 'say "x"', "é", "$.a", "0", "Key")


def body(field: Field, *, required: bool = True) -> Parameter:
    return Parameter.model_validate({**dict(field), "required": required, "location": "body"})


def call(name: str, *parameters: Parameter, response: str | None = None) -> Operation:
    return Operation(
        name=name, resource="", method=name, http_method="POST", path="/", parameters=parameters, response=response,
        errors=("ValidationException", "ResourceNotFoundException"), description=f"Does what {name} says.",
    )  # fmt: skip


def park(form: Field = MAP, *, keys: str = "tagKeys", who: str = "resourceArn", benches_too: bool = True) -> Api:
    """Trees that the caller names and benches with minted ids; both show an ARN and have tags."""
    tree = Field(name="", type="object", schema_name="Tree",
                 properties=(text("treeName"), text("treeArn"), text("title"), form))  # fmt: skip
    more = (text("arn"), form) if benches_too else ()
    bench = Field(name="", type="object", schema_name="Bench", properties=(text("benchId"), text("title"), *more))
    named, minted = body(text("treeName")), body(text("benchId"))
    arn = body(text(who))
    operations = (
        call("CreateTree", named, body(text("title"), required=False), body(form, required=False), response="Tree"),
        call("GetTree", named, response="Tree"),
        call("DeleteTree", named),
        call("CreateBench", body(text("title")), response="Bench"),
        call("GetBench", minted, response="Bench"),
        call("TagResource", arn, body(form)),
        call("UntagResource", arn, body(Field(name=keys, type="array", items=text("")))),
        call("ListTagsForResource", arn, response="Tags"),
    )
    tags = Field(name="", type="object", properties=(form, text("nextToken")))
    return Api(
        id="aws-park", name="park", title="Park", publisher="aws", version="1", domain="other", source=SOURCE,
        operations=operations, schemas={"Tree": tree, "Bench": bench, "Tags": tags},
    )  # fmt: skip


@cache
def shape(form: str) -> ApiShape:
    return recognise(park(MAP if form == "map" else LIST), 5, RULES)


def put(form: str, **values: str) -> Any:
    return values if form == "map" else [{"Key": key, "Value": value} for key, value in values.items()]


def session(found: ApiShape) -> Session:
    runtime = Runtime(compile(found, "train"))
    assert not runtime.refusals()
    return runtime.open(loadable(found, 3, COUNTS)[1])


@pytest.mark.parametrize(
    ("field", "entry"),
    [
        (MAP, None),
        (LIST, ("Key", "Value")),
        (Field(name="t", type="array", items=ENTRY.model_copy(update={"properties": (text("TagValue"), text("TagKey"))})),
         ("TagKey", "TagValue")),
    ],
)  # fmt: skip
def test_tags_are_known_as_a_map_or_a_list_of_entries(field, entry) -> None:
    assert form_of(field) == Form(entry)


@pytest.mark.parametrize("field", [text("tags"), Field(name="tags", type="array", items=text("")), ENTRY])
def test_anything_else_is_no_form_of_tags(field) -> None:
    assert form_of(field) is None


def test_an_arn_names_rows_of_every_resource_that_shows_one_and_has_tags() -> None:
    tools = {tool.name: tool for tool in shape("map").tools}
    tags = tools["tag_resource"].tags
    assert tags is not None and tags.rows == {"tree": "treeArn", "bench": "arn"}
    assert tags.columns == {"tree": "tags", "bench": "tags"}
    assert tools["untag_resource"].missing == "ResourceNotFoundException"
    assert tools["list_tags_for_resource"].description == "Does what ListTagsForResource says."
    assert [tool.writes for tool in shape("map").tools if tool.tags] == [True, True, False]


def test_a_resource_without_an_arn_is_not_named_by_one() -> None:
    found = recognise(park(benches_too=False), 5, RULES)
    assert {table for tool in found.tools if tool.tags for table in tool.tags.rows} == {"tree"}
    assert {field.name for field in found.entity("bench").fields} == {"benchId", "title"}


def test_an_argument_that_is_a_resource_s_own_key_names_its_rows() -> None:
    found = recognise(park(who="treeName"), 5, RULES)
    assert {tuple(tool.tags.rows.items()) for tool in found.tools if tool.tags} == {(("tree", "treeName"),)}


def test_an_argument_that_says_another_noun_names_nothing() -> None:
    found = recognise(park(who="pondArn"), 5, RULES)
    assert not [tool for tool in found.tools if tool.tags]
    assert found.left_out["tags_of_nothing"] == 3


def test_tags_that_nobody_can_put_are_no_tools() -> None:
    api = park()
    without = tuple(o for o in api.operations if o.method != "TagResource")
    found = recognise(api.model_copy(update={"operations": without}), 5, RULES)
    assert not [tool for tool in found.tools if tool.tags] and found.left_out["tags_unclear"] == 2


def test_a_second_required_argument_makes_them_unclear() -> None:
    api = park()
    more = body(Field(name="revision", type="integer"))
    operations = tuple(
        o.model_copy(update={"parameters": (*o.parameters, more)}) if o.method == "UntagResource" else o
        for o in api.operations
    )
    found = recognise(api.model_copy(update={"operations": operations}), 5, RULES)
    assert [tool.verb for tool in found.tools if tool.tags] == ["tag", "tags"]
    assert found.left_out["tags_unclear"] == 1


def test_without_the_rule_tags_are_left_out_and_counted() -> None:
    plain = recognise(park(), 5)
    assert not [tool for tool in plain.tools if tool.tags]
    assert not [field for entity in plain.entities for field in entity.fields if field.derived or field.name == "tags"]
    assert plain.operations == shape("map").operations == 8


@pytest.mark.parametrize("form", ["map", "list"])
def test_tags_are_put_over_others_taken_away_and_listed(form) -> None:
    ours = session(shape(form))
    made = ours.call("create_tree", {"treeName": "elm", "title": "Elm", "tags": put(form, kind="leaf")}).value
    arn = {"resourceArn": made["treeArn"]}
    assert made["treeArn"] == "arn:aws:park:us-east-1:123456789012:tree/elm"
    assert ours.call("tag_resource", arn | {"tags": put(form, kind="broad", age="old")}).value == {}
    assert ours.call("list_tags_for_resource", arn).value == {"tags": put(form, age="old", kind="broad")}
    assert ours.call("get_tree", {"treeName": "elm"}).value["tags"] == put(form, age="old", kind="broad")
    assert ours.call("untag_resource", arn | {"tagKeys": ["kind", "never there"]}).ok
    assert ours.call("list_tags_for_resource", arn).value == {"tags": put(form, age="old")}
    bench = ours.call("create_bench", {"title": "By the pond"}).value
    assert ours.call("list_tags_for_resource", {"resourceArn": bench["arn"]}).value == {"tags": put(form)}
    lost = ours.call("tag_resource", {"resourceArn": "arn:aws:park:nowhere", "tags": put(form, a="b")})
    assert (lost.error, lost.message) == ("ResourceNotFoundException", "no resource arn:aws:park:nowhere")


def test_of_two_entries_with_one_key_the_last_counts_and_a_list_is_in_order_of_its_keys() -> None:
    ours = session(shape("list"))
    arn = ours.call("create_bench", {"title": "Twice"}).value["arn"]
    given = [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}]
    ours.call("tag_resource", {"resourceArn": arn, "tags": given})
    assert ours.call("list_tags_for_resource", {"resourceArn": arn}).value == {"tags": put("list", a="2", b="3")}


def test_an_arn_is_no_part_of_a_goal_since_it_holds_a_minted_key() -> None:
    one, two = session(shape("map")), session(shape("map"))
    one.call("create_bench", {"title": "First"})
    one.call("create_bench", {"title": "Second"})
    two.call("create_bench", {"title": "Second"})
    two.call("create_bench", {"title": "First"})
    assert one.goal_digest() == two.goal_digest() and one.digest() != two.digest()


@pytest.mark.parametrize("form", ["map", "list"])
def test_engine_oracle_and_a_dictionary_by_hand_agree_over_random_tags(form) -> None:
    found, draw = shape(form), random.Random(7)
    start = loadable(found, 3, COUNTS)[1]
    ours, oracle = Runtime(compile(found, "train")).open(start), Oracle(found, start)
    arns = [str(row["treeArn"]) for row in start.tables["tree"]] + [str(row["arn"]) for row in start.tables["bench"]]
    by_hand: dict[str, dict[str, str]] = {}
    for arn in arns:
        keys = [*oracle.call("list_tags_for_resource", {"resourceArn": arn})[1]["tags"]]
        names = keys if form == "map" else [entry["Key"] for entry in keys]
        assert oracle.call("untag_resource", {"resourceArn": arn, "tagKeys": names}) == (True, {})
        assert ours.call("untag_resource", {"resourceArn": arn, "tagKeys": names}).ok
        by_hand[arn] = {}
    for _ in range(400):
        arn, keys = draw.choice(arns), draw.sample(STATE_KEYS, draw.randint(0, 4))
        if draw.random() < 0.5:
            values = {key: str(draw.randint(0, 9)) for key in keys}
            tool, more = "tag_resource", {"tags": put(form, **values)}
            by_hand[arn] |= values
        else:
            tool, more = "untag_resource", {"tagKeys": keys}
            by_hand[arn] = {key: value for key, value in by_hand[arn].items() if key not in keys}
        assert ours.call(tool, {"resourceArn": arn} | more).ok
        assert oracle.call(tool, {"resourceArn": arn} | more) == (True, {})
        right = {"tags": put(form, **dict(sorted(by_hand[arn].items(), key=lambda pair: pair[0].encode())))}
        assert ours.call("list_tags_for_resource", {"resourceArn": arn}).value == right
        assert oracle.call("list_tags_for_resource", {"resourceArn": arn}) == (True, right)
    assert ours.meta() == oracle.meta()


@pytest.mark.parametrize("form", ["map", "list"])
def test_the_gate_passes_tags_and_notices_every_bug_seeded_into_them(form) -> None:
    found = shape(form)
    states = loadable(found, 3, COUNTS)
    environment = compile(found, "train")
    verdict = judge(found, environment, states + refused(found, states[2], 6), Settings(3, 20, 0.95))
    assert verdict["passed"], failing(verdict)
    assert not verdict["mutation"]["survivors"]
    assert verdict["mutation"]["kinds"]["wrong_tags"]["killed"] == 6
    for check in ("tags_are_merged", "untag_leaves_the_rest", "tags_are_listed"):
        assert verdict["checks"][check]["cases"] >= 4


def test_what_is_held_out_loses_the_rows_of_nouns_that_training_has() -> None:
    left = unseen(shape("map"), frozenset({"tree"}))
    assert {tuple(tool.tags.rows) for tool in left.tools if tool.tags} == {("bench",)}
    assert {tool.table for tool in left.tools} == {"bench"}
    assert not [tool for tool in unseen(shape("map"), frozenset({"tree", "bench"})).tools if tool.tags]


def test_a_real_service_gets_tags_by_arn() -> None:
    found = recognise(botocore("ivschat"), 5, RULES)
    tags = [tool.tags for tool in found.tools if tool.tags]
    assert len(tags) == 3 and tags[0].rows == {"room": "arn"}
