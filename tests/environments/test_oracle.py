"""The oracle follows the rules written in shapes.py, and agrees with a task list written by hand in Python."""

import random
from typing import Any

from stages.core.engine import Runtime
from stages.core.records import Scenario
from stages.environments.compile import compile
from stages.environments.oracle import Oracle
from tests.environments.api import boards


def start() -> Scenario:
    cards = (
        {"id": "c101", "board": "home", "title": "Call Ann", "done": 0, "tags": '{"a":"1"}'},
        {"id": "c102", "board": "home", "title": "Pay rent", "done": 1, "tags": None},
        {"id": "c103", "board": "work", "title": "Write report", "done": 0, "tags": None},
    )
    return Scenario(
        id="s", environment="user-boards", complexity="medium", expect="load", now="2026-03-02T09:00:00Z", next_id=104,
        tables={
            "board": ({"name": "home", "note": None}, {"name": "work", "note": "x"}),
            "card": tuple(card | {"updated": "2026-03-01T09:00:00Z"} for card in cards),
        },
    )  # fmt: skip


class Boards:
    """Boards and cards as a programmer would write them without any description: the third opinion."""

    def __init__(self) -> None:
        self.boards = {"home", "work"}
        self.cards = {row["id"]: dict(row) for row in start().tables["card"]}
        self.cards["c101"]["tags"] = {"a": "1"}
        self.number, self.minute = 104, 0

    def show(self, card: dict[str, Any]) -> dict[str, Any]:
        shown = {"id": card["id"], "title": card["title"], "done": bool(card["done"]), "updated": card["updated"]}
        return shown | ({"tags": card["tags"]} if card["tags"] is not None else {})

    def now(self) -> str:
        self.minute += 1
        return f"2026-03-02T{9 + self.minute // 60:02d}:{self.minute % 60:02d}:00Z"

    def call(self, tool: str, a: dict[str, Any]) -> tuple[bool, Any]:
        if tool == "boards_create":
            if a["name"] in self.boards:
                return False, "ALREADY_EXISTS"
            self.boards.add(a["name"])
            self.now()
            return True, {"name": a["name"]}
        if a["board"] not in self.boards:
            return False, "NOT_FOUND"
        if tool == "boards_delete":
            self.boards.remove(a["board"])
            self.cards = {key: card for key, card in self.cards.items() if card["board"] != a["board"]}
            self.now()
            return True, {}
        if tool == "cards_list":
            found = [c for _, c in sorted(self.cards.items()) if c["board"] == a["board"]]
            return True, {"items": [self.show(c) for c in found if "done" not in a or bool(c["done"]) == a["done"]]}
        if tool == "cards_create":
            self.number += 1
            card = {"id": f"c{self.number}", "board": a["board"], "done": False, "tags": None} | a
            self.cards[card["id"]] = card | {"updated": self.now()}
            return True, self.show(self.cards[card["id"]])
        card = self.cards.get(a["card"])
        if card is None or card["board"] != a["board"]:
            return False, "NOT_FOUND"
        if tool == "cards_delete":
            del self.cards[a["card"]]
            self.now()
            return True, {}
        if tool == "cards_update":
            card.update({"title": a["title"], "done": a.get("done", False), "tags": a.get("tags")})
        if tool == "cards_patch":
            card.update({name: a[name] for name in ("title", "done") if name in a})
            if "tags" in a:
                card["tags"] = None if a["tags"] is None else {**(card["tags"] or {}), **a["tags"]}
        if tool != "cards_get":
            card["updated"] = self.now()
        return True, self.show(card)


def random_call(draw: random.Random) -> tuple[str, dict[str, Any]]:
    tool = draw.choice(("cards_create", "cards_get", "cards_list", "cards_patch", "cards_update", "cards_delete") * 3
                       + ("boards_create", "boards_delete"))  # fmt: skip
    board = draw.choice(("home", "work", "club", "none"))
    if tool == "boards_create":
        return tool, {"name": board}
    arguments: dict[str, Any] = {"board": board}
    if tool in ("cards_get", "cards_patch", "cards_update", "cards_delete"):
        arguments["card"] = f"c{draw.randint(101, 110)}"
    if tool in ("cards_create", "cards_update") or (tool == "cards_patch" and draw.random() < 0.5):
        arguments["title"] = draw.choice(("Buy milk", "Call Bo", "Send letter"))
    if tool in ("cards_create", "cards_patch", "cards_update", "cards_list") and draw.random() < 0.5:
        arguments["done"] = draw.random() < 0.5
    if tool in ("cards_create", "cards_patch", "cards_update") and draw.random() < 0.5:
        arguments["tags"] = {draw.choice("abc"): draw.choice("123")}
        if tool == "cards_patch" and draw.random() < 0.3:
            arguments["tags"] = None
    return tool, arguments


def test_hand_written_reference_oracle_and_engine_agree_over_generated_sequences() -> None:
    """PROGRAMS: a reference by hand agrees with the compiled programs."""
    session = Runtime(compile(boards(), "train")).open(start())
    for seed in range(300):
        draw = random.Random(seed)
        reference, oracle = Boards(), Oracle(boards(), start())
        session.reset()
        for _ in range(15):
            tool, arguments = random_call(draw)
            expected = reference.call(tool, dict(arguments))
            result = session.call(tool, arguments)
            assert oracle.call(tool, arguments) == expected, (seed, tool, arguments)
            assert (result.ok, result.value if result.ok else result.error) == expected, (seed, tool, arguments)


def test_a_page_token_leads_to_the_next_page_of_the_same_list_only() -> None:
    oracle = Oracle(boards(), start())
    ok, first = oracle.call("cards_list", {"board": "home", "size": 1})
    assert ok and [row["id"] for row in first["items"]] == ["c101"]
    _, second = oracle.call("cards_list", {"board": "home", "size": 1, "token": first["next"]})
    assert [row["id"] for row in second["items"]] == ["c102"] and "next" not in second
    other = {"board": "home", "done": True, "token": first["next"]}
    assert oracle.call("cards_list", other) == (False, "INVALID_ARGUMENT")


def test_arguments_that_break_the_schema_change_nothing() -> None:
    oracle = Oracle(boards(), start())
    for arguments in ({"board": "home"}, {"board": "home", "title": 3}, {"board": "home", "title": "x", "more": 1}):
        assert oracle.call("cards_create", arguments) == (False, "INVALID_ARGUMENT")
    assert oracle.meta() == ("2026-03-02T09:00:00Z", 104)
