"""A real API as a reader understood it: operations, typed parameters, schemas, and the page each came from.

`sources` writes one `Api` a line; `environments` compiles them. Schemas arrive resolved: `$ref` followed and `allOf`
merged by the reader, a recursive reference cut and marked `truncated`.
"""

from typing import Any, Literal

from pydantic import JsonValue, SerializerFunctionWrapHandler, model_serializer

from stages.core.records.base import Record

FieldType = Literal["string", "integer", "number", "boolean", "object", "array", "any"]


class Field(Record):
    """A typed value: a parameter, a property of a schema, or an array's item (then `name` is empty)."""

    name: str
    type: FieldType
    format: str | None = None
    """int64, date-time, date, email, uri, ... as the description says it."""
    description: str = ""
    enum: tuple[JsonValue, ...] = ()
    required: bool = False
    read_only: Literal["flag", "prose"] | None = None
    """Output-only, known by a flag (`readOnly`) or by a listed phrase in the description."""
    default: JsonValue = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    items: "Field | None" = None
    properties: tuple["Field", ...] = ()
    additional: bool = False
    """A free-form map: keys are not listed."""
    truncated: bool = False
    """A recursive reference was cut here, or the schema could not be read."""
    schema_name: str | None = None
    """The named schema this came from (`Task`), where there was one."""
    examples: tuple[JsonValue, ...] = ()
    """Values that the description shows; start states and synthetic calls prefer them to made-up ones."""

    @model_serializer(mode="wrap")
    def _without_no_examples(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Most fields of most descriptions show none; the file says nothing then."""
        shown = handler(self)
        if not self.examples:
            shown.pop("examples", None)
        return shown


class Parameter(Field):
    """A field with a place in the request. `location="body"` fields were properties of the request body."""

    location: Literal["path", "query", "body", "header"]


class Operation(Record):
    """One method of the API, as described. `name` is unique in its API: `tasks.insert`, `CreateQueue`."""

    name: str
    resource: str
    """The dotted collection it belongs to (`tasks`, `projects.locations.queues`); "" if the format has none."""
    method: str
    """The last word of the name as the format has it: `insert`, `CreateQueue`, `post`."""
    http_method: str
    path: str
    """URL template, `{name}` and `{+name}` as written."""
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    request: str | None = None
    """Name of the request body's schema in `Api.schemas`, where it has one."""
    response: str | None = None
    """Name of the response's schema in `Api.schemas`; None when the operation returns nothing."""
    errors: tuple[str, ...] = ()
    page: str | None = None
    deprecated: bool = False


class Source(Record):
    """Where bytes came from: enough to fetch and check them again."""

    package: str
    """PyPI name, or `path` for a file the user named."""
    version: str
    path: str
    """Inside the package (or relative to the folder the user named)."""
    sha256: str
    licence: str
    url: str | None = None


class Api(Record):
    """One API description. `id` is a slug: `google-tasks-v1`, `aws-sqs`, `jupyter-server`."""

    id: str
    name: str
    """Short name without publisher or version: `tasks`."""
    title: str
    publisher: Literal["google", "aws", "jupyter", "python", "user"]
    version: str
    description: str = ""
    domain: str
    """office, developer, communication, cloud, commerce, media, data, education, identity, other."""
    source: Source
    operations: tuple[Operation, ...]
    schemas: dict[str, Field]
    left_out: dict[str, int] = {}
    """What the reader could not express, counted by reason."""
