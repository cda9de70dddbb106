"""Policy operations of a description -> the column that holds a row's policy, and the tools that read and replace it.

The row is the one that the collection's own `get` finds by that key. Of a policy its bindings are kept, each with one
of the roles that every resource has; conditions and the etag's race between two writers are left out, and so is
`testIamPermissions`: who is asking, and what a role permits, is nowhere described.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import JsonValue

from stages.core.records import Api, Operation, Parameter
from stages.environments.drafts import Draft
from stages.environments.nouns import snake
from stages.environments.sentences import short
from stages.environments.shapes import EntityShape, FieldShape, ToolShape, Verb

COLUMN = "iamPolicy"
_VERBS: dict[str, Verb] = {"getIamPolicy": "part", "setIamPolicy": "put"}
_PLACE = re.compile(r"\{\+?([^{}]+?)\*?\}")
SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "properties": {
        "bindings": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "role": {"type": "string", "enum": ["roles/viewer", "roles/editor", "roles/owner"]},
                    "members": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["role", "members"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["bindings"],
    "additionalProperties": False,
}


class Call(NamedTuple):
    """An operation of the family and the argument that says which row."""

    verb: Verb
    operation: Operation
    key: str


def apart(api: Api) -> tuple[Api, list[Operation]]:
    """The API without its policy operations, and those."""
    ours = [o for o in api.operations if o.method in _VERBS and o.resource and not o.deprecated]
    names = {operation.name for operation in ours}
    rest = tuple(operation for operation in api.operations if operation.name not in names)
    return api.model_copy(update={"operations": rest}), ours


def calls(
    api: Api, operations: list[Operation], known: Mapping[str, tuple[Draft, EntityShape]], left_out: Counter[str]
) -> dict[str, list[Call]]:
    """Collection -> its policy calls, where there are both and their arguments are clear; the others are counted."""
    found: dict[str, list[Call]] = {}
    for operation in operations:
        call = _call(api, operation, *known[operation.resource]) if operation.resource in known else "no_entity"
        if isinstance(call, str):
            left_out[call] += 1
        else:
            found.setdefault(operation.resource, []).append(call)
    for name in [name for name, both in found.items() if {call.verb for call in both} != set(_VERBS.values())]:
        # What nobody can set is never seen; what nobody can read cannot be checked by whoever set it.
        left_out["policy_unclear"] += len(found.pop(name))
    return found


def _call(api: Api, operation: Operation, draft: Draft, entity: EntityShape) -> Call | str:
    places = _PLACE.findall(operation.path)
    response = api.schemas.get(operation.response or "")
    if not places or response is None or "bindings" not in {p.name for p in response.properties}:
        return "policy_unclear"
    *above, key = places
    constants = {scope.argument for use in draft.uses.values() for scope in use.scopes} if not entity.parent else set()
    given = [p for p in operation.parameters if p.location == "body" and p.name == "policy"]
    if operation.method == "setIamPolicy" and not given:
        return "policy_unclear"
    for parameter in operation.parameters:
        if parameter.required and parameter.name not in {key, "policy", *(constants & set(above))}:
            return "required_argument"
    if any(field.name.lower() == COLUMN.lower() for field in entity.fields):
        return "policy_unclear"
    return Call(_VERBS[operation.method], operation, key)


def grown(entity: EntityShape) -> EntityShape:
    """The entity with a column for the policy, which only the two tools show."""
    column = FieldShape(
        name=COLUMN, kind="json", type="TEXT", json_schema=SCHEMA, description="Who may do what with it.",
        writable=True, shown=False, listed=False,
    )  # fmt: skip
    return entity.model_copy(update={"fields": (*entity.fields, column)})


def tools(found: list[Call], draft: Draft, entity: EntityShape, left_out: Counter[str]) -> list[ToolShape]:
    """The tools of one collection."""
    made = []
    for call in found:
        operation = call.operation
        for parameter in operation.parameters:
            if parameter.name not in (call.key, "policy"):
                left_out["optional_argument" if _optional(parameter) else "constant_scope"] += 1
        fields = {"policy": COLUMN} if call.verb == "put" else {}
        said = short(operation.description)
        made.append(
            ToolShape(
                name=f"{snake(draft.word)}_{snake(operation.method)}"[-64:].strip("_"),
                operation=operation.name,
                verb=call.verb,
                table=entity.table,
                description=said if len(said.split()) >= 3 else f"Access policy of a {entity.noun}.",
                key_parameter=call.key,
                fields=fields,
                part=COLUMN,
                required=(call.key, *fields),
                errors=("NOT_FOUND",),
                page=operation.page,
            )
        )
    return made


def _optional(parameter: Parameter) -> bool:
    return parameter.location != "path"
