"""Start states that break the schema in one named way each; the engine must turn every one of them away."""

import copy
from collections.abc import Callable, Iterator

from stages.core.records import Scenario, content_id
from stages.environments.shapes import ApiShape, EntityShape

Tables = dict[str, list[dict]]


def refused(shape: ApiShape, start: Scenario, limit: int) -> list[Scenario]:
    """At most `limit` broken copies of `start`; the id begins with the name of what is broken."""
    found = []
    for name, spoil in WAYS.items():
        tables: Tables = {table: copy.deepcopy(list(rows)) for table, rows in start.tables.items()}
        if any(spoil(entity, tables) for entity in shape.entities if tables.get(entity.table)):
            content = {"environment": shape.id, "now": start.now, "next_id": start.next_id, "tables": tables}
            found.append(
                Scenario.model_validate(
                    content
                    | {"id": content_id(name, content), "complexity": "refused", "expect": "refuse"}
                    | {"tables": {table: tuple(rows) for table, rows in tables.items()}}
                )
            )
    return found[:limit]


def _fields(entity: EntityShape) -> Iterator[str]:
    return (field.name for field in entity.fields if field.required and field.default is None)


def _dangling(entity: EntityShape, tables: Tables) -> bool:
    if entity.parent_field:
        tables[entity.table][-1][entity.parent_field] = "nowhere"
    return entity.parent_field is not None


def _duplicate(entity: EntityShape, tables: Tables) -> bool:
    tables[entity.table].append(dict(tables[entity.table][0]))
    return True


def _null_required(entity: EntityShape, tables: Tables) -> bool:
    tables[entity.table][0][list(_fields(entity))[-1]] = None
    return True


def _unknown_column(entity: EntityShape, tables: Tables) -> bool:
    tables[entity.table][0]["no_such_column"] = "x"
    return True


def _wrong_type(entity: EntityShape, tables: Tables) -> bool:
    name = next((field.name for field in entity.fields if field.type in ("INTEGER", "REAL")), None)
    if name:
        tables[entity.table][0][name] = "many"
    return name is not None


def _not_in_enum(entity: EntityShape, tables: Tables) -> bool:
    name = next((field.name for field in entity.fields if field.one_of), None)
    if name:
        tables[entity.table][0][name] = "no_such_value"
    return name is not None


def _not_json(entity: EntityShape, tables: Tables) -> bool:
    name = next((field.name for field in entity.fields if field.kind == "json"), None)
    if name:
        tables[entity.table][0][name] = "{not json"
    return name is not None


def _unknown_table(entity: EntityShape, tables: Tables) -> bool:
    tables["no_such_table"] = [dict(tables[entity.table][0])]
    return True


WAYS: dict[str, Callable[[EntityShape, Tables], bool]] = {
    "dangling_parent": _dangling,
    "not_in_enum": _not_in_enum,
    "null_required": _null_required,
    "duplicate_key": _duplicate,
    "wrong_type": _wrong_type,
    "not_json": _not_json,
    "unknown_column": _unknown_column,
    "unknown_table": _unknown_table,
}
