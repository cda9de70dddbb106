"""Tag operations of a description: their arguments apart, and the form in which the API writes tags."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from pydantic import JsonValue

from stages.core.records import Api, Field, Operation, Parameter
from stages.environments.shapes import Verb

_VERBS: dict[Verb, re.Pattern[str]] = {
    "tag": re.compile(r"^(Tag[A-Z]\w*|AddTags(To[A-Z]\w*)?)$"),
    "untag": re.compile(r"^(Untag[A-Z]\w*|RemoveTags(From[A-Z]\w*)?)$"),
    "tags": re.compile(r"^(List(Resource)?Tags((For|Of)[A-Z]\w*)?)$"),
}


class Form(NamedTuple):
    """How tags are written: names of an entry's key and value, or None for a map."""

    entry: tuple[str, str] | None

    @property
    def schema(self) -> dict[str, JsonValue]:
        """JSON Schema of all tags of a row."""
        if self.entry is None:
            return {"type": "object", "additionalProperties": {"type": "string"}}
        item: dict[str, JsonValue] = {
            "type": "object",
            "properties": {name: {"type": "string"} for name in self.entry},
            "required": list(self.entry),
            "additionalProperties": False,
        }
        return {"type": "array", "items": item}


class Call(NamedTuple):
    """An operation of the family, its arguments apart."""

    verb: Verb
    operation: Operation
    argument: Parameter
    """Says which row."""
    given: str | None
    shown: str | None
    form: Form | None
    """None: an `untag`, whose keys look the same in every form."""


def apart(api: Api) -> tuple[Api, list[Operation]]:
    """The API without its tag operations, and those."""
    ours = [o for o in api.operations if not o.deprecated and _verb(o) is not None] if api.publisher == "aws" else []
    names = {operation.name for operation in ours}
    rest = tuple(operation for operation in api.operations if operation.name not in names)
    return api.model_copy(update={"operations": rest}), ours


def _verb(operation: Operation) -> Verb | None:
    return next((verb for verb, pattern in _VERBS.items() if pattern.match(operation.method)), None)


def calls(api: Api, operations: Iterable[Operation], left_out: Counter[str]) -> list[Call]:
    """The operations whose arguments are of a known form; the others are counted."""
    found = []
    for operation in operations:
        verb, response = _verb(operation), api.schemas.get(operation.response or "")
        call = _call(verb, operation, response) if verb else None
        if call is None:
            left_out["tags_unclear"] += 1
        else:
            found.append(call)
    return found


def _call(verb: Verb, operation: Operation, response: Field | None) -> Call | None:
    needed = [p for p in operation.parameters if p.required]
    who = [p for p in needed if p.type == "string"]
    what = [p for p in needed if p.type != "string"]
    if len(who) != 1 or len(what) != (verb != "tags"):
        return None
    if verb == "tags":
        rows = [(p, form) for p in response.properties if (form := form_of(p))] if response else []
        return Call(verb, operation, who[0], None, rows[0][0].name, rows[0][1]) if len(rows) == 1 else None
    if verb == "untag":
        items = what[0].items
        keys = what[0].type == "array" and items is not None and items.type == "string"
        return Call(verb, operation, who[0], what[0].name, None, None) if keys else None
    form = form_of(what[0])
    return Call(verb, operation, who[0], what[0].name, None, form) if form else None


def form_of(field: Field) -> Form | None:
    """The form of a property or an argument that could hold tags."""
    if field.type == "object" and field.additional and not field.properties:
        return Form(None)
    if field.type == "array" and field.items is not None and len(field.items.properties) == 2:
        by_end = {p.name.lower().removeprefix("tag"): p.name for p in field.items.properties if p.type == "string"}
        if set(by_end) == {"key", "value"}:
            return Form((by_end["key"], by_end["value"]))
    return None
