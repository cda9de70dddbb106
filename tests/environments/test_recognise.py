"""What is an entity, what is a tool, what is refused and why (PROGRAMS.md, `envfactory.md` 2)."""

import pytest

from stages.core.records import Field, Operation, Parameter
from stages.environments.arguments import paging
from stages.environments.fields import clock_of
from stages.environments.nouns import noun, nouns, one
from stages.environments.recognise import recognise
from stages.environments.sentences import LONGEST, short
from tests.environments.described import botocore, google, shop


def test_a_child_knows_its_parent_and_both_their_labels():
    shape = recognise(shop(), 8)
    assert [(e.table, e.parent, e.parent_field, e.label) for e in shape.entities] == [
        ("shelf", None, None, "title"),
        ("book", "shelf", "shelf", "title"),
    ]


def test_fields_that_cannot_be_kept_are_counted_by_reason():
    left_out = recognise(shop(), 8).left_out
    assert left_out["free_form_map"] == 1
    assert left_out["computed"] == 1
    assert left_out["over_the_cap"] == 0


def test_the_cap_keeps_required_fields_and_the_label_first():
    book = recognise(shop(), 1).entity("book")
    written = [f.name for f in book.fields if f.writable]
    assert written[0] == "title" and len(written) == 2


def test_an_operation_no_rule_covers_is_refused_and_counted():
    move = Operation(name="books.move", resource="books", method="move", http_method="POST", path="books/move")
    assert recognise(shop(move), 8).left_out["no_rule"] == 1


def test_a_required_argument_we_cannot_express_refuses_the_tool():
    api = shop()
    extra = Parameter(name="reason", type="string", required=True, location="query")
    operations = tuple(
        o.model_copy(update={"parameters": (*o.parameters, extra)}) if o.name == "books.delete" else o
        for o in api.operations
    )
    shape = recognise(api.model_copy(update={"operations": operations}), 8)
    assert "books_delete" not in [tool.name for tool in shape.tools]
    assert shape.left_out["required_argument"] == 1


def test_a_resource_without_a_create_is_no_entity():
    api = shop()
    rest = tuple(o for o in api.operations if o.name != "books.insert")
    shape = recognise(api.model_copy(update={"operations": rest}), 8)
    assert [e.table for e in shape.entities] == ["shelf"]
    assert shape.left_out["no_create"] == 5


def test_every_operation_is_a_tool_or_counted():
    for api in (google("tasks.v1"), google("calendar.v3"), google("dns.v1")):
        shape = recognise(api, 4)
        assert len(shape.tools) + sum(shape.left_out.values()) >= len(api.operations)


def test_tasks_are_read_as_a_person_would_say_them():
    shape = recognise(google("tasks.v1"), 4)
    assert [(e.noun, e.plural, e.label) for e in shape.entities] == [
        ("task list", "task lists", "title"),
        ("task", "tasks", "title"),
    ]
    assert len(shape.tools) == 12


def test_calendars_are_listed_through_the_view_of_them():
    shape = recognise(google("calendar.v3"), 4)
    assert "calendars_list" in [tool.name for tool in shape.tools]
    assert shape.entity("event").parent == "calendar"


def test_a_zone_is_named_by_its_caller():
    zone = recognise(google("dns.v1"), 4).entity("managed_zone")
    assert (zone.key, zone.minted, zone.label) == ("name", False, "name")


@pytest.mark.parametrize("service", ["scheduler", "amplify"])
def test_botocore_services_have_entities_and_named_errors(service):
    shape = recognise(botocore(service), 4)
    assert shape.entities and len(shape.tools) >= 9
    get = next(tool for tool in shape.tools if tool.verb == "get")
    assert "NotFound" in get.missing


def test_tool_names_are_unique_and_descriptions_short_and_plain():
    for api in (google("tasks.v1"), google("calendar.v3"), google("dns.v1"), botocore("amplify")):
        tools = recognise(api, 4).tools
        assert len({tool.name for tool in tools}) == len(tools)
        assert all(len(t.name) <= 64 and 0 < len(t.description) <= LONGEST and "<" not in t.description for t in tools)


def test_values_listed_only_in_prose_are_enums():
    status = recognise(google("tasks.v1"), 4).entity("task").field("status")
    assert (status.kind, status.one_of, status.default) == ("enum", ("needsAction", "completed"), "needsAction")


def test_a_due_date_is_a_time():
    assert recognise(google("tasks.v1"), 4).entity("task").field("due").kind == "time"


def test_an_optional_type_without_listed_values_is_left_out():
    shape = recognise(google("tagmanager.v2"), 4)
    assert shape.left_out["unlisted_values"] >= 1
    assert all(f.name != "type" for f in shape.entity("tag").fields)


def test_paths_alone_tell_the_verbs_where_there_are_no_method_names():
    shape = recognise(shop().model_copy(update={"publisher": "jupyter"}), 8)
    assert {(tool.verb, tool.table) for tool in shape.tools} == {
        (verb, table) for verb in ("create", "get", "list", "patch", "update", "delete") for table in ("shelf", "book")
    }


def test_nouns_split_where_the_schema_splits():
    assert noun("tasklists", "TaskList") == "task list"
    assert nouns("response policy") == "response policies"
    assert one("DBClusters") == "dbcluster"


def test_a_description_is_its_first_sentence_without_markup():
    assert (
        short("<p>Returns an event by its ID. To retrieve more, see <a>that</a>.</p>") == "Returns an event by its ID."
    )
    assert len(short("word " * 60)) <= LONGEST


@pytest.mark.parametrize("spelt", ["createdAt", "created_at", "created-at", "CreatedAt"])
def test_a_time_the_server_keeps_is_known_however_it_is_spelt(spelt):
    assert clock_of(Field(name=spelt, type="string", format="date-time")) == "create"


def test_a_list_is_paged_by_a_cursor_as_by_a_page_token():
    query = ("limit", "integer"), ("cursor", "string")
    given = tuple(Parameter(name=name, type=kind, location="query") for name, kind in query)
    rows = Field(name="beds", type="array", items=Field(name="", type="object"))
    response = Field(name="", type="object", properties=(rows, Field(name="next_cursor", type="string")))
    page = paging(
        Operation(name="l", resource="", method="get", http_method="GET", path="/beds", parameters=given), response, "b"
    )
    assert (page.size, page.token, page.items, page.next_token) == ("limit", "cursor", "beds", "next_cursor")
