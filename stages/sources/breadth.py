"""Which further discovery documents are read for variety, by a rule that anyone can check, and how they are thinned.

Rule: the newest stable version of each API that is not chosen (in any version), ranked by how many methods a person
could call with one to six typed arguments, capped so that huge documents do not win by size; ties by name.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from stages.core.records import Api, Operation

_SIMPLE = {"string", "integer", "number", "boolean"}


class Candidate(NamedTuple):
    """A document's file name taken apart: `tasks.v1` is (`tasks`, `v1`)."""

    document: str
    name: str
    version: str


def candidates(documents: Iterable[str], chosen: Iterable[str]) -> list[Candidate]:
    """The newest version of every API whose name is not among the chosen documents' names, sorted by name.

    A stable version beats any alpha or beta; among equals the higher number wins.
    """
    taken = {_family(document.split(".", 1)[0]) for document in chosen}
    best: dict[str, Candidate] = {}
    for document in sorted(documents):
        name, _, version = document.partition(".")
        candidate = Candidate(document, name, version)
        if _family(name) not in taken and (name not in best or _rank(version) > _rank(best[name].version)):
            best[name] = candidate
    return [best[name] for name in sorted(best)]


def _family(name: str) -> str:
    # `adexchangebuyer2` is the second edition of `adexchangebuyer`.
    return re.sub(r"\d+$", "", name.lower())


def _rank(version: str) -> tuple[bool, tuple[int, ...], str]:
    stable = not re.search("alpha|beta|p\\d", version)
    return stable, tuple(int(part) for part in re.findall(r"\d+", version)), version


def callable_alone(operation: Operation) -> bool:
    """Whether one call with one to six simple arguments makes sense: what a single-call row can show."""
    required = [p for p in operation.parameters if p.required]
    simple = [p for p in operation.parameters if p.type in _SIMPLE and p.read_only is None]
    return (
        not operation.deprecated
        and bool(operation.description)
        and len(simple) >= 1
        and len(required) <= 6
        and all(p.type in _SIMPLE for p in required)
    )


def thin(api: Api, methods: int) -> Api:
    """The API with at most `methods` operations, one resource after the other, and without response schemas."""
    fit = [operation for operation in api.operations if callable_alone(operation)]
    queues: dict[str, list[Operation]] = {}
    for operation in fit:
        queues.setdefault(operation.resource, []).append(operation)
    kept: list[Operation] = []
    while len(kept) < methods and any(queues.values()):
        for queue in queues.values():
            if queue and len(kept) < methods:
                kept.append(queue.pop(0))
    operations = tuple(_light(operation) for operation in kept)
    left_out = {**api.left_out, "not_callable_alone": len(api.operations) - len(fit)}
    if len(fit) > len(kept):
        left_out["over_methods"] = len(fit) - len(kept)
    return api.model_copy(update={"operations": operations, "schemas": {}, "left_out": left_out})


def _light(operation: Operation) -> Operation:
    simple = tuple(p for p in operation.parameters if p.type in _SIMPLE and p.read_only is None)
    return operation.model_copy(update={"parameters": simple, "request": None, "response": None})


def score(api: Api) -> int:
    """How many methods (at most 30) a single-call row could show."""
    return min(30, sum(callable_alone(operation) for operation in api.operations))
