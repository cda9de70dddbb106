"""ApiShape -> tables, and the JSON Schemas of what a tool takes and gives."""

import re

from pydantic import JsonValue

from stages.core.records import Column, Table
from stages.environments.shapes import ApiShape, Batch, EntityShape, FieldShape, Tags, ToolShape


def table(entity: EntityShape) -> Table:
    """The entity's table."""
    return Table(
        name=entity.table,
        noun=entity.noun,
        plural=entity.plural,
        columns=tuple(_column(entity, field) for field in entity.fields),
        label=entity.label,
        minted=entity.minted,
        parent=entity.parent,
        schema_name=entity.schema_name,
    )


def _column(entity: EntityShape, field: FieldShape) -> Column:
    return Column(
        name=field.name,
        type=field.type,
        kind=field.kind,
        required=field.required,
        unique=field.derived is not None,
        references=entity.parent if field.kind == "parent" else None,
        one_of=field.one_of,
        default=field.default,
        description=field.description,
        format=field.format,
        clock=field.clock is not None,
    )


def parameters(shape: ApiShape, tool: ToolShape) -> dict[str, JsonValue]:
    """JSON Schema of a tool's arguments: parents, key, fields, filters, page; nothing else is let in."""
    entity = shape.entity(tool.table)
    properties: dict[str, JsonValue] = {}
    for argument, parent in tool.parents.items():
        properties[argument] = {"type": "string", "description": _key_of(shape.entity(parent))}
    if tool.key_parameter:
        said = f"Name of the new {entity.noun}." if tool.verb == "create" else _key_of(entity)
        properties[tool.key_parameter] = {"type": "string", "minLength": 1, "description": said}
    for argument, name in {**tool.fields, **tool.filters}.items():
        field = entity.field(name)
        value = dict(field.json_schema)
        if argument in tool.nullable:
            value["type"] = [value["type"], "null"]
            listed = value.get("enum")
            if isinstance(listed, list):
                value["enum"] = [*listed, None]
        if field.description:
            value["description"] = field.description
        properties[argument] = value
    properties |= tool.more  # type: ignore[arg-type]
    if tool.page_size:
        properties[tool.page_size] = {"type": "integer", "minimum": 1, "maximum": tool.page_max}
    if tool.page_token:
        properties[tool.page_token] = {"type": "string"}
    return {
        "type": "object",
        "properties": properties,
        "required": list(tool.required),
        "additionalProperties": False,
    }


def _key_of(entity: EntityShape) -> str:
    """Whether it must be looked up or is what people say: nothing else in a schema tells the two apart."""
    return f"{'Id' if entity.minted else 'Name'} of the {entity.noun}."


def returns(shape: ApiShape, tool: ToolShape) -> dict[str, JsonValue]:
    """JSON Schema of a tool's value; `x-entity` says of which table a property holds the key."""
    if tool.tags:
        return _of_tags(shape, tool, tool.tags)
    if tool.batch:
        return _of_batch(shape, tool, tool.batch)
    if tool.part:
        return dict(shape.entity(tool.table).field(tool.part).json_schema)
    if tool.verb == "delete":
        return {"type": "object", "properties": {}}
    if tool.verb != "list":
        return _row(shape, tool.table, listed=False)
    rows: dict[str, JsonValue] = {"type": "array", "items": _row(shape, tool.table, listed=True)}
    properties: dict[str, JsonValue] = {tool.items or "items": rows}
    if tool.next_token:
        properties[tool.next_token] = {"type": "string"}
    return {"type": "object", "properties": properties}


def _of_tags(shape: ApiShape, tool: ToolShape, tags: Tags) -> dict[str, JsonValue]:
    if tool.verb != "tags":
        return {"type": "object", "properties": {}}
    column = shape.entity(tool.table).field(tags.columns[tool.table])
    return {"type": "object", "properties": {tags.shown or "tags": dict(column.json_schema)}}


def _of_batch(shape: ApiShape, tool: ToolShape, batch: Batch) -> dict[str, JsonValue]:
    properties: dict[str, JsonValue] = {}
    if batch.items:
        properties[batch.items] = {"type": "array", "items": _row(shape, tool.table, listed=False)}
    if batch.missing:
        told: dict[str, JsonValue] = {name: {"type": "string"} for name in batch.told or () if name}
        one: dict[str, JsonValue] = {"type": "object", "properties": told} if told else {"type": "string"}
        properties[batch.missing] = {"type": "array", "items": one}
    return {"type": "object", "properties": properties}


def _row(shape: ApiShape, name: str, *, listed: bool) -> dict[str, JsonValue]:
    entity = shape.entity(name)
    properties: dict[str, JsonValue] = {}
    for field in visible(entity, listed=listed):
        value = dict(field.json_schema)
        if field.description:
            value["description"] = field.description
        if field.kind in ("key", "parent"):
            value["x-entity"] = entity.table if field.kind == "key" else entity.parent
        properties[field.name] = value
    return {"type": "object", "properties": properties}


def visible(entity: EntityShape, *, listed: bool) -> list[FieldShape]:
    """The fields that a row shows, alone or in a list: what people call it first, then its key and the rest.

    A reader who has found the name goes on to the key, as a model that copies what follows a match does.
    """
    shown = [field for field in entity.fields if field.shown and (field.listed or not listed)]
    return sorted(shown, key=lambda field: field.name != entity.label)


def safe(name: str) -> bool:
    """Whether a name may stand inside a quoted JSON path and a quoted SQL identifier."""
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.$-]{0,63}", name) is not None
