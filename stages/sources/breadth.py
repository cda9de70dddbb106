"""Which further discovery documents are read for variety, and how they are thinned to what a layman could ask for.

Rule: the newest stable version of each API that params name and that is not chosen (in any version).
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from stages.core.records import Api, Operation, Parameter
from stages.sources.hints import hints, shown
from stages.sources.layman import plain, spread

_SIMPLE = {"string", "integer", "number", "boolean"}


class Candidate(NamedTuple):
    """A document's file name taken apart: `tasks.v1` is (`tasks`, `v1`)."""

    document: str
    name: str
    version: str


def candidates(documents: Iterable[str], chosen: Iterable[str], wanted: Iterable[str]) -> list[Candidate]:
    """The newest version of every wanted API whose name is not among the chosen documents' names, sorted by name.

    A stable version beats any alpha or beta; among equals the higher number wins.
    """
    taken = {_family(document.split(".", 1)[0]) for document in chosen}
    names = set(wanted)
    best: dict[str, Candidate] = {}
    for document in sorted(documents):
        name, _, version = document.partition(".")
        candidate = Candidate(document, name, version)
        if (
            name in names
            and _family(name) not in taken
            and (name not in best or _rank(version) > _rank(best[name].version))
        ):
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
    """The API with at most `methods` operations, in turn over its resources, without what nobody says or needs."""
    fit = [operation for operation in api.operations if callable_alone(operation)]
    easy = [each for each in (plain(_light(operation)) for operation in fit) if each is not None]
    kept = spread(easy, methods)
    left_out = {
        **api.left_out,
        "not_callable_alone": len(api.operations) - len(fit),
        "not_for_laymen": len(fit) - len(easy),
        "over_methods": len(easy) - len(kept),
    }
    return api.model_copy(update={"operations": tuple(kept), "schemas": {}, "left_out": left_out})


def _light(operation: Operation) -> Operation:
    simple = tuple(_told(p) for p in operation.parameters if p.type in _SIMPLE and p.read_only is None)
    return operation.model_copy(update={"parameters": simple, "request": None, "response": None})


def _told(parameter: Parameter) -> Parameter:
    return parameter.model_copy(update={"description": shown(hints(parameter.description))})
