"""Lists of entries that each make or change a row: what in an entry is the row's key, and what its fields.

Google wraps the row (`requests: [{book, bookId}]`), AWS lists the single call's arguments. An entry takes what the tool
for one row takes; where it must hold anything else, or has no place for what that tool must have, there is no tool.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import JsonValue

from stages.core.records import Field, Operation, Parameter
from stages.environments.drafts import Draft
from stages.environments.nouns import one, squeezed
from stages.environments.shapes import EntityShape, Entries, ToolShape


class Given(NamedTuple):
    """The list, how an entry is read, and the JSON Schema of the list."""

    parameter: Parameter
    entries: Entries
    json_schema: dict[str, JsonValue]


def given(
    operation: Operation, draft: Draft, entity: EntityShape, single: ToolShape, above: frozenset[str]
) -> Given | None:
    """How the operation takes many rows; None where it is not clear.

    Args:
        single: the tool that makes or changes one row.
        above: arguments that say where rows lie, which an entry may repeat.
    """
    lists = [p for p in operation.parameters if p.type == "array" and p.items is not None and p.items.properties]
    lists = [p for p in lists if p.required] or lists
    entry = lists[0].items if len(lists) == 1 else None
    if entry is None or any(field.follows for field in entity.fields):
        return None
    must = [name for name in single.required if name in single.fields]
    wrap = next((p for p in entry.properties if _is_row(p, draft)), None)
    if wrap and not set(must) <= {p.name for p in wrap.properties}:
        # A row that is kept as one object stands in the entry as in the call for one row.
        wrap = None
    inner = {p.name: p for p in (wrap or entry).properties}
    fields = {name: column for name, column in single.fields.items() if name in inner}
    if any(inner[name].type != entity.field(column).json_schema["type"] for name, column in fields.items()):
        return None
    key = _key(entry, wrap, draft, entity, single)
    if not fields or key is None or not set(must) <= set(fields):
        return None
    known = {*fields, *key, *above, *([wrap.name] if wrap else []), "parent"}
    if any(p.required and p.name not in known for p in (*entry.properties, *(wrap.properties if wrap else ()))):
        return None
    inside = (wrap.name,) if wrap else ()
    entries = Entries(inside=inside, key=key, fields=fields)
    described: dict[str, JsonValue] = {
        "type": "array",
        "items": _schema(entity, entries, must),
        "description": f"The {entity.plural}.",
    }
    return Given(lists[0], entries, described)


def _is_row(field: Field, draft: Draft) -> bool:
    same = field.schema_name is not None and field.schema_name == draft.item.schema_name
    return field.type == "object" and bool(field.properties) and (same or one(field.name) == one(draft.word))


def _key(
    entry: Field, wrap: Field | None, draft: Draft, entity: EntityShape, single: ToolShape
) -> tuple[str, ...] | None:
    """Where an entry names its row: () when the server makes the key, None when nothing says it."""
    if single.verb == "create" and single.key_parameter is None:
        return ()
    word, key = one(draft.word), squeezed(entity.key)
    fit = {key, word + key, squeezed(single.key_parameter or ""), squeezed(draft.key_argument)}
    for holder, place in ((wrap, (wrap.name,)), (entry, ())) if wrap else ((entry, ()),):
        for field in holder.properties if holder else ():
            if field.type != "string" or squeezed(field.name) not in fit:
                continue
            # What the caller chooses stands beside the row, where the row itself shows the whole name only.
            if single.verb != "create" or field.name == single.key_parameter:
                return (*place, field.name)
    return None


def _schema(entity: EntityShape, entries: Entries, must: list[str]) -> dict[str, JsonValue]:
    properties: dict[str, JsonValue] = {}
    for name, column in entries.fields.items():
        field = entity.field(column)
        properties[name] = dict(field.json_schema) | ({"description": field.description} if field.description else {})
    row = _object(properties, must)
    key: dict[str, JsonValue] = {"type": "string", "minLength": 1}
    if not entries.inside:
        return _object({entries.key[-1]: key} | properties, [entries.key[-1], *must]) if entries.key else row
    (wrap,) = entries.inside
    if len(entries.key) == 2:
        return _object({wrap: _object({entries.key[-1]: key} | properties, [entries.key[-1], *must])}, [wrap])
    return _object({**dict.fromkeys(entries.key, key), wrap: row}, [*entries.key, wrap])


def _object(properties: Mapping[str, JsonValue], must: list[str]) -> dict[str, JsonValue]:
    return {"type": "object", "properties": dict(properties), "required": list(must), "additionalProperties": False}
