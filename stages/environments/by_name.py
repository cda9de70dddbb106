"""What documents say in prose only, by the field's name: listed values, times written as plain strings, coupled fields.

Discovery gives `status` of a task as a plain string, and a string may hold anything: rows and requests would be
nonsense. The values are those of the fields' own descriptions. `cancelled` events are left out, since a list would
have to hide them. A path's dots go into objects and into the items of arrays alike.
"""

from typing import TypeVar

from pydantic import JsonValue

from stages.core.records import Api, Field

F = TypeVar("F", bound=Field)
_FIELDS = ("STRING", "INT64", "BOOL", "DOUBLE", "EMAIL", "PHONE", "DATE")
_RECORDS = ("A", "AAAA", "CNAME", "MX", "NS", "TXT")
_LISTED: dict[tuple[str, str, str], tuple[tuple[str, ...], JsonValue]] = {
    ("google-tasks-v1", "Task", "status"): (("needsAction", "completed"), "needsAction"),
    ("google-calendar-v3", "Event", "status"): (("confirmed", "tentative"), "confirmed"),
    ("google-calendar-v3", "Event", "transparency"): (("opaque", "transparent"), "opaque"),
    ("google-calendar-v3", "Event", "visibility"): (("default", "public", "private", "confidential"), "default"),
    ("google-calendar-v3", "AclRule", "role"): (("none", "freeBusyReader", "reader", "writer", "owner"), None),
    ("google-calendar-v3", "AclRule", "scope.type"): (("default", "user", "group", "domain"), None),
    ("google-drive-v3", "Permission", "role"): (("owner", "writer", "commenter", "reader"), None),
    ("google-drive-v3", "Permission", "type"): (("user", "group", "domain", "anyone"), None),
    ("google-dns-v1", "Change", "additions.type"): (_RECORDS, None),
    ("google-dns-v1", "Change", "deletions.type"): (_RECORDS, None),
    ("google-admin-directory-v1", "Schema", "fields.fieldType"): (_FIELDS, None),
    ("google-admin-directory-v1", "Member", "role"): (("OWNER", "MANAGER", "MEMBER"), None),
    ("google-admin-directory-v1", "Member", "delivery_settings"): (
        ("ALL_MAIL", "DAILY", "DIGEST", "NONE"),
        None,
    ),
}

_TIMES = {
    ("google-tasks-v1", "Task", "due"),
    ("google-tasks-v1", "Task", "completed"),
    ("google-blogger-v3", "Post", "published"),
    ("google-blogger-v3", "Page", "published"),
}
"""Times that the schema gives as plain strings."""

_COUPLED = {("google-tasks-v1", "Task", "completed"): ("status", "completed")}
"""Times that the server sets while another field has a value ("omitted if the task has not been completed")."""


def coupled(api: str, schema: str | None, name: str) -> tuple[str, str] | None:
    """The field and value that a time follows, where it follows one."""
    return _COUPLED.get((api, schema or "", name))


def with_listed_values(api: Api) -> Api:
    """The API with enums, defaults and time formats put in where the tables above have them."""
    times = {(schema, name) for owner, schema, name in _TIMES if owner == api.id}
    rules = {(schema, name): value for (owner, schema, name), value in _LISTED.items() if owner == api.id}
    if not rules and not times:
        return api

    def fill(schema: str, field: F, above: str = "") -> F:
        path = f"{above}.{field.name}".strip(".")
        if (schema, path) in times:
            return field.model_copy(update={"format": "date-time"})
        if found := rules.get((schema, path)):
            return field.model_copy(update={"enum": found[0], "default": found[1]})
        if not any(owner == schema and name.startswith(f"{path}.") for owner, name in rules):
            return field
        inner = tuple(fill(schema, p, path) for p in field.properties)
        items = fill(schema, field.items, path) if field.items else None
        return field.model_copy(update={"properties": inner, "items": items})

    schemas = {
        name: schema.model_copy(update={"properties": tuple(fill(name, p) for p in schema.properties)})
        for name, schema in api.schemas.items()
    }
    operations = tuple(
        operation.model_copy(
            update={"parameters": tuple(fill(operation.request or "", p) for p in operation.parameters)}
        )
        for operation in api.operations
    )
    return api.model_copy(update={"schemas": schemas, "operations": operations})
