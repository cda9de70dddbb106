"""Undelete operations of a description -> tools, and the tables in which deleted rows rest until they are wanted back.

The row must be named as the resource's own delete names it. AWS says Restore of many things: it is taken where its
description speaks of a deletion, or where what it gives lists a state of waiting for one. A resource that lies in
another one with an undelete of its own is left out: two could then have a claim on its rows (`undelete_unclear`).
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from stages.core.records import Api, Operation
from stages.environments.arguments import error
from stages.environments.drafts import Draft
from stages.environments.nouns import nouns, one, snake
from stages.environments.sentences import short
from stages.environments.shapes import EntityShape, ToolShape

_NAME = re.compile(r"^(?:Restore|Undelete)([A-Z]\w*)$")
_DELETED = re.compile(r"(?i)(?<![a-z])delet")
_GOING = re.compile(r"(?i)deleted$|pending_?delet|delet(?:e|ion)_?(?:pending|scheduled)")
BIN = "deleted_"
"""Begins the names of tables that keep deleted rows."""


class Grown(NamedTuple):
    """Entities with those that keep deleted rows, and tools with those that bring them back."""

    entities: tuple[EntityShape, ...]
    tools: list[ToolShape]


def apart(api: Api) -> tuple[Api, list[Operation]]:
    """The API without its undelete operations, and those."""
    ours = [o for o in api.operations if not o.deprecated and _undeletes(api, o)]
    names = {operation.name for operation in ours}
    deleted = {operation.resource for operation in api.operations if operation.method == "delete"}
    removed = {operation.resource for operation in ours if operation.resource} - deleted
    rest = tuple(
        _as_delete(operation) if operation.resource in removed else operation
        for operation in api.operations
        if operation.name not in names
    )
    return api.model_copy(update={"operations": rest}), ours


def _as_delete(operation: Operation) -> Operation:
    """What an undelete undoes is a delete, though it be called remove (`{+name}:remove`)."""
    path, found, after = operation.path.rpartition(":remove")
    if operation.method != "remove" or not found or after:
        return operation
    return operation.model_copy(update={"method": "delete", "http_method": "DELETE", "path": path})


def _undeletes(api: Api, operation: Operation) -> bool:
    if operation.resource:
        return operation.method == "undelete"
    if not _NAME.match(operation.method):
        return False
    response = api.schemas.get(operation.response or "")
    states = [str(value) for field in (response.properties if response else ()) for value in field.enum or ()]
    return bool(_DELETED.search(operation.description)) or any(map(_GOING.search, states))


def grown(
    operations: list[Operation],
    known: Mapping[str, tuple[Draft, EntityShape]],
    entities: tuple[EntityShape, ...],
    tools: list[ToolShape],
    left_out: Counter[str],
) -> Grown:
    """The shape's parts with what can be undeleted; operations that are not clear are counted.

    Args:
        known: name of the draft (collection or noun) -> the draft and its entity.
        entities: all there are, parents before children.
    """
    depth = {entity.table: place for place, entity in enumerate(entities)}
    found: dict[str, tuple[Operation, Draft, ToolShape]] = {}
    for operation in operations:
        match = _NAME.match(operation.method)
        name = operation.resource or (one(match[1]) if match else "")
        if name not in known:
            left_out["no_entity"] += 1
            continue
        draft, entity = known[name]
        eraser = next((t for t in tools if t.table == entity.table and t.verb == "delete"), None)
        reason = _reason(operation, draft, eraser)
        if reason or eraser is None or entity.table in found:
            left_out[reason or "undelete_unclear"] += 1
        else:
            found[entity.table] = operation, draft, eraser
    for table in sorted(found, key=depth.__getitem__):
        below = _below(entities, table)
        taken = {entity.table for entity in entities}
        if any(entity.bin for entity in below) or any(BIN + entity.table in taken for entity in below):
            left_out["undelete_unclear"] += 1
            continue
        operation, draft, eraser = found[table]
        left_out["optional_argument"] += len(operation.parameters) - len(eraser.required)
        entities = _with_bins(entities, {entity.table for entity in below}, table)
        tools = [_softened(tool) if _erases(tool, table) else tool for tool in tools]
        tools = [*tools, _tool(operation, draft, eraser, next(e for e in entities if e.table == table))]
    return Grown(entities, tools)


def _reason(operation: Operation, draft: Draft, eraser: ToolShape | None) -> str | None:
    """Why an operation makes no tool; None: it does."""
    given = {parameter.name for parameter in operation.parameters}
    if eraser is None or not set(eraser.required) <= given:
        return "undelete_unclear"
    constants = {scope.argument for use in draft.uses.values() for scope in use.scopes}
    for parameter in operation.parameters:
        if parameter.required and parameter.name not in {*eraser.required, *constants}:
            return "required_argument"
    return None


def _softened(tool: ToolShape) -> ToolShape:
    name = f"{tool.name.removesuffix('_delete')}_remove" if tool.operation.endswith(".remove") else tool.name
    return tool.model_copy(update={"soft": True, "name": name})


def _erases(tool: ToolShape, table: str) -> bool:
    return tool.table == table and tool.verb in ("delete", "batch_delete")


def _below(entities: tuple[EntityShape, ...], table: str) -> list[EntityShape]:
    """The entity of that table and all that lie in it, parents first."""
    inside = {table}
    for entity in entities:
        if entity.parent in inside:
            inside.add(entity.table)
    return [entity for entity in entities if entity.table in inside]


def _with_bins(entities: tuple[EntityShape, ...], below: set[str], top: str) -> tuple[EntityShape, ...]:
    """The entities, each of `below` followed by the one that keeps its deleted rows."""
    made: list[EntityShape] = []
    for entity in entities:
        if entity.table not in below:
            made.append(entity)
            continue
        noun = f"deleted {entity.noun}"
        rests = {
            "table": BIN + entity.table,
            "noun": noun,
            "plural": nouns(noun),
            "resource": "",
            "bin": None,
            "schema_name": None,
        }
        if entity.table != top:
            rests["parent"] = f"{BIN}{entity.parent}"
        made += [entity.model_copy(update={"bin": BIN + entity.table}), entity.model_copy(update=rests)]
    return tuple(made)


def _tool(operation: Operation, draft: Draft, eraser: ToolShape, entity: EntityShape) -> ToolShape:
    said = short(operation.description)
    missing, live = error(operation, "missing", one(draft.word)), error(operation, "live", one(draft.word))
    name = f"{snake(draft.word)}_undelete" if operation.resource else snake(operation.name)
    return ToolShape(
        name=name[-64:].strip("_"),
        operation=operation.name,
        verb="undelete",
        table=entity.table,
        description=said if len(said.split()) >= 3 else f"Brings back a deleted {entity.noun}.",
        key_parameter=eraser.key_parameter,
        parents=eraser.parents,
        required=eraser.required,
        missing=missing,
        live=live,
        errors=tuple(dict.fromkeys((missing, live))),
        page=operation.page,
    )
