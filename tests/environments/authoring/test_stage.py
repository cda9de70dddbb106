"""An author in the stage: what the compiler left out of an API, beside what it made; and what later stages make of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from stages.core import jsonl
from stages.core.engine import catalogue
from stages.core.errors import UserError
from stages.core.llm import asking
from stages.core.params import load
from stages.core.params.environments import Params
from stages.core.records import Operation, Parameter
from stages.core.stage import Summary
from stages.environments import run as module
from stages.environments.authoring import interface
from stages.environments.recognise import recognise
from stages.toolgraph.run import run as toolgraph
from tests.core.llm.server import Server
from tests.environments.authoring.pharmacy import GOOD, TICK, case, column, step_of, told
from tests.environments.authoring.test_author import completion, idea, llm
from tests.environments.described import google, shop

LEND = Operation(
    name="books.lend",
    resource="books",
    method="lend",
    http_method="POST",
    path="shelves/{shelf}/books/{book}:lend",
    description="Lends a book to a reader.",
    parameters=(
        Parameter(name="shelf", type="string", required=True, location="path"),
        Parameter(name="book", type="string", required=True, location="path"),
        Parameter(name="reader", type="string", required=True, location="body"),
    ),
)
_FREE = "SELECT 1 FROM book WHERE id = :args->>'$.book' AND shelf = :args->>'$.shelf'"
_BOOKS = [
    {"id": "b1", "shelf": "s1", "title": "Emma", "reader": None},
    {"id": "b2", "shelf": "s2", "title": "Ulysses", "reader": "Ines"},
    {"id": "b3", "shelf": "s2", "title": "Dune", "reader": None},
]
_OTHER = {"shelf": "s2", "book": "b3", "reader": "Mia"}
_LENT = {"shelf": "s1", "book": "b1", "reader": "Tom"}
LENDING: dict[str, Any] = {
    "write": {
        "tables": [
            {"name": "book", "noun": "book", "plural": "books", "label": "title", "minted": True,
             "columns": [column("id", "key"), column("shelf"), column("title"), {**column("reader"), "required": False}]}
        ],
        "tools": {
            "books_lend": {
                "table": "book", "verb": "patch", "key_parameter": "book", "fields": {"reader": "reader"},
                "program": [
                    {"require": _FREE, "error": "NOT_FOUND", "message": "no book {book} on that shelf"},
                    {"require": _FREE + " AND reader IS NULL", "error": "FAILED_PRECONDITION", "message": "it is lent"},
                    TICK,
                    {"run": "UPDATE book SET reader = :args->>'$.reader' WHERE id = :args->>'$.book'"},
                    {"return": "SELECT json_patch('{}', json_object('id', id, 'shelf', shelf, 'title', title, 'reader', "
                               "reader)) FROM book WHERE id = :args->>'$.book'"},
                ],
            }
        },
    },
    "scenarios": {
        "scenarios": [
            {"name": name, "complexity": "medium", "description": "Two shelves.", "next_id": number, "tables": {"book": _BOOKS}}
            for number, name in ((100, "one"), (200, "two"))
        ]
    },
    "cases": {
        "cases": [
            case("valid", ("books_lend", _LENT, {"reader": "Tom"}), scenario="one",
                 rows={"book": [{"id": "b1", "reader": "Tom"}]}),
            case("valid", ("books_lend", _OTHER, {"id": "b3"}), scenario="one", rows={"book": [{"id": "b3", "reader": "Mia"}]}),
            case("boundary", ("books_lend", _LENT, {}), ("books_lend", _LENT, "FAILED_PRECONDITION"), scenario="two",
                 rows={"book": [{"id": "b1"}]}),
            case("error", ("books_lend", {**_LENT, "shelf": "s2"}, "NOT_FOUND"), scenario="one"),
            case("error", ("books_lend", {**_LENT, "book": "b2"}, "NOT_FOUND"), scenario="one"),
            case("error", ("books_lend", {**_LENT, "shelf": "s2", "book": "b2"}, "FAILED_PRECONDITION"), scenario="one"),
        ]
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are kept beside the run; the rest of the project stays where it is."""
    monkeypatch.setattr(asking, "PLACE", tmp_path / "answers.sqlite")


def run(folder: Path, server: Server, **author: Any) -> Summary:
    """The stage on the shop with a lending service that no rule covers."""
    sources, out = folder / "sources", folder / "work" / "environments" / "run" / "out"
    sources.mkdir()
    out.mkdir(parents=True)
    jsonl.write(sources / "apis.jsonl", [shop(LEND)])
    params: Params = load("environments")
    few = params.minimum.model_copy(update={"environments": 1, "tools": 1})
    held = params.held_out.model_copy(update={"apis": (), "publishers": ()})
    params = params.model_copy(update={"minimum": few, "held_out": held, "author": llm(server.url, **author)})
    return module.run(params, {"sources": sources}, out)


def served(seen: list[Any]) -> Server:
    """The good author of both environments."""

    def behave(body: dict, _: int) -> Any:
        step, given = step_of(body["messages"]), told(body["messages"])
        seen.append((step, given))
        lending = "books_lend" in json.dumps(given) or '"book"' in json.dumps(given)
        return completion((LENDING if lending else GOOD)[step])

    return Server(behave)


def test_what_no_rule_covers_and_what_somebody_thought_of_stand_beside_what_was_compiled(tmp_path):
    seen: list[Any] = []
    with served(seen) as server:
        summary = run(tmp_path, server, apis=("google-shop-v1",))
    out = tmp_path / "work/environments/run/out"
    entries = catalogue.load(out)
    assert set(entries) == {"google-shop-v1", "google-shop-v1-authored", "authored-pharmacy"}, summary.rejected
    lending = entries["google-shop-v1-authored"].environment
    # The interface is the description's own: nobody was asked for a proposal of it.
    assert [step for step, given in seen if step == "propose"] == ["propose"]
    assert [tool.name for tool in lending.tools] == ["books_lend"] and lending.tools[0].parameters["required"] == [
        "shelf", "book", "reader",
    ]  # fmt: skip
    assert lending.source == entries["google-shop-v1"].environment.source and lending.operations == 13
    assert summary.metrics["author"]["passed"] == 2 and summary.metrics["environments"] == 3
    assert summary.spent["llm_calls"] == 7
    graph = tmp_path / "graph"
    graph.mkdir()
    chains = toolgraph(load("toolgraph"), {"environments": out}, graph)
    assert chains.metrics["tools"] == sum(len(entry.environment.tools) for entry in entries.values())


def test_an_api_that_sources_do_not_have_is_named(tmp_path):
    with served([]) as server, pytest.raises(UserError, match=r"author\.apis: google-shop-v2: no API of that id"):
        run(tmp_path, server, apis=("google-shop-v2",))


def test_an_api_of_which_nothing_was_left_out_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(interface, "of_api", lambda *_: None)
    with served([]) as server, pytest.raises(UserError, match="left out no operation that could be offered"):
        run(tmp_path, server, apis=("google-shop-v1",), ideas=(idea(),))


@pytest.mark.parametrize("name", ["tasks.v1", "calendar.v3", "gmail.v1", "docs.v1", "sheets.v4"])
def test_the_left_out_operations_of_real_apis_are_offered_with_schemas_that_hold(name):
    api = google(name)
    covered = {tool.operation for tool in recognise(api, 5).tools}
    proposal = interface.of_api(api, covered, 12)
    assert proposal is not None and not interface.mistakes(proposal, 12)
    names = {operation.name.replace(".", "_") for operation in api.operations if operation.name not in covered}
    assert {tool.name for tool in proposal.tools} <= names
