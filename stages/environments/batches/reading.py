"""Batch operations of a description -> tools that take a list of keys, or of entries (`entries.py`).

The list must be of an entity's own keys, judged by its name (`JobNames`, `ids`, `names`), and what becomes of a key
without a row must be described: the response has a place that tells of it, or the call fails as a whole, which Google's
batches do by rule (AIP-231, 233 to 235) and AWS's where they name such an error. Else: `batch_unclear`.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import JsonValue

from stages.core.records import Api, Field, Operation, Parameter
from stages.environments.arguments import error
from stages.environments.batches.entries import given
from stages.environments.drafts import Draft, rows_of
from stages.environments.nouns import one, snake, squeezed
from stages.environments.sentences import short
from stages.environments.shapes import Batch, EntityShape, ToolShape, Verb

_NAME = re.compile(r"^(?:Batch|batch)(Get|Delete|Create|Update)([A-Z]\w*)?$")
_VERBS: dict[str, Verb] = {
    "Get": "batch_get",
    "Delete": "batch_delete",
    "Create": "batch_create",
    "Update": "batch_update",
}
_SINGLE: dict[Verb, Verb] = {"batch_create": "create", "batch_update": "patch"}
_MISSING = re.compile(r"(?i)unprocessed|error|fail|not_?found|missing|unsuccessful")
_CODE = re.compile(r"(?i)code$")
_MESSAGE = re.compile(r"(?i)message$|reason$")


class _Told(NamedTuple):
    """Where a response shows rows, and where keys without one."""

    items: str | None
    missing: str | None
    told: tuple[str, str | None, str | None] | None


def apart(api: Api) -> tuple[Api, list[Operation]]:
    """The API without its batch operations, and those."""
    ours = [o for o in api.operations if not o.deprecated and _NAME.match(o.method)]
    names = {operation.name for operation in ours}
    rest = tuple(operation for operation in api.operations if operation.name not in names)
    return api.model_copy(update={"operations": rest}), ours


def tools(
    api: Api,
    operations: list[Operation],
    known: Mapping[str, tuple[Draft, EntityShape]],
    parents: Mapping[str, dict[str, str]],
    ready: Sequence[ToolShape],
    left_out: Counter[str],
) -> list[ToolShape]:
    """A tool for each operation whose keys, and what becomes of missing ones, are clear; the others are counted.

    Args:
        known: name of the draft (collection or noun) -> the draft and its entity.
        parents: name of the draft -> argument -> table it lies in, as the draft's own read takes them.
        ready: the tools there are for one row.
    """
    made = []
    for operation in operations:
        match = _NAME.match(operation.method)
        name = operation.resource if operation.resource else one(match[2] or "") if match else ""
        if match is None or name not in known:
            left_out["no_entity"] += 1
            continue
        draft, entity = known[name]
        verb = _VERBS[match[1]]
        single = next((t for t in ready if t.table == entity.table and t.verb == _SINGLE.get(verb)), None)
        tool = _tool(api, operation, verb, draft, entity, parents[name], single, left_out)
        if tool is not None:
            made.append(tool)
    return made


def _tool(
    api: Api,
    operation: Operation,
    verb: Verb,
    draft: Draft,
    entity: EntityShape,
    above: dict[str, str],
    single: ToolShape | None,
    left_out: Counter[str],
) -> ToolShape | None:
    repeated = frozenset(above) & {p.name for p in operation.parameters}
    entries = given(operation, draft, entity, single, repeated) if single else None
    many = verb in _SINGLE
    keys = (entries.parameter if entries else None) if many else _keys(operation, draft, entity)
    told = _told(api, operation, verb, draft, entity) if keys else None
    if keys is None or told is None:
        left_out["batch_unclear"] += 1
        return None
    arguments = {p.name: p for p in operation.parameters}
    chain = {argument: table for argument, table in above.items() if argument in arguments}
    inside = not entity.parent or entity.parent in chain.values()
    if not inside and (verb == "batch_create" or any(_wild(a) for a in arguments.values())):
        left_out["batch_unclear"] += 1
        return None
    constants = {scope.argument for use in draft.uses.values() for scope in use.scopes} - set(chain)
    for parameter in operation.parameters:
        if parameter.name == keys.name or parameter.name in chain or parameter.location == "header":
            continue
        if parameter.required and parameter.name not in constants:
            left_out["required_argument"] += 1
            return None
        left_out["constant_scope" if parameter.name in constants else "optional_argument"] += 1
    missing, taken = error(operation, "missing", one(draft.word)), error(operation, "taken", one(draft.word))
    errors = [missing] if chain or (told.missing is None and verb != "batch_create") else []
    if entries is not None and verb == "batch_update":
        errors.append("INVALID_ARGUMENT")
    elif entries is not None and entries.entries.key and told.missing is None:
        errors.append(taken)
    whose = f"{'Ids' if entity.minted else 'Names'} of the {entity.plural}."
    method = snake(operation.method)
    said = short(operation.description)
    return ToolShape(
        name=(method if not operation.resource else f"{snake(draft.word)}_{method}")[-64:].strip("_"),
        operation=operation.name,
        verb=verb,
        table=entity.table,
        description=said if len(said.split()) >= 3 else f"{verb.split('_')[1].capitalize()}s several {entity.plural}.",
        parents=chain,
        required=(*chain, keys.name),
        more={keys.name: entries.json_schema if entries else _texts(whose)},
        batch=Batch(
            keys=keys.name,
            entries=entries.entries if entries else None,
            items=told.items,
            missing=told.missing,
            told=told.told,
        ),
        missing=missing,
        taken=taken,
        errors=tuple(dict.fromkeys(errors)),
        page=operation.page,
    )


def _texts(said: str) -> dict[str, JsonValue]:
    return {"type": "array", "items": {"type": "string"}, "description": said}


def _wild(parameter: Parameter) -> bool:
    """Whether a whole resource name is given as parent, which then may be `-`: any parent at all."""
    return parameter.location == "path" and '"-"' in parameter.description.replace("`", '"').replace("'", '"')


def _keys(operation: Operation, draft: Draft, entity: EntityShape) -> Parameter | None:
    """The argument with the keys: a list of texts whose name says so, the only list there is."""
    lists = [p for p in operation.parameters if p.type == "array" and p.location in ("body", "query")]
    strings = [p for p in lists if p.items is not None and p.items.type == "string" and not p.items.enum]
    if len(lists) != 1 or len(strings) != 1:
        return None
    word, key = one(draft.word), squeezed(entity.key)
    # `get` finds rows by the same argument, in the singular.
    fit = {key, word + key, squeezed(draft.key_argument), word + squeezed(draft.key_argument)}
    return strings[0] if one(strings[0].name) in fit else None


def _told(api: Api, operation: Operation, verb: Verb, draft: Draft, entity: EntityShape) -> _Told | None:
    response = api.schemas.get(operation.response or "")
    arrays = [p for p in response.properties if p.type == "array" and p.items is not None] if response else []
    gone = [p for p in arrays if _MISSING.search(p.name)]
    # An operation that goes on after the call tells of its own `error`; any other place is one we cannot fill.
    if response and any(_MISSING.search(p.name) for p in response.properties if p not in arrays and p.name != "error"):
        return None
    rows = [p for p in arrays if p not in gone and p.items and entity.key in {f.name for f in p.items.properties}]
    if verb == "batch_get" and (len(rows) != 1 or rows_of(response) is None):
        return None
    items = rows[0].name if len(rows) == 1 and verb != "batch_delete" else None
    if operation.resource:
        # What goes on after the call shows its rows as a bare list would be shown.
        return None if gone else _Told(items or (draft.word if verb in _SINGLE else None), None, None)
    if verb == "batch_create" and entity.minted:
        # Nothing can be wrong with an entry that the schema lets in.
        return _Told(items, gone[0].name if gone else None, None)
    for field in gone:
        form = _form(field, entity)
        if form is not None:
            return _Told(items, field.name, form or None)  # type: ignore[arg-type]
    kind = "taken" if verb == "batch_create" else "missing"
    named = error(operation, kind, entity.noun.replace(" ", "")) not in ("NOT_FOUND", "ALREADY_EXISTS")
    return _Told(items, None, None) if named and not gone else None


def _form(field: Field, entity: EntityShape) -> tuple[str, str | None, str | None] | tuple[()] | None:
    """How a missing key is told: () as a bare text; None where the entry does not hold the key."""
    inner = field.items
    if inner is not None and inner.type == "string":
        return ()
    texts = [p.name for p in inner.properties if p.type == "string"] if inner else []
    key = next((name for name in texts if name == entity.key), None)
    if key is None:
        return None
    code, message = (next((n for n in texts if p.search(n) and n != key), None) for p in (_CODE, _MESSAGE))
    return key, code, message
