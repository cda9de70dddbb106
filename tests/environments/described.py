"""Small API descriptions made by hand, real ones read from the packages, and values that fit a schema."""

import gzip
import json
from pathlib import Path
from typing import Any

from stages.core.engine import Runtime, Session
from stages.core.records import Api, Environment, Field, Operation, Parameter, Scenario, Source
from stages.sources import aws, discovery

PACKAGES = Path(".packages")
SOURCE = Source(package="path", version="1", path="shop.json", sha256="0" * 64, licence="none")


def text(name: str, **more: Any) -> Field:
    """A string field."""
    return Field(name=name, type="string", **more)


SHELF = Field(
    name="", type="object", schema_name="Shelf", properties=(text("id", read_only="flag"), text("title"), text("etag"))
)
BOOK = Field(
    name="",
    type="object",
    schema_name="Book",
    properties=(
        text("id", read_only="flag"),
        text("title", required=True),
        Field(name="pages", type="integer"),
        Field(name="sold", type="boolean", default=False),
        text("state", enum=("NEW", "USED")),
        Field(name="size", type="object", properties=(Field(name="width", type="number"), text("unit"))),
        Field(name="marks", type="array", items=text("")),
        Field(name="labels", type="object", additional=True),
        text("updated", format="date-time", read_only="flag"),
    ),
)


def _operation(resource: str, method: str, verb: str, path: str, row: Field, *query: Parameter) -> Operation:
    scopes = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    places = [Parameter(name=name, type="string", required=True, location="path") for name in scopes]
    body = [Parameter.model_validate({**dict(field), "location": "body"}) for field in row.properties]
    sends = method in ("insert", "patch", "update")
    lists = Parameter(name="maxResults", type="integer", location="query", maximum=50)
    token = Parameter(name="pageToken", type="string", location="query")
    return Operation(
        name=f"{resource}.{method}",
        resource=resource,
        method=method,
        http_method=verb,
        path=path,
        description=f"Does {method} on <b>{resource}</b>. And more.",
        parameters=(*places, *(body if sends else ()), *((lists, token) if method == "list" else ()), *query),
        request=row.schema_name if sends else None,
        response=None if method == "delete" else f"{row.schema_name}s" if method == "list" else row.schema_name,
    )


def shop(*more: Operation) -> Api:
    """Shelves with books on them, as a Google document would say it."""
    shelf, book = "shelves/{shelf}", "shelves/{shelf}/books/{book}"
    operations = [
        _operation(resource, method, verb, path, row)
        for resource, one, row in (("shelves", shelf, SHELF), ("books", book, BOOK))
        for method, verb, path in (
            ("insert", "POST", one.rsplit("/", 1)[0]),
            ("get", "GET", one),
            ("list", "GET", one.rsplit("/", 1)[0]),
            ("patch", "PATCH", one),
            ("update", "PUT", one),
            ("delete", "DELETE", one),
        )
    ]
    pages = {
        f"{row.schema_name}s": Field(
            name="",
            type="object",
            properties=(Field(name="items", type="array", items=row), text("nextPageToken")),
        )
        for row in (SHELF, BOOK)
    }
    return Api(
        id="google-shop-v1",
        name="shop",
        title="Shop",
        publisher="google",
        version="v1",
        domain="commerce",
        source=SOURCE,
        operations=(*operations, *more),
        schemas={"Shelf": SHELF, "Book": BOOK, **pages},
    )


def google(name: str) -> Api:
    """A real discovery document."""
    folder = PACKAGES / "googleapiclient" / "discovery_cache" / "documents"
    return discovery.read(json.loads((folder / f"{name}.json").read_text("utf-8")), SOURCE, "office")


def botocore(service: str) -> Api:
    """A real service model, its newest version."""
    path = sorted((PACKAGES / "botocore" / "data" / service).glob("*/service-2.json.gz"))[-1]
    return aws.read(json.loads(gzip.decompress(path.read_bytes())), SOURCE, "cloud", service)


def opened(environment: Environment) -> Session:
    """A session on the empty state."""
    empty = Scenario(
        id="scenario-empty",
        environment=environment.id,
        complexity="boundary",
        expect="load",
        now="2026-03-02T09:00:00Z",
        next_id=100,
        tables={table.name: () for table in environment.tables},
    )
    return Runtime(environment).open(empty)


def value(schema: dict[str, Any], turn: int = 0) -> Any:
    """A value that fits a schema; another `turn`, another value where there are several."""
    kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
    if "enum" in schema:
        return schema["enum"][turn % len(schema["enum"])]
    if kind == "object":
        return {name: value(inner, turn) for name, inner in schema["properties"].items()}
    if kind == "array":
        return [value(schema["items"], turn)]
    if kind == "boolean":
        return turn % 2 == 0
    if kind in ("integer", "number"):
        low = int(schema.get("minimum", 1))
        return low + turn if low + turn <= schema.get("maximum", low + turn) else low
    dates = {"date": f"2026-04-{turn + 1:02d}", "date-time": f"2026-04-{turn + 1:02d}T10:00:00Z"}
    return dates.get(schema.get("format"), f"word{turn:02d}")
