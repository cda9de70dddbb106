"""A light look at a description, without its schemas: enough to rank hundreds before any is read in full."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from stages.core.errors import UserError
from stages.sources.text import brief

_READ = frozenset({"get", "list", "describe"})
_WRITE = frozenset({"insert", "create", "update", "patch", "modify", "delete"})
_WORDS = re.compile(r"^([A-Z][a-z]+)([A-Z]\w*)$")


class Outline(NamedTuple):
    """What an API offers, in names.

    Attributes:
        name: the API's own short name, without publisher or version.
        resources: noun (its last word, lower case) -> verbs (lower case) that the description has on it.
        calls: full names of its operations.
        described: share of operations whose description has three words or more.
    """

    name: str
    title: str
    description: str
    resources: dict[str, frozenset[str]]
    calls: frozenset[str]
    described: float

    @property
    def complete(self) -> list[str]:
        """Nouns with both a write and a read: what an environment can be made of."""
        return sorted(noun for noun, verbs in self.resources.items() if verbs & _WRITE and verbs & _READ)


def of_google(document: Any, where: str) -> Outline:
    """Outline of a discovery document. Raises UserError when it is none."""
    if not isinstance(document, dict) or not isinstance(document.get("name"), str):
        raise UserError(f"{where}: name", "not a discovery document: a name is expected")
    found = list(_methods(document, ()))
    return _outline(
        document["name"],
        str(document.get("title") or document["name"]),
        str(document.get("description") or ""),
        [(resource[-1] if resource else "", method, node.get("description")) for resource, method, node in found],
        frozenset(".".join((*resource, method)) for resource, method, _ in found),
    )


def _methods(node: Any, trail: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, dict[str, Any]]]:
    for name, method in _mapping(node, "methods"):
        if isinstance(method, dict):
            yield trail, name, method
    for name, inside in _mapping(node, "resources"):
        yield from _methods(inside, (*trail, name))


def _mapping(node: Any, key: str) -> list[tuple[str, Any]]:
    value = node.get(key) if isinstance(node, dict) else None
    return list(value.items()) if isinstance(value, dict) else []


def of_aws(model: Any, service: str, where: str) -> Outline:
    """Outline of a botocore service model. Raises UserError when it is none."""
    if not isinstance(model, dict) or not isinstance(model.get("operations"), dict):
        raise UserError(f"{where}: operations", "not a service model: operations are expected")
    rows = []
    for name, node in model["operations"].items():
        match = _WORDS.match(name)
        text = node.get("documentation") if isinstance(node, dict) else None
        rows.append((_singular(match[2]) if match else "", match[1] if match else name, text))
    meta = model.get("metadata")
    title = str(meta.get("serviceFullName", service)) if isinstance(meta, dict) else service
    return _outline(service, title, str(model.get("documentation") or ""), rows, frozenset(model["operations"]))


def _outline(name: str, title: str, text: str, rows: list[tuple[str, str, Any]], calls: frozenset[str]) -> Outline:
    verbs: dict[str, set[str]] = defaultdict(set)
    for noun, verb, _ in rows:
        verbs[noun.lower()].add(verb.lower())
    told = sum(isinstance(said, str) and len(brief(said).split()) >= 3 for *_, said in rows)
    resources = {noun: frozenset(found) for noun, found in sorted(verbs.items()) if noun}
    return Outline(name, title, brief(text), resources, calls, told / len(rows) if rows else 0.0)


def _singular(noun: str) -> str:
    # `ListQueues` and `CreateQueue` are about one noun; the true singular does not matter here.
    return noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")
