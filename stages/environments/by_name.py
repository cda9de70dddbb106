"""Values that documents list in prose only, by the field's name: `status` of a task is `needsAction` or `completed`.

Discovery gives these as plain strings, and a string may hold anything: rows and requests would be nonsense. The values
are those of the fields' own descriptions. `cancelled` events are left out, since a list would have to hide them.
"""

from typing import TypeVar

from pydantic import JsonValue

from stages.core.records import Api, Field

F = TypeVar("F", bound=Field)
_LISTED: dict[tuple[str, str, str], tuple[tuple[str, ...], JsonValue]] = {
    ("google-tasks-v1", "Task", "status"): (("needsAction", "completed"), "needsAction"),
    ("google-calendar-v3", "Event", "status"): (("confirmed", "tentative"), "confirmed"),
    ("google-calendar-v3", "AclRule", "role"): (("none", "freeBusyReader", "reader", "writer", "owner"), None),
    ("google-drive-v3", "Permission", "role"): (("owner", "writer", "commenter", "reader"), None),
    ("google-drive-v3", "Permission", "type"): (("user", "group", "domain", "anyone"), None),
}

_TIMES = {("google-tasks-v1", "Task", "due"), ("google-blogger-v3", "Post", "published")}
"""Times that the schema gives as plain strings."""


def with_listed_values(api: Api) -> Api:
    """The API with enums, defaults and time formats put in where the tables above have them."""
    times = {(schema, name) for owner, schema, name in _TIMES if owner == api.id}
    rules = {(schema, name): value for (owner, schema, name), value in _LISTED.items() if owner == api.id}
    if not rules and not times:
        return api

    def fill(schema: str | None, field: F) -> F:
        if (schema or "", field.name) in times:
            return field.model_copy(update={"format": "date-time"})
        found = rules.get((schema or "", field.name))
        return field.model_copy(update={"enum": found[0], "default": found[1]}) if found else field

    schemas = {
        name: schema.model_copy(update={"properties": tuple(fill(name, p) for p in schema.properties)})
        for name, schema in api.schemas.items()
    }
    operations = tuple(
        operation.model_copy(update={"parameters": tuple(fill(operation.request, p) for p in operation.parameters)})
        for operation in api.operations
    )
    return api.model_copy(update={"schemas": schemas, "operations": operations})
