"""Deletes that can be undone: what an undelete is, where deleted rows rest, and that the gate notices every seeded bug."""

from functools import cache

import pytest

from stages.core.engine import Runtime, Session
from stages.core.records import Api, Field, Operation, Parameter
from stages.environments.compile import compile
from stages.environments.gate import Settings, failing, judge
from stages.environments.held_out import unseen
from stages.environments.recognise import recognise
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape
from tests.environments.described import SOURCE, botocore, google, opened, shop, text
from tests.environments.test_batches import batch

RULES = ("undelete", "batch")
COUNTS = {"simple": 1, "medium": 1, "complex": 1, "boundary": 3}


def undelete(which: str, *more: Parameter) -> Operation:
    get = next(o for o in shop().operations if o.name == f"{which}.get")
    return get.model_copy(
        update={"name": f"{which}.undelete", "method": "undelete", "http_method": "POST",
                "path": f"{get.path}:undelete", "parameters": (*get.parameters, *more)}
    )  # fmt: skip


@cache
def library(*which: str) -> ApiShape:
    """The shop, where these can be undeleted and books are deleted in batches too."""
    return recognise(shop(*map(undelete, which), batch(shop(), "batchDelete", None)), 5, RULES)


def song(said: str, *states: str, eraser: str = "DeleteSong", key: str = "songName") -> Api:
    """Songs as AWS would describe them, named by their caller."""
    row = Field(name="", type="object", schema_name="Song", properties=(
        text("songName"), text("singer"), *((text("status", enum=states),) if states else ()),
    ))  # fmt: skip
    title = Parameter(name="songName", type="string", required=True, location="body")
    singer = Parameter(name="singer", type="string", location="body")

    def call(name: str, *parameters: Parameter, described: str = "", errors: tuple[str, ...] = ()) -> Operation:
        return Operation(name=name, resource="", method=name, http_method="POST", path="/", parameters=parameters,
                         response=None if name == eraser else "Song", errors=errors, description=described)  # fmt: skip

    operations = (
        call("CreateSong", title, singer),
        call("GetSong", title),
        call(eraser, title),
        call("RestoreSong", title.model_copy(update={"name": key}), described=said, errors=("InvalidStateException",)),
    )
    return Api(
        id="aws-songs", name="songs", title="Songs", publisher="aws", version="1", domain="media", source=SOURCE,
        operations=operations, schemas={"Song": row},
    )  # fmt: skip


def made(shape: ApiShape) -> dict[str, str]:
    return {tool.name: tool.table for tool in shape.tools if tool.verb == "undelete"}


def session(found: ApiShape) -> Session:
    return opened(compile(found, "train"))


def shelved(ours: Session) -> tuple[str, str]:
    shelf = ours.call("shelves_insert", {"title": "Poems"}).value["id"]
    return shelf, ours.call("books_insert", {"shelf": shelf, "title": "Odes"}).value["id"]


def test_an_undelete_makes_its_resource_s_deletes_soft_and_gives_deleted_rows_a_table() -> None:
    found = library("books")
    assert made(found) == {"books_undelete": "book"}
    assert {tool.name for tool in found.tools if tool.soft} == {"books_delete", "books_batch_delete"}
    assert [entity.table for entity in found.entities] == ["shelf", "book", "deleted_book"]
    assert found.entity("book").bin == "deleted_book" and found.entity("deleted_book").parent == "shelf"


def test_what_lies_in_a_row_that_can_be_undeleted_rests_with_it() -> None:
    found = library("shelves")
    assert [entity.table for entity in found.entities] == ["shelf", "deleted_shelf", "book", "deleted_book"]
    assert found.entity("deleted_book").parent == "deleted_shelf"
    assert {tool.name for tool in found.tools if tool.soft} == {"shelves_delete"}


def test_of_two_undeletes_one_inside_the_other_the_outer_is_made_and_the_inner_counted() -> None:
    found = library("books", "shelves")
    assert made(found) == {"shelves_undelete": "shelf"} and found.left_out["undelete_unclear"] == 1


def test_what_an_undelete_undoes_is_a_delete_though_it_be_called_remove() -> None:
    eraser = next(o for o in shop().operations if o.name == "books.delete")
    remove = eraser.model_copy(
        update={"name": "books.remove", "method": "remove", "http_method": "POST", "path": f"{eraser.path}:remove"}
    )
    api = shop(undelete("books"), remove)
    bare = api.model_copy(update={"operations": tuple(o for o in api.operations if o.name != eraser.name)})
    soft = [(tool.name, tool.operation, tool.verb) for tool in recognise(bare, 5, RULES).tools if tool.soft]
    assert soft == [("books_remove", "books.remove", "delete")]
    assert [tool.name for tool in recognise(api, 5, RULES).tools if tool.soft] == ["books_delete"]


def test_an_argument_that_must_be_given_and_cannot_be_refuses_the_tool() -> None:
    reason = Parameter(name="reason", type="string", required=True, location="body")
    found = recognise(shop(undelete("books", reason)), 5, RULES)
    assert not made(found) and found.left_out["required_argument"] == 1
    assert found.entity("book").bin is None and not any(tool.soft for tool in found.tools)


def test_without_the_rule_an_undelete_is_left_out_and_counted() -> None:
    plain, without = recognise(shop(), 5), recognise(shop(undelete("books")), 5)
    assert (without.tools, without.entities) == (plain.tools, plain.entities)
    assert without.left_out["no_rule"] == plain.left_out.get("no_rule", 0) + 1


@pytest.mark.parametrize(
    ("api", "known"),
    [
        (song("Restores a deleted song."), True),
        (song("Restores a song.", "ACTIVE", "PENDING_DELETION"), True),
        (song("Restores a song from a copy.", "ACTIVE", "DELETING"), False),
        (song("Restores a deleted song.", eraser="EraseSong"), False),
        (song("Restores a deleted song.", key="singer"), False),
    ],
)
def test_a_restore_is_an_undelete_where_the_description_says_so(api: Api, known: bool) -> None:
    found = recognise(api, 5, RULES)
    assert bool(made(found)) == known and any(tool.soft for tool in found.tools) == known


def test_a_deleted_book_is_not_there_until_it_is_undeleted_and_then_as_it_was() -> None:
    ours = session(library("books"))
    shelf, book = shelved(ours)
    where = {"shelf": shelf, "book": book}
    before = ours.call("books_get", where).value
    early = ours.call("books_undelete", where)
    assert (early.error, early.message) == ("FAILED_PRECONDITION", f"book {book} is not deleted")
    assert ours.call("books_delete", where).ok
    assert ours.call("books_get", where).error == "NOT_FOUND"
    assert ours.call("books_delete", where).error == "NOT_FOUND"
    assert ours.call("books_list", {"shelf": shelf}).value["items"] == []
    again = ours.call("books_undelete", where).value
    assert {**again, "updated": ""} == {**before, "updated": ""} and again["updated"] > before["updated"]
    unknown = ours.call("books_undelete", where | {"book": "b999"})
    assert (unknown.error, unknown.message) == ("NOT_FOUND", "no book b999")


def test_books_deleted_together_come_back_one_by_one_and_go_for_good_with_their_shelf() -> None:
    ours = session(library("books"))
    shelf, book = shelved(ours)
    other = ours.call("books_insert", {"shelf": shelf, "title": "Hymns"}).value["id"]
    assert ours.call("books_batch_delete", {"shelf": shelf, "ids": [book, other]}).ok
    assert ours.call("books_undelete", {"shelf": shelf, "book": other}).ok
    assert [row["id"] for row in ours.call("books_list", {"shelf": shelf}).value["items"]] == [other]
    assert ours.call("shelves_delete", {"shelf": shelf}).ok
    assert ours.state()["deleted_book"] == []


def test_the_books_of_a_deleted_shelf_rest_with_it_and_those_deleted_before_stay_away() -> None:
    ours = session(library("shelves"))
    shelf, book = shelved(ours)
    lost = ours.call("books_insert", {"shelf": shelf, "title": "Hymns"}).value["id"]
    assert ours.call("books_delete", {"shelf": shelf, "book": lost}).ok
    assert ours.call("shelves_delete", {"shelf": shelf}).ok
    assert ours.call("books_get", {"shelf": shelf, "book": book}).message == f"no shelf {shelf}"
    assert ours.state()["book"] == []
    assert ours.call("shelves_undelete", {"shelf": shelf}).ok
    assert [row["id"] for row in ours.call("books_list", {"shelf": shelf}).value["items"]] == [book]


def test_the_name_of_a_deleted_song_is_not_given_to_another() -> None:
    ours = session(recognise(song("Restores a deleted song."), 5, RULES))
    assert ours.call("create_song", {"songName": "Hymn", "singer": "Ada"}).ok
    live = ours.call("restore_song", {"songName": "Hymn"})
    assert live.error == "InvalidStateException"
    assert ours.call("delete_song", {"songName": "Hymn"}).ok
    taken = ours.call("create_song", {"songName": "Hymn", "singer": "Bob"})
    assert (taken.error, taken.message) == ("ALREADY_EXISTS", "song Hymn already exists")
    assert ours.call("restore_song", {"songName": "Hymn"}).value["singer"] == "Ada"


def test_start_states_have_deleted_rows_whose_names_nothing_else_has() -> None:
    for scenario in loadable(library("shelves"), 3, COUNTS)[:3]:
        keys = [row["id"] for table in scenario.tables.values() for row in table]
        assert scenario.tables["deleted_shelf"] and len(set(keys)) == len(keys)


def test_a_held_out_entity_keeps_the_table_of_its_deleted_rows() -> None:
    kept = unseen(library("books"), frozenset({"page"}))
    assert [entity.table for entity in kept.entities] == ["shelf", "book", "deleted_book"]
    assert not unseen(library("books"), frozenset({"book"})).entity("shelf").bin


@pytest.mark.parametrize("which", [0, 1, 2])
def test_the_gate_passes_undeletes_and_notices_every_bug_seeded_into_them(which: int) -> None:
    found = (library("books"), library("shelves"), recognise(song("Restores a deleted song."), 5, RULES))[which]
    states = loadable(found, 3, COUNTS)
    environment = compile(found, "train")
    assert not Runtime(environment).refusals()
    verdict = judge(found, environment, states + refused(found, states[2], 6), Settings(3, 30, 0.95))
    assert verdict["passed"], failing(verdict)
    assert not verdict["mutation"]["survivors"]
    kinds = verdict["mutation"]["kinds"]["wrong_undelete"]
    assert kinds["killed"] == kinds["seeded"] >= 5
    assert verdict["checks"]["undelete_brings_back"]["cases"] >= 10


def test_real_matters_users_and_backups_are_undeleted() -> None:
    assert made(recognise(google("vault.v1"), 5, RULES)) == {"matters_undelete": "matter"}
    assert made(recognise(google("apikeys.v2"), 5, RULES)) == {"keys_undelete": "key"}
    backups = recognise(botocore("cloudhsmv2"), 5, (*RULES, "existing"))
    assert made(backups) == {"restore_backup": "backup"}
