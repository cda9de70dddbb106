"""Compiled programs on the engine: interface as described, and each verb's meaning (`envfactory.md` 9, 1 to 3)."""

from functools import cache

import pytest

from stages.core.engine import Runtime
from stages.core.records import Environment, Tool
from stages.environments.compile import compile
from stages.environments.recognise import recognise
from tests.environments.described import botocore, google, opened, shop, value

REAL = ("tasks.v1", "calendar.v3", "dns.v1", "blogger.v3", "aws:amplify", "aws:scheduler")


@cache
def environment(name: str = "shop") -> Environment:
    api = shop() if name == "shop" else botocore(name[4:]) if name.startswith("aws:") else google(name)
    return compile(recognise(api, 8 if name == "shop" else 4), "train")


def books():
    """A session with one shelf and one book: (session, shelf's key, book's key)."""
    session = opened(environment())
    shelf = session.call("shelves_insert", {"title": "Poems"}).value["id"]
    book = session.call("books_insert", {"shelf": shelf, "title": "Odes", "size": {"width": 2, "unit": "cm"}}).value[
        "id"
    ]
    return session, shelf, book


def arguments(tool: Tool, known: dict, turn: int = 0, *, all_fields: bool = True) -> dict:
    """Arguments that fit: keys from `known` (table -> key), the rest by schema."""
    made = {name: known[table] for name, table in tool.parents.items()}
    if tool.key_parameter and tool.verb != "create":
        made[tool.key_parameter] = known[tool.table]
    elif tool.key_parameter:
        made[tool.key_parameter] = f"{tool.table}-{turn:02d}"
    for name in tool.fields:
        if all_fields or name in tool.parameters["required"]:
            made[name] = value(tool.parameters["properties"][name], turn)
    return made


def verbs(env: Environment, table: str) -> dict[str, Tool]:
    return {tool.verb: tool for tool in env.tools if tool.table == table}


def populated(env: Environment):
    """A session with one row in every table, and the rows' keys."""
    session, known = opened(env), {}
    for table in env.tables:
        tool = verbs(env, table.name)["create"]
        result = session.call(tool.name, arguments(tool, known))
        assert result.ok, (tool.name, result)
        known[table.name] = result.value[table.key]
    return session, known


@pytest.mark.parametrize("name", ("shop", *REAL))
def test_the_engine_takes_every_program(name):
    assert not Runtime(environment(name)).refusals()


def test_the_interface_is_the_description():
    insert = environment().tool("books_insert").parameters
    types = {name: schema["type"] for name, schema in insert["properties"].items()}
    assert insert["required"] == ["shelf", "title"] and not insert["additionalProperties"]
    assert types["pages"] == "integer" and types["sold"] == "boolean" and types["marks"] == "array"
    assert insert["properties"]["state"]["enum"] == ["NEW", "USED"]


def test_returned_keys_say_whose_they_are():
    row = environment().tool("books_get").returns["properties"]
    assert row["id"]["x-entity"] == "book"


@pytest.mark.parametrize("name", ("shop", *REAL))
def test_what_was_inserted_is_what_one_gets(name):
    env = environment(name)
    session, known = populated(env)
    for table in env.tables:
        tools = verbs(env, table.name)
        if "get" not in tools:
            continue
        row = session.call(tools["get"].name, arguments(tools["get"], known)).value
        given = arguments(tools["create"], known)
        shown = tools["get"].returns["properties"]
        assert {k: row[k] for k in tools["create"].fields if k in shown} == {
            k: given[k] for k in tools["create"].fields if k in shown
        }


@pytest.mark.parametrize("name", ("shop", *REAL))
def test_a_patch_changes_only_what_was_given(name):
    env = environment(name)
    session, known = populated(env)
    for table in env.tables:
        patch = verbs(env, table.name).get("patch")
        if patch is None:
            continue
        given = arguments(patch, known, all_fields=False)
        before = session.state()[table.name][0]
        optional = [f for f in patch.fields if f not in patch.parameters["required"]]
        if optional:
            given[optional[0]] = value(patch.parameters["properties"][optional[0]], 1)
        assert session.call(patch.name, given).ok
        after = session.state()[table.name][0]
        clocks = {column.name for column in table.columns if column.clock}
        changed = {name for name in before if before[name] != after[name]} - clocks
        assert changed <= {patch.fields[name] for name in given if name in patch.fields}


def test_null_clears_and_an_object_is_merged():
    session, shelf, book = books()
    row = session.call("books_patch", {"shelf": shelf, "book": book, "size": {"unit": "in"}, "pages": 7}).value
    assert row["size"] == {"width": 2, "unit": "in"} and row["pages"] == 7
    row = session.call("books_patch", {"shelf": shelf, "book": book, "pages": None}).value
    assert "pages" not in row and row["title"] == "Odes"


def test_an_update_puts_back_what_was_not_given():
    session, shelf, book = books()
    session.call("books_patch", {"shelf": shelf, "book": book, "pages": 9, "sold": True})
    row = session.call("books_update", {"shelf": shelf, "book": book, "title": "Epics"}).value
    assert row == {"id": book, "title": "Epics", "sold": False, "updated": row["updated"]}


@pytest.mark.parametrize("name", ("shop", *REAL))
def test_a_deleted_row_is_gone_and_so_is_what_was_in_it(name):
    env = environment(name)
    session, known = populated(env)
    for table in env.tables:
        tools = verbs(env, table.name)
        if "delete" not in tools or table.parent is not None:
            continue
        assert session.call(tools["delete"].name, arguments(tools["delete"], known)).value == {}
        state = session.state()
        assert state[table.name] == []
        assert all(state[child.name] == [] for child in env.tables if child.parent == table.name)
        if "get" in tools:
            assert session.call(tools["get"].name, arguments(tools["get"], known)).error == tools["get"].errors[0]


@pytest.mark.parametrize("name", ("shop", *REAL))
def test_pages_visit_every_row_once(name):
    env = environment(name)
    session, known = populated(env)
    for table in env.tables:
        tools = verbs(env, table.name)
        lists = tools.get("list")
        if lists is None or not lists.page_token or not lists.page_size:
            continue
        for turn in range(1, 5):
            assert session.call(tools["create"].name, arguments(tools["create"], known, turn)).ok
        seen, token = [], {}
        own = {name: known[parent] for name, parent in lists.parents.items()}
        while True:
            page = session.call(lists.name, {**own, lists.page_size: 2, **token}).value
            seen += [row[table.key] for row in page[lists.items]]
            after = next((page[key] for key in page if key != lists.items), None)
            if after is None:
                break
            token = {lists.page_token: after}
        assert seen == sorted(row[table.key] for row in session.state()[table.name])


def test_a_row_of_another_parent_is_missing():
    session, _, book = books()
    other = session.call("shelves_insert", {"title": "Prose"}).value["id"]
    assert session.call("books_get", {"shelf": other, "book": book}).error == "NOT_FOUND"
    assert session.call("books_insert", {"shelf": "s999", "title": "Lost"}).error == "NOT_FOUND"


def test_a_made_up_token_is_an_error():
    session, shelf, _ = books()
    assert session.call("books_list", {"shelf": shelf, "pageToken": "7"}).error == "INVALID_ARGUMENT"


def test_a_name_in_use_is_refused():
    session, _ = populated(environment("dns.v1"))
    tool = environment("dns.v1").tool("managed_zones_create")
    assert session.call(tool.name, arguments(tool, {})).error == "ALREADY_EXISTS"


def test_only_writes_move_the_clock():
    session, shelf, book = books()
    before = session.digest()
    session.call("books_list", {"shelf": shelf})
    session.call("books_get", {"shelf": shelf, "book": book})
    session.call("books_get", {"shelf": shelf, "book": "b999"})
    assert session.digest() == before
    session.call("books_patch", {"shelf": shelf, "book": book})
    assert session.digest() != before
