"""Fields of a description -> columns, or the reason why not; and which of them a person would ask for.

A nested object or an array is one JSON column, objects one level deep: what lies deeper is left out where it is
optional, else the whole field is refused. Free-form maps are refused: their values' type is not described.
"""

from typing import Literal

from pydantic import JsonValue

from stages.core.records import Field, Scalar
from stages.environments.accepts import accepts
from stages.environments.nouns import squeezed, words
from stages.environments.sentences import PARAMETER, short
from stages.environments.shapes import FieldShape, Kind


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


MAX_ENUM = 8
DIGITS = "^-?[0-9]+$"
"""A whole number written as text: int64 and uint64."""
MAX_NESTED = 3
_COMPUTED = frozenset({"kind", "etag", "etags", "selflink", "fingerprint", "position", "self", "id"})
"""What the server works out; an `id` that is not the key names nothing that a caller could know."""
_SAID_OUTPUT = ("read-only", "auto generated", "output only")
_SAID_DEPRECATED = ("deprecated", "this field is deprecated")
_HIDES = frozenset({"deleted", "hidden", "trashed", "archived"})
_CREATED = _listed(
    """
    created createtime createdtime creationtime createdat creationdate timecreated createddate creationtimestamp
    createdatetime creationdatetime createtimestamp
    """
)
_UPDATED = _listed(
    """
    updated updatetime modifiedtime modificationtime updatedat lastupdatetime lastmodified timeupdated
    lastmodifiedtime lastmodifieddate lastupdated lastupdateddate lastupdatedat modifytime lastupdateddatetime
    lastactivity modificationdate lastmodifiedat lastmodificationtime updateddate updatetimestamp modifiedat modified
    """
)
_HUMAN = _listed(
    """
    title name summary description notes due start end location status priority date time email color subject
    body text content message phone address city country language currency price quantity room section heading
    topic points type visibility comment query schedule ttl enabled disabled capacity size duration
    """
)
_OBSCURE = _listed(
    """
    id ids uri uris url urls link links token etag arn arns kms config configuration metadata policy encryption
    hash checksum fingerprint version client extended sequence key keys internal uid iam security options option
    settings spec specification mask conference attachments source gadget extension extensions hint template
    properties property raw html css mime format etags total count unread trashed cluster clusters anchor pem cn
    authorization code ms credentials markup fallback eeo filtering meta set parent external
    """
)
LABELS = ("displayname", "title", "summary", "name", "label", "subject", "email", "emailaddress")
_ENUM_NOTHING = ("_UNSPECIFIED", "UNKNOWN", "UNSPECIFIED")
_ENUM_HIDES = ("DELETED", "TRASHED")
"""Rows in such a state leave the lists; nobody creates one."""


def column(field: Field, *, standing: bool = False) -> FieldShape | str:
    """The column that stores `field`, or the reason code why there is none.

    `standing`: the row is there from the start, so what only the server writes is a column too.
    """
    if not field.name.isidentifier() or not field.name.isascii():
        return "odd_name"
    low = squeezed(field.name)
    if low in _COMPUTED:
        return "computed"
    clock = clock_of(field)
    said = field.description.lower()
    if not clock and not standing and (field.read_only or said.startswith(_SAID_OUTPUT)):
        return "output_only"
    if said.startswith(_SAID_DEPRECATED):
        return "deprecated"
    if low in _HIDES:
        return "hides_rows"
    schema = value_schema(field)
    if isinstance(schema, str):
        return schema
    kind, storage = _kind(field, schema)
    default = _default(field, schema) if not clock else None
    return FieldShape(
        name=field.name,
        kind=kind,
        type=storage,
        json_schema=schema,
        description=short(field.description, PARAMETER),
        format=field.format,
        default=default,
        one_of=tuple(schema["enum"]) if kind == "enum" else (),  # type: ignore[arg-type]
        clock=clock,
        required=clock is not None,
        listed=clock is None,
        read_only=field.read_only,
        # A time of the example's own year would lie far from every scenario's now.
        examples=tuple(shown for shown in field.examples if kind != "time" and accepts(schema, shown)),
    )


def clock_of(field: Field) -> Literal["create", "write"] | None:
    """`create`, `write` or None: whether the server keeps the field's time."""
    if field.type != "string" or field.format not in (None, "date-time", "google-datetime"):
        return None
    return clock_named(field.name)


def clock_named(name: str) -> Literal["create", "write"] | None:
    """Which of the server's times a name speaks of."""
    low = squeezed(name)
    return "create" if low in _CREATED else "write" if low in _UPDATED else None


def values(field: Field) -> list[JsonValue]:
    """The listed texts that a caller may write, without those that say nothing or hide the row."""
    beside = (*_ENUM_NOTHING, *_ENUM_HIDES)
    return [value for value in field.enum if isinstance(value, str) and value and not value.upper().endswith(beside)]


def value_schema(field: Field, depth: int = 0) -> dict[str, JsonValue] | str:
    """JSON Schema of a value of `field`, or a reason code."""
    if field.truncated:
        return "too_deep"
    if field.type == "string":
        if field.format in ("byte", "google-fieldmask"):
            return "bytes"
        schema: dict[str, JsonValue] = {"type": "string"}
        listed = values(field)
        if listed:
            # A long list does not fit into what a model is shown: the first values, so that all we let in is right.
            schema["enum"] = listed[:MAX_ENUM]
        elif field.format in ("date-time", "google-datetime", "date"):
            schema["format"] = "date" if field.format == "date" else "date-time"
        elif field.format in ("int64", "uint64"):
            # JSON's numbers end at 2**53, so such a number is written as text.
            schema["pattern"] = DIGITS
        return schema
    if field.type in ("integer", "number"):
        schema = {"type": field.type}
        for word, bound in (("minimum", field.minimum), ("maximum", field.maximum)):
            if bound is not None and abs(bound) < 2**53:
                schema[word] = int(bound) if field.type == "integer" else bound
        numbers: list[JsonValue] = [
            value for value in field.enum if isinstance(value, int) and not isinstance(value, bool)
        ]
        if field.type == "integer" and numbers:
            schema["enum"] = numbers[:MAX_ENUM]
        return schema
    if field.type == "boolean":
        return {"type": "boolean"}
    if field.type == "array":
        if field.items is None or depth > 1 or field.items.type == "array":
            return "too_deep"
        inner = value_schema(field.items, depth + (field.items.type == "object"))
        return inner if isinstance(inner, str) else {"type": "array", "items": inner}
    if field.type == "object":
        return _object_schema(field, depth)
    return "untyped"


def _object_schema(field: Field, depth: int) -> dict[str, JsonValue] | str:
    if field.additional or not field.properties:
        return "free_form_map"
    if depth > 1 or (depth == 1 and field.name):
        return "too_deep"
    kept: dict[str, JsonValue] = {}
    required: list[JsonValue] = []
    for inner in sorted(field.properties, key=lambda p: (not p.required, usefulness(p.name, p.type))):
        unwritten = inner.read_only or (squeezed(inner.name) in _COMPUTED and not inner.required)
        schema = "output_only" if unwritten else value_schema(inner, max(depth, 1))
        if isinstance(schema, dict) and schema == {"type": "string"} and unlisted(inner.name) and not inner.required:
            schema = "unlisted_values"
        if isinstance(schema, str) or not inner.name.isidentifier():
            if inner.required:
                return "too_deep"
            continue
        if inner.required or len(kept) < MAX_NESTED:
            kept[inner.name] = schema
            if inner.required:
                required.append(inner.name)
    if not kept:
        return "too_deep"
    return {"type": "object", "properties": kept, "required": required, "additionalProperties": False}


def _kind(field: Field, schema: dict[str, JsonValue]) -> tuple[Kind, Literal["TEXT", "INTEGER", "REAL"]]:
    if field.type in ("object", "array"):
        return "json", "TEXT"
    if field.type == "boolean":
        return "boolean", "INTEGER"
    if field.type in ("integer", "number"):
        return "number", "INTEGER" if field.type == "integer" else "REAL"
    if "enum" in schema:
        return "enum", "TEXT"
    if "format" in schema or clock_of(field):
        return "time", "TEXT"
    return "text", "TEXT"


def _default(field: Field, schema: dict[str, JsonValue]) -> Scalar:
    if isinstance(field.default, bool):
        return int(field.default) if field.type == "boolean" else None
    if field.type == "string" and isinstance(field.default, str) and field.default:
        listed = schema.get("enum")
        return field.default if not isinstance(listed, list) or field.default in listed else None
    if field.type in ("integer", "number") and isinstance(field.default, int | float):
        return field.default
    return None


def usefulness(name: str, type_: str) -> int:
    """Smaller is what a person would sooner ask for."""
    low = squeezed(name)
    parts = words(name)
    score = {"string": 2, "boolean": 3, "integer": 3, "number": 3, "array": 4, "object": 5}.get(type_, 6)
    if parts and (low in _HUMAN or parts[-1] in _HUMAN):
        score -= 3 if len(parts) == 1 else 1
    if low in LABELS:
        score = -9 + LABELS.index(low)
    if _OBSCURE & set(parts):
        score += 6
    return score + max(0, len(parts) - 3)


def unlisted(name: str) -> bool:
    """Whether a text by that name takes one of a few values, which its description then fails to list."""
    return (words(name) or [""])[-1] in ("status", "state", "type", "mode", "action", "view", "visibility", "role")


def obscure(name: str) -> bool:
    """Whether a name speaks of the machine (an id, a link, a hash) rather than of what a person asks for."""
    return bool(_OBSCURE & set(words(name))) and squeezed(name) not in LABELS


def label_of(fields: list[FieldShape], noun: str, *, standing: bool = False) -> str | None:
    """The text field by which a person names a row, a writable one unless the row is there from the start; or None."""
    texts = [f for f in fields if f.kind == "text" and (f.writable or standing) and f.shown]
    joined = noun.replace(" ", "").lower()
    for wanted in (
        joined + "name",
        *LABELS,
        joined + "title",
        "alias",
        "namespace",
        "primaryemail",
        "text",
        "content",
        "body",
    ):
        for field in texts:
            if squeezed(field.name) == wanted:
                return field.name
    for field in texts:
        *before, last = words(field.name) or [""]
        if last in ("name", "title") and (len(before) == 1 or set(before) <= set(noun.lower().split())):
            return field.name
    return next((f.name for f in texts if f.name.lower().endswith(("email", "emailaddress"))), None)
