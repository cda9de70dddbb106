"""BFCL's simple Python calls as `CallItem`s: read from the package's files as data, never run, never used in training.

The questions (`{id, question: [[message]], function: [spec]}`) and the answers (`{id, ground_truth: [{function:
{argument: [accepted values]}}]}`) stand in two JSON Lines files with the same ids. Parameters are written in BFCL's own
words for types (`dict`, `float`, `tuple`, `any`) and are converted to JSON Schema. Each file is pinned by its sha256, so a
score always names the same questions. Source: Berkeley Function Calling Leaderboard, Apache-2.0.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from stages.core.errors import UserError
from stages.core.lineage import file_hash
from stages.core.records import Call, CallItem
from stages.core.seeds import generator

PACKAGE = "bfcl_eval"
QUESTIONS = "data/BFCL_v4_simple_python.json"
ANSWERS = "data/possible_answer/BFCL_v4_simple_python.json"
KEPT = ("description", "enum", "default", "required", "minimum", "maximum", "format")
"""Keywords taken over as they are; `optional`, which is no keyword, goes: `required` says it."""
TYPES = {"dict": "object", "float": "number", "tuple": "array", "list": "array", "bool": "boolean"}


def load(packages: Path, questions_sha256: str, answers_sha256: str) -> list[CallItem]:
    """Every item of the benchmark, in its own order.

    Raises UserError for a missing package, a file of other bytes than pinned, or an item that cannot be read.
    """
    asked = _rows(packages / PACKAGE / QUESTIONS, questions_sha256)
    answered = {row["id"]: row for row in _rows(packages / PACKAGE / ANSWERS, answers_sha256)}
    return [_item(row, answered.get(row["id"]), packages / PACKAGE / QUESTIONS) for row in asked]


def draw(items: Sequence[CallItem], count: int, seed: int) -> list[CallItem]:
    """A sample in the benchmark's order, by seed; all when `count` is not below their number."""
    if count >= len(items):
        return list(items)
    return [items[index] for index in sorted(generator(seed, "bfcl").sample(range(len(items)), count))]


def item(question: dict[str, Any], answer: dict[str, Any]) -> CallItem:
    """One question and its answer. The gold call takes the first accepted value of each argument and leaves out what may
    be left out. Raises KeyError, ValueError or TypeError if either is not in BFCL's shape."""
    (user,) = (message["content"] for message in question["question"][0] if message["role"] == "user")
    required = {spec["name"]: set(spec["parameters"].get("required", ())) for spec in question["function"]}
    gold, accepted = [], []
    for call in answer["ground_truth"]:
        ((name, arguments),) = call.items()
        gold.append(Call(tool=name, arguments=_first(arguments, required[name])))
        accepted.append({key: tuple(values) for key, values in arguments.items()})
    tools: list[dict[str, JsonValue]] = [
        {
            "name": spec["name"],
            "description": spec.get("description", ""),
            "parameters": schema(spec["parameters"], closed=True),
        }
        for spec in question["function"]
    ]
    return CallItem(
        id=question["id"], user=user, tools=tuple(tools), gold=tuple(gold), accepted=tuple(accepted), split="test"
    )


def schema(spec: dict[str, Any], *, closed: bool = False) -> dict[str, JsonValue]:
    """JSON Schema of a BFCL type. An object with properties, or with `closed` any, allows no others."""
    made: dict[str, JsonValue] = {key: spec[key] for key in KEPT if key in spec}
    kind = TYPES.get(spec.get("type", "any"), spec.get("type", "any"))
    if kind != "any":
        made["type"] = kind
    if kind == "object":
        properties = spec.get("properties") or {}
        made["properties"] = {name: schema(field) for name, field in properties.items()}
        if properties or closed:
            made["additionalProperties"] = False
    if isinstance(spec.get("items"), dict):
        made["items"] = schema(spec["items"])
    return made


def value(option: JsonValue) -> JsonValue:
    """What an accepted value says: in an accepted dict each key holds a list of accepted values again."""
    if isinstance(option, dict):
        chosen = {key: values for key, values in option.items() if isinstance(values, list) and "" not in values}
        return {key: value(values[0]) for key, values in chosen.items()}
    if isinstance(option, list):
        return [value(one) for one in option]
    return option


def _first(accepted: dict[str, list[JsonValue]], required: set[str]) -> dict[str, JsonValue]:
    # Two answers accept leaving out what the schema requires; the benchmark's checker looks at the schema first.
    said = {name: [one for one in values if one != ""] for name, values in accepted.items()}
    return {name: value(said[name][0]) for name in accepted if name in required or "" not in accepted[name]}


def _item(row: dict[str, Any], answer: dict[str, Any] | None, where: Path) -> CallItem:
    if answer is None:
        raise UserError(f"{where}: {row['id']}", "has no accepted answer")
    try:
        return item(row, answer)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise UserError(f"{where}: {row['id']}", f"not in the benchmark's shape ({str(error)[:80]})") from None


def _rows(path: Path, sha256: str) -> list[dict[str, Any]]:
    if not path.is_file():
        raise UserError(str(path), "no such file; `make packages` unpacks the package bfcl-eval")
    if (found := file_hash(path)) != sha256:
        raise UserError(str(path), f"sha256 is {found}, params pin {sha256}")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    if not rows or not all(isinstance(row, dict) and isinstance(row.get("id"), str) for row in rows):
        raise UserError(str(path), "every line must be an object with an `id`")
    return rows
