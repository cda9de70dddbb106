"""Copies and moves: only where the new name or place is given, and the gate notices every bug seeded into them."""

from functools import cache

import pytest

from stages.core.engine import Runtime, Session
from stages.core.records import Api, Field, Operation, Parameter
from stages.environments.compile import compile
from stages.environments.gate import Settings, failing, judge
from stages.environments.recognise import recognise
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape
from tests.environments.described import SOURCE, botocore, google, shop, text

RULES = ("copy",)
COUNTS = {"simple": 1, "medium": 1, "complex": 1, "boundary": 3}


def body(name: str, *, required: bool = True, location: str = "body", said: str = "") -> Parameter:
    return Parameter.model_validate(
        {"name": name, "type": "string", "required": required, "location": location, "description": said}
    )


def forms(*parameters: Parameter, chosen: bool = True, rules: tuple[str, ...] = RULES) -> ApiShape:
    """Forms that the caller names, with a title, a note and tags, and a copy of them."""
    tags = Field(name="tags", type="object", additional=True)
    row = Field(name="", type="object", schema_name="Form", properties=(
        text("formName"), text("formArn"), text("title"), text("note"), tags, text("createdAt", format="date-time"),
    ))  # fmt: skip

    def call(name: str, *given: Parameter, response: str | None = None) -> Operation:
        return Operation(
            name=name, resource="", method=name, http_method="POST", path="/", parameters=given, response=response,
            errors=("FormNotFoundFault", "FormAlreadyExistsFault"), description=f"Does what {name} says.",
        )  # fmt: skip

    operations = (
        call("CreateForm", *((body("formName"),) if chosen else ()), body("title"), body("note", required=False),
             response="Form"),
        call("GetForm", body("formName"), response="Form"),
        call("CopyForm", *(parameters or (body("sourceFormName"), body("targetFormName"))), response="Form"),
        call("TagResource", body("resourceArn"),
             Parameter.model_validate({**dict(tags), "required": True, "location": "body"})),
    )  # fmt: skip
    api = Api(id="aws-forms", name="forms", title="Forms", publisher="aws", version="1", domain="office", source=SOURCE,
              operations=operations, schemas={"Form": row})  # fmt: skip
    return recognise(api, 5, rules)


def moving(destination: str = "destination", said: str = "The shelf that the book goes to.") -> ApiShape:
    api = shop()
    get = next(o for o in api.operations if o.name == "books.get")
    to = body(destination, location="query", said=said)
    more = {"name": "books.move", "method": "move", "http_method": "POST", "path": f"{get.path}/move"}
    return recognise(shop(get.model_copy(update=more | {"parameters": (*get.parameters, to)})), 5, RULES)


def session(found: ApiShape) -> Session:
    runtime = Runtime(compile(found, "train"))
    assert not runtime.refusals()
    return runtime.open(loadable(found, 3, COUNTS)[1])


def made(found: ApiShape) -> list[str]:
    return [tool.name for tool in found.tools if tool.elsewhere]


def test_a_copy_has_the_fields_of_the_first_and_a_name_arn_and_time_of_its_own() -> None:
    ours = session(forms(rules=("copy", "tags")))
    first = ours.call("create_form", {"formName": "leave", "title": "Leave", "note": "Sign below"}).value
    ours.call("tag_resource", {"resourceArn": first["formArn"], "tags": {"team": "blue"}})
    second = ours.call("copy_form", {"sourceFormName": "leave", "targetFormName": "leave-2"}).value
    assert second["createdAt"] > first["createdAt"] and second["formArn"].endswith("form/leave-2")
    assert {k: v for k, v in second.items() if k not in ("createdAt", "formArn")} == {
        "formName": "leave-2", "title": "Leave", "note": "Sign below",
    }, "tags stay with the first"  # fmt: skip
    assert ours.call("get_form", {"formName": "leave"}).value["formArn"] == first["formArn"]


def test_a_copy_fails_of_what_is_not_there_and_under_a_name_in_use() -> None:
    ours = session(forms())
    ours.call("create_form", {"formName": "leave", "title": "Leave"})
    lost = ours.call("copy_form", {"sourceFormName": "nowhere", "targetFormName": "leave"})
    assert (lost.error, lost.message) == ("FormNotFoundFault", "no form nowhere")
    taken = ours.call("copy_form", {"sourceFormName": "leave", "targetFormName": "leave"})
    assert (taken.error, taken.message) == ("FormAlreadyExistsFault", "form leave already exists")


def test_what_must_be_given_of_the_new_row_is_written_over_the_copy() -> None:
    found = forms(body("sourceFormIdentifier"), body("targetFormIdentifier"), body("targetFormNote"))
    ours = session(found)
    ours.call("create_form", {"formName": "leave", "title": "Leave", "note": "Old"})
    given = {"sourceFormIdentifier": "leave", "targetFormIdentifier": "new", "targetFormNote": "New"}
    assert ours.call("copy_form", given).value["note"] == "New"
    assert not ours.call("copy_form", given | {"targetFormNote": None}).ok


@pytest.mark.parametrize(
    "parameters",
    [
        (body("sourceFormName"),),
        (body("sourceFormName"), body("targetFormName", required=False)),
        (body("sourceFormName"), body("targetFormName"), body("sourceRegion")),
        (body("sourceBookName"), body("targetBookName")),
    ],
)
def test_a_copy_whose_new_name_or_another_argument_is_unclear_is_left_out_and_counted(parameters) -> None:
    found = forms(*parameters)
    assert not made(found) and found.left_out["copy_unclear"] == 1


def test_rows_whose_keys_the_server_makes_are_not_copied_under_a_name() -> None:
    assert not made(forms(chosen=False))


def test_a_moved_book_lies_on_the_other_shelf_and_no_longer_on_the_first() -> None:
    ours = session(moving())
    here, there = (ours.call("shelves_insert", {"title": title}).value["id"] for title in ("Here", "There"))
    book = ours.call("books_insert", {"shelf": here, "title": "A"}).value["id"]
    where = {"shelf": here, "book": book}
    assert ours.call("books_move", where | {"destination": "s999"}).message == "no shelf s999"
    assert ours.call("books_move", where | {"destination": there}).value["id"] == book
    assert ours.call("books_get", where).error == "NOT_FOUND"
    assert ours.call("books_get", {"shelf": there, "book": book}).value["title"] == "A"
    assert not ours.call("books_move", where | {"destination": here}).ok


@pytest.mark.parametrize(("destination", "said"), [("destination", "Where it goes."), ("reason", "Why the shelf.")])
def test_a_destination_that_is_no_row_of_the_parent_s_kind_makes_no_move(destination: str, said: str) -> None:
    assert not made(moving(destination, said)) and moving(destination, said).left_out["copy_unclear"] == 1


def test_without_the_rule_copies_and_moves_are_left_out_and_counted() -> None:
    assert not made(forms(rules=())) and forms(rules=()).left_out["no_rule"] == 2


@cache
def shapes() -> tuple[ApiShape, ApiShape]:
    return forms(rules=("copy", "tags")), moving()


@pytest.mark.parametrize("which", [0, 1])
def test_the_gate_passes_them_and_notices_every_bug_seeded_into_them(which: int) -> None:
    found = shapes()[which]
    states = loadable(found, 3, COUNTS)
    environment = compile(found, "train")
    verdict = judge(found, environment, states + refused(found, states[2], 6), Settings(3, 20, 0.95))
    assert verdict["passed"], failing(verdict)
    assert not verdict["mutation"]["survivors"]
    kinds = verdict["mutation"]["kinds"]["wrong_copy"]
    assert kinds["killed"] == kinds["seeded"] >= 1 and verdict["checks"]["a_row_elsewhere"]["cases"] >= 3


def test_real_events_move_between_calendars_and_parameter_groups_are_copied() -> None:
    assert made(recognise(google("calendar.v3"), 5, RULES)) == ["events_move"]
    groups = recognise(botocore("docdb"), 5, RULES)
    assert made(groups) == ["copy_db_cluster_parameter_group"]
    assert next(tool for tool in groups.tools if tool.elsewhere).taken == "DBParameterGroupAlreadyExistsFault"
