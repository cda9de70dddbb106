"""The catalogue: a folder of environments, each `environment.json`, `scenarios.jsonl` and `gate.json`.

An id with a plus names two of them joined (`joint`). Joins are made when they are asked for and never written: what proves
one is what proved its parts, and that neither side can touch the other.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from pydantic import ValidationError

from stages.core import jsonl
from stages.core.engine.joint import PLUS, JoinRefused, join, join_scenarios, parts
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
    entries = {path.parent.name: read(path.parent) for path in sorted(Path(folder).glob("*/environment.json"))}
    if not entries:
        raise UserError(str(folder), "no environments here")
    return entries


def entry(entries: Mapping[str, Entry], name: str) -> Entry:
    """The environment of that id, or the join that the id names.

    Raises KeyError for one that is not there, UserError for parts that cannot be joined.
    """
    if name in entries:
        return entries[name]
    return reduce(_joined, [entries[part] for part in parts(name)])


def with_joins(entries: Mapping[str, Entry], names: Iterable[str]) -> dict[str, Entry]:
    """All entries, and behind them those joins among `names` whose parts are there. Raises UserError as `entry` does."""
    joins = sorted({name for name in names if name not in entries and all(part in entries for part in parts(name))})
    return {**entries, **{name: entry(entries, name) for name in joins}}


def environments(entries: Mapping[str, Entry], names: Iterable[str]) -> dict[str, Environment]:
    """As `with_joins`, without start states and verdicts."""
    return {name: one.environment for name, one in with_joins(entries, names).items()}


def pairs(entries: Mapping[str, Entry], rng: Random, most: int, first: Sequence[str] = ()) -> list[str]:
    """Ids of at most `most` joins: each of one domain and one side, of environments that can be joined.

    Args:
        entries: of one split. Training and evaluation are never joined; which environments are set aside for dev, only
            params say, so a caller leaves them out or gives them alone.
        rng: draws which, in what order they are tried.
        most: how many; fewer where there are no more.
        first: joins that come before all others, in this order, where they are among the possible ones.
    """
    possible = [
        pair for pair in combinations(sorted(entries), 2) if _alike(*(entries[name].environment for name in pair))
    ]
    rng.shuffle(possible)
    wanted = {name: place for place, name in enumerate(first)}
    possible.sort(key=lambda pair: wanted.get(PLUS.join(pair), len(wanted)))
    found: list[str] = []
    for one, two in possible:
        if len(found) == most:
            break
        try:
            found.append(join(entries[one].environment, entries[two].environment).id)
        except JoinRefused:
            continue  # alike in a name: a pair to leave out, not a fault
    return sorted(found)


def _alike(one: Environment, two: Environment) -> bool:
    return (one.domain, one.use) == (two.domain, two.use)


def _joined(first: Entry, second: Entry) -> Entry:
    """Both as one; the n-th usable start state of the one with the n-th of the other, the shorter list over again."""
    try:
        environment = join(first.environment, second.environment)
        own, other = ([s for s in side.scenarios if s.expect == "load"] for side in (first, second))
        count = max(len(own), len(other)) if own and other else 0
        scenarios = tuple(join_scenarios(own[n % len(own)], other[n % len(other)]) for n in range(count))
    except JoinRefused as refused:
        raise UserError("catalogue", str(refused)) from None
    gates = {"passed": True, "joined": {one.environment.id: one.gate for one in (first, second)}}
    return Entry(environment, scenarios, gates)


def read(folder: Path) -> Entry:
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
