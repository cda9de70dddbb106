"""The catalogue: a folder of environments, each `environment.json`, `scenarios.jsonl` and `gate.json`."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.records import Environment, Scenario


class Entry(NamedTuple):
    """An environment with its start states and the gate's published verdict."""

    environment: Environment
    scenarios: tuple[Scenario, ...]
    gate: dict[str, Any]


def load(folder: Path) -> dict[str, Entry]:
    """Every environment below `folder`, by id, in order of id.

    Raises UserError naming the file and field: unreadable, no verdict, a verdict that says it failed, a folder that
    is not named after its environment, or no environment at all.
    """
    entries = {path.parent.name: entry(path.parent) for path in sorted(Path(folder).glob("*/environment.json"))}
    if not entries:
        raise UserError(str(folder), "no environments here")
    return entries


def entry(folder: Path) -> Entry:
    """One environment of a catalogue. Raises UserError as `load` does."""
    path = folder / "environment.json"
    try:
        environment = Environment.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "document"
        raise UserError(f"{path}: {field}", first["msg"]) from None
    if environment.id != folder.name:
        raise UserError(f"{path}: id", f"is {environment.id}, the folder is {folder.name}")
    verdict = folder / "gate.json"
    if not verdict.is_file():
        raise UserError(str(verdict), "no such file; only the gate admits an environment")
    try:
        gate = json.loads(verdict.read_bytes())
    except ValueError:
        raise UserError(str(verdict), "not valid JSON") from None
    if not isinstance(gate, dict) or gate.get("passed") is not True:
        raise UserError(f"{verdict}: passed", "the gate did not admit this environment")
    return Entry(environment, tuple(jsonl.read(folder / "scenarios.jsonl", Scenario)), gate)
