"""Swagger 2.0 and OpenAPI 3.x -> `Api`. Path-level `parameters` belong to every method of the path; they are no method.

An operation's name is its operationId, or `get /sessions/{id}` where it has none (or shares it with another, which is
counted). The resource is the path's fixed part: `/api/kernels/{id}/restart` belongs to `kernels.restart`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from stages.core.errors import UserError
from stages.core.records import Api, Field, Operation, Parameter, Source
from stages.sources.budget import Budget
from stages.sources.malformed import as_described
from stages.sources.openapi_schema import Schemas
from stages.sources.references import References
from stages.sources.text import brief

_METHODS = ("get", "post", "put", "patch", "delete")
_UNREAD = ("head", "options", "trace")
_ERRORS = {"400": "INVALID_ARGUMENT", "403": "PERMISSION_DENIED", "404": "NOT_FOUND", "409": "ALREADY_EXISTS"}
_BODY_TYPES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")


def read(
    files: Mapping[str, Any],
    main: str,
    source: Source,
    *,
    id: str,
    domain: str,
    publisher: Literal["jupyter", "user"] = "user",
    depth: int | None = None,
) -> Api:
    """The API that `files[main]` describes. Raises UserError naming the file and the field that is wrong.

    Args:
        files: parsed documents by relative path (a `Folder`); a `$ref` may reach these and nothing else.
        main: the document that has `paths`.
        source: where it came from.
        id: slug of the API.
        domain: the API's domain in our small list.
        publisher: who wrote it.
        depth: nested objects followed below a schema (default `budget.DEPTH`).
    """
    with as_described(main):
        return _read(files, main, source, id, domain, publisher, Budget() if depth is None else Budget(depth))


def _read(
    files: Mapping[str, Any],
    main: str,
    source: Source,
    id: str,
    domain: str,
    publisher: Literal["jupyter", "user"],
    budget: Budget,
) -> Api:
    document = files[main]
    if not isinstance(document, dict) or not ("swagger" in document or "openapi" in document):
        raise UserError(f"{main}: openapi", 'not an OpenAPI document: `openapi: 3.x` or `swagger: "2.0"` is expected')
    if not isinstance(document.get("paths"), dict):
        raise UserError(f"{main}: paths", "an object is expected")
    given = document.get("info")
    info: dict[str, Any] = given if isinstance(given, dict) else {}
    reader = _Reader(main, files, budget)
    operations = tuple(reader.operations(document["paths"]))
    if not operations:
        raise UserError(f"{main}: paths", "the document describes no operation")
    return Api(
        id=id,
        name=id.removeprefix("user-"),
        title=str(info.get("title") or id),
        publisher=publisher,
        version=str(info.get("version", "")),
        description=brief(info.get("description")),
        domain=domain,
        source=source,
        operations=operations,
        schemas=reader.used,
        left_out=dict(sorted(budget.left_out.items())),
    )


def resource_of(path: str) -> str:
    """The fixed segments of a path joined by dots, without a leading `api` or version."""
    fixed = [part for part in path.strip("/").split("/") if part and "{" not in part]
    while fixed and re.fullmatch(r"(?i)api|rest|v\d+(\.\d+)*(alpha|beta)?\d*", fixed[0]):
        fixed.pop(0)
    return ".".join(fixed)


class _Reader:
    def __init__(self, main: str, files: Mapping[str, Any], budget: Budget) -> None:
        self.main = main
        self.references = References(files)
        self.schemas = Schemas(self.references, budget)
        self.left_out = budget.left_out
        self.used: dict[str, Field] = {}
        self.keys: dict[str, tuple[str, str]] = {}
        self.names: set[str] = set()

    def operations(self, paths: dict[str, Any]) -> Iterator[Operation]:
        for path, item in paths.items():
            if str(path).startswith("x-"):
                continue
            place = self.references.follow(item, self.main)
            if not isinstance(place.node, dict):
                raise UserError(f"{self.main}: paths.{path}", "an object is expected")
            shared = self._list(place.node.get("parameters"), f"paths.{path}.parameters")
            for key, node in place.node.items():
                if key in _UNREAD:
                    self.left_out[f"{key}_method"] += 1
                if key not in _METHODS:
                    continue
                if not isinstance(node, dict):
                    raise UserError(f"{self.main}: paths.{path}.{key}", "an object is expected")
                with as_described(f"{self.main}: paths.{path}.{key}"):
                    operation = self._operation(str(path), key, node, shared, place.file)
                yield operation

    def _list(self, value: Any, field: str) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            raise UserError(f"{self.main}: {field}", "a list is expected")
        return value

    def _name(self, path: str, method: str, node: dict[str, Any]) -> str:
        named = node.get("operationId")
        name = named if isinstance(named, str) and named.strip() else f"{method} {path}"
        if name in self.names:
            self.left_out["duplicate_operation_id"] += 1
            name = f"{method} {path}"
        self.names.add(name)
        return name

    def _operation(self, path: str, method: str, node: dict[str, Any], shared: list[Any], file: str) -> Operation:
        where = f"paths.{path}.{method}"
        name = self._name(path, method, node)
        own = self._list(node.get("parameters"), f"{where}.parameters")
        nodes: dict[tuple[str, str], tuple[dict[str, Any], str]] = {}
        for given in (*shared, *own):
            place = self.references.follow(given, file)
            if not isinstance(place.node, dict) or not isinstance(place.node.get("name"), str):
                raise UserError(f"{self.main}: {where}.parameters", "each parameter needs a name")
            # The method's own parameter replaces the path's of the same name and place.
            nodes[place.node["name"], str(place.node.get("in"))] = (place.node, place.file)
        parameters = list(self._parameters(nodes, where))
        request = self._request(node, nodes, name, file)
        if request:
            parameters += self._body(request, {p.name for p in parameters})
        text = node.get("summary") or node.get("description")
        given = node.get("responses")
        responses: dict[Any, Any] = given if isinstance(given, dict) else {}
        return Operation(
            name=name,
            resource=resource_of(path),
            method=method,
            http_method=method.upper(),
            path=path,
            description=brief(text),
            parameters=tuple(parameters),
            request=request,
            response=self._response(responses, name, file),
            errors=tuple(dict.fromkeys(_ERRORS[str(code)] for code in responses if str(code) in _ERRORS)),
            page=self._page(node),
            deprecated=node.get("deprecated") is True,
        )

    @staticmethod
    def _page(node: dict[str, Any]) -> str | None:
        docs = node.get("externalDocs")
        return docs["url"] if isinstance(docs, dict) and isinstance(docs.get("url"), str) else None

    def _parameters(self, nodes: dict[tuple[str, str], tuple[dict[str, Any], str]], where: str) -> Iterator[Parameter]:
        seen: set[str] = set()
        for (name, place), (node, file) in nodes.items():
            location = {"formData": "body"}.get(place, place)
            if location == "body" and place == "body":
                continue
            if location not in ("path", "query", "header", "body"):
                if location != "cookie":
                    raise UserError(f"{self.main}: {where}.parameters.{name}.in", f"unknown place {place!r}")
                self.left_out["cookie_parameter"] += 1
                continue
            if name in seen:
                # An argument has one name in a tool call, so `id` in path and query cannot both be offered.
                self.left_out["parameter_in_two_places"] += 1
                continue
            seen.add(name)
            schema = node.get("schema")
            if schema is None and isinstance(node.get("content"), dict):
                schema = next((each.get("schema") for each in node["content"].values() if isinstance(each, dict)), {})
            if schema is None:
                schema = {key: value for key, value in node.items() if key not in ("name", "in", "required", "schema")}
            elif isinstance(schema, dict) and "description" not in schema and node.get("description"):
                schema = {**schema, "description": node["description"]}
            field = self.schemas.field(name, schema, file)
            required = node.get("required") is True or location == "path"
            yield Parameter.model_validate({**dict(field), "required": required, "location": location})

    def _keep(self, schema: Any, file: str, fallback: str) -> str:
        place = self.references.follow(schema, file)
        name = place.name or fallback
        if place.key and self.keys.setdefault(name, place.key) != place.key:
            # Another file, or another corner of this one, has a schema of the same name.
            name = "#".join(place.key)
        if name not in self.used:
            self.used[name] = self.schemas.field("", schema, file)
        return name

    def _content(self, node: Any) -> Any:
        content = node.get("content") if isinstance(node, dict) else None
        if not isinstance(content, dict):
            return None
        keys = [key for key in _BODY_TYPES if key in content] + [key for key in content if "json" in str(key)]
        if not keys:
            self.left_out["media_type"] += 1
            return None
        chosen = content[keys[0]]
        return chosen.get("schema") if isinstance(chosen, dict) else None

    def _request(self, node: dict[str, Any], nodes: dict[tuple[str, str], Any], name: str, file: str) -> str | None:
        for (_, place), (parameter, home) in nodes.items():
            if place == "body":
                return self._keep(parameter.get("schema") or {}, home, f"{name} request")
        if node.get("requestBody") is None:
            return None
        place = self.references.follow(node["requestBody"], file)
        schema = self._content(place.node)
        return None if schema is None else self._keep(schema, place.file, f"{name} request")

    def _body(self, request: str, taken: set[str]) -> Iterator[Parameter]:
        body = self.used[request]
        if body.type != "object" or not body.properties:
            # A list, a scalar or a free map has no fields to lay flat: it is one argument.
            yield Parameter.model_validate({**dict(body), "name": "body", "required": True, "location": "body"})
            return
        for field in body.properties:
            if field.name in taken:
                self.left_out["body_field_named_as_parameter"] += 1
            else:
                yield Parameter.model_validate({**dict(field), "location": "body"})

    def _response(self, responses: dict[Any, Any], name: str, file: str) -> str | None:
        for code in sorted(responses, key=str):
            if not re.fullmatch(r"2(\d\d|XX)", str(code)):
                continue
            place = self.references.follow(responses[code], file)
            if not isinstance(place.node, dict):
                raise UserError(f"{self.main}: responses.{code}", "an object is expected")
            schema = place.node.get("schema") or self._content(place.node)
            if schema is not None:
                return self._keep(schema, place.file, f"{name} response")
        return None
