"""Batches: which list is one of keys, what becomes of a missing key, and that the gate notices every seeded bug."""

from functools import cache

import pytest

from stages.core.engine import Runtime, Session
from stages.core.records import Api, Field, Operation, Parameter
from stages.environments.compile import compile
from stages.environments.gate import Settings, failing, judge
from stages.environments.recognise import recognise
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape, Batch
from tests.environments.described import BOOK, SOURCE, botocore, google, shop, text

RULES = ("batch",)
COUNTS = {"simple": 1, "medium": 1, "complex": 1, "boundary": 3}


def strings(name: str, *, required: bool = True) -> Parameter:
    return Parameter(name=name, type="array", items=text(""), required=required, location="body")


def batch(api: Api, verb: str, response: str | None, *parameters: Parameter) -> Operation:
    listing = next(o for o in api.operations if o.name == "books.list")
    shelf = next(p for p in listing.parameters if p.name == "shelf")
    return listing.model_copy(
        update={
            "name": f"books.{verb}", "method": verb, "http_method": "POST", "path": f"{listing.path}:{verb}",
            "parameters": (shelf, *(parameters or (strings("ids"),))), "response": response,
        }
    )  # fmt: skip


@cache
def library() -> ApiShape:
    """The shop with batches of books: they are found, or deleted, all or none."""
    api = shop()
    return recognise(shop(batch(api, "batchGet", "Books"), batch(api, "batchDelete", None)), 5, RULES)


def song(*properties: Field, verb: str = "BatchGetSong", keys: str = "songIds", errors: tuple[str, ...] = ()) -> Api:
    """Songs as AWS would describe them; `properties` are those of the batch's response beside the songs."""
    row = Field(name="", type="object", schema_name="Song", properties=(text("songId"), text("title")))
    key = Parameter(name="songId", type="string", required=True, location="body")
    title = Parameter(name="title", type="string", required=True, location="body")
    songs = Field(name="songs", type="array", items=row)

    def call(name: str, *parameters: Parameter, response: str | None = None) -> Operation:
        return Operation(name=name, resource="", method=name, http_method="POST", path="/", parameters=parameters,
                         response=response, errors=errors, description=f"Does what {name} says.")  # fmt: skip

    operations = (
        call("CreateSong", title, response="Song"),
        call("GetSong", key, response="Song"),
        call(verb, strings(keys), response="Songs"),
    )
    shown = (*((songs,) if verb.startswith("BatchGet") else ()), *properties)
    return Api(
        id="aws-songs", name="songs", title="Songs", publisher="aws", version="1", domain="media", source=SOURCE,
        operations=operations, schemas={"Song": row, "Songs": Field(name="", type="object", properties=shown)},
    )  # fmt: skip


def errors(*names: str) -> Field:
    return Field(name="errors", type="array", items=Field(name="", type="object", properties=tuple(map(text, names))))


def only(api: Api) -> Batch | None:
    found = [tool.batch for tool in recognise(api, 5, RULES).tools if tool.batch]
    return found[0] if found else None


def session(found: ApiShape) -> Session:
    runtime = Runtime(compile(found, "train"))
    assert not runtime.refusals()
    return runtime.open(loadable(found, 3, COUNTS)[1])


def test_a_list_of_an_entity_s_keys_makes_a_tool() -> None:
    tools = {tool.name: tool for tool in library().tools if tool.batch}
    assert set(tools) == {"books_batch_get", "books_batch_delete"}
    assert tools["books_batch_get"].batch == Batch(keys="ids", items="items")
    assert tools["books_batch_delete"].parents == {"shelf": "shelf"}
    assert tools["books_batch_delete"].writes and not tools["books_batch_get"].writes


@pytest.mark.parametrize(
    "parameters",
    [
        (strings("titles"),),
        (strings("ids"), strings("names")),
        (Parameter(name="requests", type="array", items=BOOK, required=True, location="body"),),
    ],
)
def test_another_list_two_lists_or_a_list_of_requests_are_left_out_and_counted(parameters) -> None:
    api = shop()
    found = recognise(shop(batch(api, "batchDelete", None, *parameters)), 5, RULES)
    assert not [tool for tool in found.tools if tool.batch] and found.left_out["batch_unclear"] == 1


def test_an_argument_that_must_be_given_and_cannot_be_refuses_the_tool() -> None:
    api = shop()
    reason = Parameter(name="reason", type="string", required=True, location="body")
    found = recognise(shop(batch(api, "batchDelete", None, strings("ids"), reason)), 5, RULES)
    assert not [tool for tool in found.tools if tool.batch] and found.left_out["required_argument"] == 1


def test_without_the_rule_a_batch_is_left_out_and_counted() -> None:
    api = shop(batch(shop(), "batchDelete", None))
    assert recognise(api, 5).tools == recognise(shop(), 5).tools
    assert recognise(api, 5).left_out["no_rule"] == recognise(shop(), 5).left_out.get("no_rule", 0) + 1


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (Field(name="notFound", type="array", items=text("")), ("notFound", None)),
        (errors("songId", "errorCode", "errorMessage"), ("errors", ("songId", "errorCode", "errorMessage"))),
        (errors("songId", "reason"), ("errors", ("songId", None, "reason"))),
        (Field(name="UnprocessedSongs", type="array", items=text("")), ("UnprocessedSongs", None)),
    ],
)
def test_a_missing_key_is_told_where_the_response_has_a_place_for_it(told, expected) -> None:
    found = only(song(told))
    assert found is not None and (found.missing, found.told) == expected and found.items == "songs"


@pytest.mark.parametrize("told", [text("errorMessage"), errors("code", "message")])
def test_a_place_that_does_not_say_which_key_makes_it_unclear(told) -> None:
    assert only(song(told, errors=("SongNotFoundException",))) is None


def test_without_a_place_all_fail_together_only_where_such_an_error_is_named() -> None:
    assert only(song()) is None
    assert only(song(errors=("SongNotFoundException",))) == Batch(keys="songIds", items="songs")
    assert recognise(song(errors=("SongNotFoundException",)), 5, RULES).tools[-1].missing == "SongNotFoundException"


def test_rows_come_in_the_order_asked_each_as_often_as_it_is_asked_for() -> None:
    ours = session(recognise(song(Field(name="notFound", type="array", items=text(""))), 5, RULES))
    one, two = (ours.call("create_song", {"title": title}).value["songId"] for title in ("One", "Two"))
    value = ours.call("batch_get_song", {"songIds": [two, "s999", one, two, "s998"]}).value
    assert [row["title"] for row in value["songs"]] == ["Two", "One", "Two"]
    assert value["notFound"] == ["s999", "s998"]
    assert ours.call("batch_get_song", {"songIds": [one]}).value["notFound"] == []


def test_a_told_key_says_why() -> None:
    api = song(errors("songId", "code", "message"), verb="BatchDeleteSong", errors=("SongNotFoundException",))
    ours = session(recognise(api, 5, RULES))
    key = ours.call("create_song", {"title": "Gone"}).value["songId"]
    value = ours.call("batch_delete_song", {"songIds": ["s999", key, key]}).value
    assert value == {"errors": [{"songId": "s999", "code": "SongNotFoundException", "message": "no song s999"}]}
    assert not ours.call("get_song", {"songId": key}).ok


def test_all_or_none_go_and_a_book_of_another_shelf_is_missing() -> None:
    ours = session(library())
    here, there = (ours.call("shelves_insert", {"title": title}).value["id"] for title in ("Here", "There"))
    books = [ours.call("books_insert", {"shelf": here, "title": title}).value["id"] for title in ("A", "B")]
    other = ours.call("books_insert", {"shelf": there, "title": "C"}).value["id"]
    before = ours.digest()
    lost = ours.call("books_batch_delete", {"shelf": here, "ids": [*books, other]})
    assert (lost.error, lost.message) == ("NOT_FOUND", "not every book given is there")
    assert ours.digest() == before
    assert ours.call("books_batch_delete", {"shelf": here, "ids": [books[1]]}).value == {}
    assert [row["id"] for row in ours.call("books_list", {"shelf": here}).value["items"]] == books[:1]


@pytest.mark.parametrize("which", ["library", "told"])
def test_the_gate_passes_batches_and_notices_every_bug_seeded_into_them(which: str) -> None:
    api = song(errors("songId", "code", "message"), verb="BatchDeleteSong", errors=("SongNotFoundException",))
    found = library() if which == "library" else recognise(api, 5, RULES)
    states = loadable(found, 3, COUNTS)
    environment = compile(found, "train")
    verdict = judge(found, environment, states + refused(found, states[2], 6), Settings(3, 20, 0.95))
    assert verdict["passed"], failing(verdict)
    assert not verdict["mutation"]["survivors"]
    kinds = verdict["mutation"]["kinds"]["wrong_batch"]
    assert kinds["killed"] == kinds["seeded"] >= 3
    assert verdict["checks"]["batch_tells_what_is_missing"]["cases"] >= 4


def test_real_services_get_their_batches() -> None:
    got = {tool.name: tool.batch for tool in recognise(botocore("athena"), 5, RULES).tools if tool.batch}
    assert got["batch_get_named_query"] == Batch(
        keys="NamedQueryIds", items="NamedQueries", missing="UnprocessedNamedQueryIds",
        told=("NamedQueryId", "ErrorCode", "ErrorMessage"),
    )  # fmt: skip
    tasks = recognise(google("cloudtasks.v2"), 5, RULES)
    assert [tool.name for tool in tasks.tools if tool.batch] == ["tasks_batch_create", "tasks_batch_delete"]
