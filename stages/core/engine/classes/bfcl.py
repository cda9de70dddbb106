"""BFCL's eight stateful classes and the 800 multi-turn dialogues that are solved with them (package `bfcl-eval`).

They are for evaluation alone (USE). The answers are Python call strings; they are read by `ast`, literals only, and
never evaluated. Positional arguments get their names from the function docs, in the order in which these list them.
"""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from stages.core.engine.classes.host import Bounds, Host
from stages.core.errors import UserError

USE = "evaluation"
PACKAGE = "bfcl_eval"
CATEGORIES = ("base", "miss_func", "miss_param", "long_context")
DOCS = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "TwitterAPI": "posting_api",
    "VehicleControlAPI": "vehicle_control",
}
"""Class -> the name of its module and of its function docs."""
MODULES = f"{PACKAGE}.eval_checker.multi_turn_eval.func_source_code"


class Call(NamedTuple):
    """One gold call."""

    tool: str
    arguments: dict[str, Any]


class Solved(NamedTuple):
    """A dialogue with its start state and the gold calls of each turn."""

    id: str
    classes: tuple[str, ...]
    config: dict[str, Any]
    turns: tuple[tuple[Call, ...], ...]
    long_context: bool


def host(packages: Path, bounds: Bounds | None = None) -> Host:
    """A limited process with all eight classes. Raises UserError when the package is not there."""
    modules = {name: f"{MODULES}.{module}" for name, module in DOCS.items()}
    tools = {name: tuple(functions(packages, name)) for name in DOCS}
    return Host([packages], modules, tools, bounds)


@cache
def functions(packages: Path, name: str) -> dict[str, tuple[str, ...]]:
    """Function -> names of its parameters in order, as a class's docs list them. Raises UserError."""
    found = {}
    for line in _lines(packages / PACKAGE / "data/multi_turn_func_doc" / f"{DOCS[name]}.json"):
        found[line["name"]] = tuple(line["parameters"]["properties"])
    return found


def dialogues(packages: Path, category: str) -> Iterator[Solved]:
    """The 200 dialogues of a category, in the file's order. Raises UserError naming file and line."""
    data = packages / PACKAGE / "data"
    name = f"BFCL_v4_multi_turn_{category}.json"
    answers = {line["id"]: line["ground_truth"] for line in _lines(data / "possible_answer" / name)}
    for row in _lines(data / name):
        names = {tool: order for one in row["involved_classes"] for tool, order in functions(packages, one).items()}
        turns = tuple(tuple(parse(text, names, row["id"]) for text in turn) for turn in answers[row["id"]])
        yield Solved(
            row["id"], tuple(row["involved_classes"]), row["initial_config"], turns, category == "long_context"
        )


def parse(text: str, names: dict[str, tuple[str, ...]], where: str) -> Call:
    """`sort('a.txt')` as a call with named arguments. Raises UserError for anything but a call with literals."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            raise ValueError("no plain call")
        order = names[node.func.id]
        given = {order[place]: ast.literal_eval(value) for place, value in enumerate(node.args)}
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg in given:
                raise ValueError("an argument without a name, or twice")
            given[keyword.arg] = ast.literal_eval(keyword.value)
    except (ValueError, SyntaxError, KeyError, IndexError, RecursionError, MemoryError) as error:
        raise UserError(where, f"not a call that can be read: {text[:80]!r} ({type(error).__name__})") from None
    return Call(node.func.id, given)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise UserError(str(path), "no such file; run `make setup` first")
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            yield json.loads(line)
        except ValueError:
            raise UserError(f"{path}:{number}", "not valid JSON") from None
