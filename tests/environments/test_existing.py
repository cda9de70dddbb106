"""What nothing creates is there from the start: shown, changed and deleted like anything else, and named as people do."""

from functools import cache

from stages.core.records import Api, Field
from stages.environments.compile import compile
from stages.environments.gate import Settings, failing, judge
from stages.environments.recognise import recognise
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape
from tests.environments.described import botocore, google, opened, shop


@cache
def described() -> Api:
    """The shop whose shelves nobody builds; they show an owner that only the server writes."""
    api = shop()
    shelf = api.schemas["Shelf"]
    owner = Field(name="ownerName", type="string", read_only="flag", description="Output only. Who built it.")
    schemas = api.schemas | {"Shelf": shelf.model_copy(update={"properties": (*shelf.properties, owner)})}
    kept = tuple(o for o in api.operations if o.name not in ("shelves.insert", "shelves.patch", "shelves.update"))
    return api.model_copy(update={"schemas": schemas, "operations": kept})


def shape(rules: tuple[str, ...] = ("existing",)) -> ApiShape:
    return recognise(described(), 5, rules)


def test_without_the_rule_a_shelf_that_nobody_builds_is_left_out_and_counted() -> None:
    found = shape(())
    assert [entity.table for entity in found.entities] == ["book"]
    assert found.left_out["no_create"] == 3


def test_with_it_shelves_stand_there_and_books_lie_on_them() -> None:
    found = shape()
    shelf = found.entity("shelf")
    assert {tool.verb for tool in found.tools if tool.table == "shelf"} == {"list", "get", "delete"}
    assert shelf.label == "title" and shelf.minted
    assert {field.name for field in shelf.fields} == {"id", "title", "ownerName"}
    assert not any(field.writable for field in shelf.fields)
    assert found.entity("book").parent == "shelf"


def test_a_session_reads_and_deletes_what_it_did_not_make() -> None:
    session = opened(compile(shape(), "train"))
    assert session.call("shelves_list", {}).value == {"items": []}, "the fixture's start state is empty"
    (state,) = loadable(shape(), 3, {"simple": 0, "medium": 1, "complex": 0, "boundary": 0})
    session = session.runtime.open(state)
    first = session.call("shelves_list", {}).value["items"][0]
    assert first["title"]
    book = session.call("books_insert", {"shelf": first["id"], "title": "Odes"})
    assert book.ok
    assert session.call("shelves_delete", {"shelf": first["id"]}).ok
    gone = session.call("books_get", {"shelf": first["id"], "book": book.value["id"]})
    assert gone.error == "NOT_FOUND"


def test_the_gate_proves_them() -> None:
    found = shape()
    states = loadable(found, 3, {"simple": 1, "medium": 1, "complex": 1, "boundary": 3})
    verdict = judge(found, compile(found, "train"), states + refused(found, states[2], 6), Settings(3, 5, 0.95))
    assert verdict["passed"], failing(verdict)
    assert verdict["mutation"]["score"] >= 0.95


def test_a_row_of_which_nothing_but_the_key_can_be_shown_is_no_entity() -> None:
    api = described()
    bare = api.schemas["Shelf"].model_copy(update={"properties": (Field(name="id", type="string", read_only="flag"),)})
    found = recognise(api.model_copy(update={"schemas": api.schemas | {"Shelf": bare}}), 5, ("existing",))
    assert "shelf" not in {entity.table for entity in found.entities}
    assert found.left_out["nothing_to_show"] == 1


def test_real_blogs_which_no_call_creates_hold_posts() -> None:
    found = recognise(google("blogger.v3"), 5, ("existing",))
    assert found.entity("blog").label == "name" and found.entity("post").parent == "blog"
    assert found.entity("post").label == "title"


def test_an_argument_that_names_the_parent_is_written_nowhere_else() -> None:
    """UpdateFleetMetric's `indexName` is the metric's index and a property of it: one argument, one meaning."""
    found = recognise(botocore("iot"), 5, ("state", "existing"))
    for tool in found.tools:
        groups = [*tool.parents, *tool.fields, *tool.filters, *([tool.key_parameter] if tool.key_parameter else [])]
        assert len(groups) == len(set(groups)), tool.name
        assert len(tool.required) == len(set(tool.required)), tool.name
