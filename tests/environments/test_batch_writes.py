"""Batches that make or change rows: how entries are read, that all or none go through, and the gate over them."""

from functools import cache
from typing import Any

import pytest

from stages.core.engine import Runtime, Session
from stages.core.records import Api, Field, Operation, Parameter
from stages.environments.compile import compile
from stages.environments.gate import Settings, failing, judge
from stages.environments.recognise import recognise
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape, Batch, Entries
from tests.environments.described import BOOK, SOURCE, botocore, google, opened, shop, text
from tests.environments.test_batches import COUNTS, batch

RULES = ("batch", "undelete")


def entries(name: str, *properties: Field, required: bool = True) -> Parameter:
    item = Field(name="", type="object", properties=properties)
    return Parameter(name=name, type="array", items=item, required=required, location="body")


def a_book(**more: Any) -> Field:
    return BOOK.model_copy(update={"name": "book", "required": False, **more})


@cache
def library() -> ApiShape:
    """The shop, where books are made and changed several at once."""
    makes = entries("requests", text("shelf"), text("parent", required=True), a_book())
    return recognise(
        shop(batch(shop(), "batchCreate", "Books", makes), batch(shop(), "batchUpdate", None, entries("requests", a_book()))),
        5, RULES,
    )  # fmt: skip


def songs(*properties: Field, verb: str = "Create", errors: tuple[str, ...] = (), item: tuple[Field, ...] = ()) -> Api:
    """Songs named by their caller as AWS would describe them; `properties` are those of the batch's response."""
    row = Field(name="", type="object", schema_name="Song", properties=(text("songName"), text("singer"), text("key")))
    key = Parameter(name="songName", type="string", required=True, location="body")
    singer, tune = (Parameter(name=name, type="string", location="body") for name in ("singer", "key"))
    entry = item or (text("songName", required=True), text("singer"), text("key"))

    def call(name: str, *parameters: Parameter, response: str | None = "Song") -> Operation:
        return Operation(name=name, resource="", method=name, http_method="POST", path="/", parameters=parameters,
                         response=response, errors=errors, description=f"Does what {name} says.")  # fmt: skip

    operations = (
        call("CreateSong", key, singer, tune), call("GetSong", key), call("UpdateSong", key, singer, tune),
        call(f"Batch{verb}Song", entries("songs", *entry), response="Told"),
    )  # fmt: skip
    return Api(
        id="aws-songs", name="songs", title="Songs", publisher="aws", version="1", domain="media", source=SOURCE,
        operations=operations, schemas={"Song": row, "Told": Field(name="", type="object", properties=properties)},
    )  # fmt: skip


def told(*names: str) -> Field:
    return Field(name="errors", type="array", items=Field(name="", type="object", properties=tuple(map(text, names))))


def rows() -> Field:
    return Field(name="songs", type="array", items=Field(name="", type="object", properties=(text("songName"),)))


def made(shape: ApiShape) -> dict[str, Batch]:
    return {tool.name: tool.batch for tool in shape.tools if tool.batch and tool.batch.entries}


def session(found: ApiShape) -> Session:
    return opened(compile(found, "train"))


def test_entries_are_read_from_requests_that_wrap_the_row() -> None:
    found = made(library())
    names = {name: name for name in ("title", "state", "pages", "sold", "size")}
    assert {name: (each.keys, each.items) for name, each in found.items()} == {
        "books_batch_create": ("requests", "items"), "books_batch_update": ("requests", "books"),
    }  # fmt: skip
    creates, updates = (found[f"books_batch_{verb}"].entries for verb in ("create", "update"))
    assert creates and updates and (creates.inside, creates.key) == (("book",), ())
    assert (updates.inside, updates.key) == (("book",), ("book", "id"))
    assert set(creates.fields) == set(updates.fields) <= {*names, "marks"}


@pytest.mark.parametrize(
    "parameter",
    [
        entries("requests", a_book(properties=(text("pages"),))),
        entries("requests", a_book(properties=(text("title"), text("pages")))),
        entries("requests", a_book(), text("reason", required=True)),
        entries("requests", text("note")),
    ],
)
def test_entries_without_what_one_row_needs_or_with_more_are_left_out_and_counted(parameter: Parameter) -> None:
    found = recognise(shop(batch(shop(), "batchCreate", "Books", parameter)), 5, RULES)
    assert not made(found) and found.left_out["batch_unclear"] == 1


def test_a_batch_whose_parent_stands_in_each_entry_alone_is_left_out() -> None:
    makes = batch(shop(), "batchCreate", "Books", entries("requests", text("shelf"), a_book()))
    bare = makes.model_copy(update={"parameters": makes.parameters[1:]})
    assert not made(recognise(shop(bare), 5, RULES))


def test_without_the_rule_they_are_left_out_and_counted() -> None:
    api = shop(batch(shop(), "batchCreate", "Books", entries("requests", a_book())))
    assert recognise(api, 5).tools == recognise(shop(), 5).tools
    assert recognise(api, 5).left_out["no_rule"] == recognise(shop(), 5).left_out.get("no_rule", 0) + 1


def test_books_are_made_in_the_order_given_with_keys_in_that_order_at_one_time() -> None:
    ours = session(library())
    shelf = ours.call("shelves_insert", {"title": "Poems"}).value["id"]
    asked = [{"book": {"title": "B", "pages": 7}}, {"book": {"title": "A"}}]
    value = ours.call("books_batch_create", {"shelf": shelf, "requests": asked}).value
    assert [(row["title"], row["id"]) for row in value["items"]] == [("B", "b102"), ("A", "b103")]
    assert value["items"][0]["pages"] == 7 and value["items"][0]["sold"] is False
    assert value["items"][0]["updated"] == value["items"][1]["updated"]
    assert ours.call("books_insert", {"shelf": shelf, "title": "C"}).value["id"] == "b104"
    assert ours.call("books_batch_create", {"shelf": "s999", "requests": asked}).message == "no shelf s999"
    assert not ours.call("books_batch_create", {"shelf": shelf, "requests": [*asked, {"book": {}}]}).ok


def test_all_books_change_as_their_entries_say_or_none_does() -> None:
    ours = session(library())
    shelf = ours.call("shelves_insert", {"title": "Poems"}).value["id"]
    one, two = (
        ours.call("books_insert", {"shelf": shelf, "title": title, "size": {"width": 3.0, "unit": "cm"}}).value["id"]
        for title in ("A", "B")
    )
    before = ours.digest()

    def change(*requests: dict[str, Any]) -> Any:
        return ours.call("books_batch_update", {"shelf": shelf, "requests": [{"book": each} for each in requests]})

    lost = change({"id": one, "title": "C"}, {"id": "b999", "title": "D"})
    assert (lost.error, lost.message) == ("NOT_FOUND", "not every book given is there")
    twice = change({"id": one, "title": "C"}, {"id": one, "title": "D"})
    assert (twice.error, twice.message) == ("INVALID_ARGUMENT", "a book is given twice")
    assert ours.digest() == before
    value = change({"id": two, "size": {"width": 4.0}}, {"id": one, "title": "C"}).value
    assert [(row["id"], row["title"], row["size"]) for row in value["books"]] == [
        (two, "B", {"width": 4.0, "unit": "cm"}), (one, "C", {"width": 3.0, "unit": "cm"}),
    ]  # fmt: skip


def test_names_that_are_taken_are_told_and_the_other_songs_made() -> None:
    ours = session(
        recognise(songs(rows(), told("songName", "code", "message"), errors=("SongExistsDuplicate",)), 5, RULES)
    )
    assert ours.call("create_song", {"songName": "Hymn"}).ok
    asked = [{"songName": name, "singer": singer} for name, singer in (("Ode", "A"), ("Hymn", "B"), ("Ode", "C"))]
    value = ours.call("batch_create_song", {"songs": asked}).value
    assert [row["songName"] for row in value["songs"]] == ["Ode"]
    assert [entry["message"] for entry in value["errors"]] == ["song Hymn already exists", "song Ode already exists"]
    assert value["errors"][0]["code"] == "SongExistsDuplicate"
    assert ours.call("get_song", {"songName": "Ode"}).value["singer"] == "A"


def test_without_a_place_for_them_a_taken_name_fails_the_batch_where_such_an_error_is_named() -> None:
    assert not made(recognise(songs(rows()), 5, RULES))
    found = recognise(songs(rows(), errors=("SongAlreadyExists",)), 5, RULES)
    assert found.tools[-1].errors == ("SongAlreadyExists",)
    ours = session(found)
    assert ours.call("batch_create_song", {"songs": [{"songName": "Ode"}]}).ok
    again = ours.call("batch_create_song", {"songs": [{"songName": "Hymn"}, {"songName": "Ode"}]})
    assert (again.error, again.message) == ("SongAlreadyExists", "not every song given is new")
    assert not ours.call("get_song", {"songName": "Hymn"}).ok


def test_missing_songs_are_told_and_the_others_changed() -> None:
    ours = session(recognise(songs(told("songName", "message"), verb="Update"), 5, RULES))
    assert ours.call("create_song", {"songName": "Hymn", "singer": "A", "key": "C"}).ok
    asked = [{"songName": "Ode", "singer": "B"}, {"songName": "Hymn", "singer": "B"}]
    value = ours.call("batch_update_song", {"songs": asked}).value
    assert value == {"errors": [{"songName": "Ode", "message": "no song Ode"}]}
    assert ours.call("get_song", {"songName": "Hymn"}).value == {"songName": "Hymn", "singer": "B", "key": "C"}


@pytest.mark.parametrize(
    "api",
    [
        None,
        songs(rows(), told("songName", "code", "message"), errors=("SongAlreadyExists",)),
        songs(told("songName")),
        songs(rows(), errors=("SongAlreadyExists",)),
        songs(told("songName", "message"), verb="Update"),
    ],
)
def test_the_gate_passes_them_and_notices_every_bug_seeded_into_them(api: Api | None) -> None:
    found = library() if api is None else recognise(api, 5, RULES)
    states = loadable(found, 3, COUNTS)
    environment = compile(found, "train")
    assert not Runtime(environment).refusals()
    verdict = judge(found, environment, states + refused(found, states[2], 6), Settings(3, 30, 0.95))
    assert verdict["passed"], failing(verdict)
    assert not verdict["mutation"]["survivors"]
    kinds = verdict["mutation"]["kinds"]["wrong_batch"]
    assert kinds["killed"] == kinds["seeded"] >= 1


def test_a_name_that_a_deleted_row_has_is_taken_for_a_batch_too() -> None:
    api = songs(rows(), errors=("SongAlreadyExists",))
    key = Parameter(name="songName", type="string", required=True, location="body")
    more = [
        Operation(
            name=name, resource="", method=name, http_method="POST", path="/", parameters=(key,), description=said
        )
        for name, said in (("DeleteSong", "Deletes a song."), ("RestoreSong", "Restores a deleted song."))
    ]
    ours = session(recognise(api.model_copy(update={"operations": (*api.operations, *more)}), 5, RULES))
    assert ours.call("create_song", {"songName": "Hymn"}).ok and ours.call("delete_song", {"songName": "Hymn"}).ok
    assert not ours.call("batch_create_song", {"songs": [{"songName": "Hymn"}]}).ok


def test_real_regions_vehicles_and_bindings_are_made_and_changed_together() -> None:
    regions = made(recognise(google("merchantapi.accounts_v1"), 5, RULES))
    assert {name: each.entries.key for name, each in regions.items() if each.entries} == {
        "regions_batch_create": ("regionId",), "regions_batch_update": ("region", "name"),
    }  # fmt: skip
    assert regions["regions_batch_create"].items == "regions"
    vehicles = made(recognise(botocore("iotfleetwise"), 5, RULES))
    assert set(vehicles) == {"batch_create_vehicle", "batch_update_vehicle"}
    assert vehicles["batch_create_vehicle"].told == ("vehicleName", "code", "message")
    assert isinstance(vehicles["batch_create_vehicle"].entries, Entries)
