"""Google discovery documents -> `Api`. Format: discovery v1, `resources` of `methods`, JSON-Schema-like `schemas`.

A method's parameters are its own plus the properties of its request schema (location `body`). The document's global
parameters (`alt`, `key`, ...) are the transport's and are not read.
"""

from collections.abc import Iterator
from typing import Any, get_args

from stages.core.errors import UserError
from stages.core.records import Api, Field, Operation, Parameter, Source
from stages.core.records.api import FieldType
from stages.sources.budget import Budget, stub
from stages.sources.malformed import as_described
from stages.sources.prose import shown
from stages.sources.read_only import read_only
from stages.sources.text import brief, says_required

_TYPES = set(get_args(FieldType))
_LOCATIONS = {"path", "query"}


def read(document: Any, source: Source, domain: str, *, depth: int | None = None, examples: bool = False) -> Api:
    """The API a discovery document describes. Raises UserError naming the file and the field that is wrong.

    Args:
        document: the parsed JSON.
        source: where it came from, kept in the record.
        domain: the API's domain in our small list.
        depth: nested objects followed below a schema (default `budget.DEPTH`).
        examples: whether fields take the values that their descriptions quote.
    """
    with as_described(source.path):
        return _read(document, source, domain, depth, examples)


def _read(document: Any, source: Source, domain: str, depth: int | None, examples: bool) -> Api:
    where = source.path
    if not isinstance(document, dict) or not isinstance(document.get("name"), str):
        raise UserError(f"{where}: name", "not a discovery document: a name is expected")
    reader = _Reader(where, document, Budget() if depth is None else Budget(depth), examples)
    operations = tuple(reader.operations())
    if not operations:
        raise UserError(f"{where}: resources", "the document describes no method")
    version = str(document.get("version", ""))
    name = document["name"]
    return Api(
        id=f"google-{name}-{version}".lower().replace("_", "-").replace(".", "-"),
        name=name,
        title=str(document.get("title") or document.get("canonicalName") or name),
        publisher="google",
        version=version,
        description=brief(document.get("description")),
        domain=domain,
        source=source,
        operations=operations,
        schemas=reader.used,
        left_out=dict(sorted(reader.budget.left_out.items())),
    )


class _Reader:
    def __init__(self, where: str, document: dict[str, Any], budget: Budget, examples: bool) -> None:
        self.where = where
        self.document = document
        self.budget = budget
        self.examples = examples
        self.schemas = self._mapping(document.get("schemas", {}), "schemas")
        self.used: dict[str, Field] = {}

    def _mapping(self, value: Any, field: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise UserError(f"{self.where}: {field}", "an object is expected")
        return value

    def operations(self) -> Iterator[Operation]:
        yield from self._methods("", self.document)
        yield from self._resources("", self.document)

    def _resources(self, prefix: str, node: dict[str, Any]) -> Iterator[Operation]:
        for name, resource in self._mapping(node.get("resources", {}), f"{prefix}resources").items():
            path = f"{prefix}{name}"
            inside = self._mapping(resource, f"resources.{path}")
            yield from self._methods(path, inside)
            yield from self._resources(f"{path}.", inside)

    def _methods(self, resource: str, node: dict[str, Any]) -> Iterator[Operation]:
        for name, method in self._mapping(node.get("methods", {}), f"{resource}.methods").items():
            field = f"{resource}.{name}" if resource else name
            with as_described(f"{self.where}: {field}"):
                operation = self._operation(resource, name, self._mapping(method, field), field)
            yield operation

    def _operation(self, resource: str, name: str, method: dict[str, Any], full: str) -> Operation:
        verb = method.get("httpMethod", "")
        if "path" not in method or not verb:
            raise UserError(f"{self.where}: {full}", "a method needs httpMethod and path")
        if method.get("supportsMediaUpload"):
            self.budget.left_out["media_upload"] += 1
        request = self._reference(method.get("request"), f"{full}.request")
        response = self._reference(method.get("response"), f"{full}.response")
        return Operation(
            name=full,
            resource=resource,
            method=name,
            http_method=str(verb),
            path=str(method["path"]),
            description=brief(method.get("description")),
            parameters=(*self._parameters(method, full), *self._body(request, method, full)),
            request=request,
            response=response if response and not self._empty(self.used[response]) else None,
            page=self.document.get("documentationLink"),
            deprecated=bool(method.get("deprecated", False)),
        )

    def _reference(self, node: Any, field: str) -> str | None:
        """Name of the schema a request or response points at, read into `used`."""
        if node is None:
            return None
        name = self._mapping(node, field).get("$ref")
        if name is None:
            return None
        if name not in self.schemas:
            raise UserError(f"{self.where}: {field}", f"no schema named {name!r}")
        if name not in self.used:
            self.used[name] = self._field("", {"$ref": name}, (), 0)
        return name

    @staticmethod
    def _empty(field: Field) -> bool:
        return field.type == "object" and not field.properties and not field.additional and not field.truncated

    def _parameters(self, method: dict[str, Any], full: str) -> Iterator[Parameter]:
        parameters = self._mapping(method.get("parameters", {}), f"{full}.parameters")
        order = {name: place for place, name in enumerate(method.get("parameterOrder") or [])}
        for name in sorted(parameters, key=lambda key: order.get(key, len(order))):
            node = self._mapping(parameters[name], f"{full}.parameters.{name}")
            location = node.get("location", "query")
            if location not in _LOCATIONS:
                raise UserError(f"{self.where}: {full}.parameters.{name}.location", "path or query is expected")
            field = self._field(name, node, (), 0)
            if node.get("repeated"):
                field = Field(
                    name=name,
                    type="array",
                    description=field.description,
                    items=field.model_copy(update={"name": "", "description": "", "required": False}),
                    required=field.required,
                )
            required = bool(node.get("required", False)) or says_required(node.get("description"))
            yield Parameter.model_validate({**dict(field), "required": required, "location": location})

    def _body(self, request: str | None, method: dict[str, Any], full: str) -> Iterator[Parameter]:
        if request is None:
            return
        taken = set(method.get("parameters", {}))
        nodes = self.schemas[request].get("properties", {})
        for field in self.used[request].properties:
            if field.name in taken:
                # The path already carries it; a second value could only contradict the first.
                self.budget.left_out["body_field_named_as_parameter"] += 1
                continue
            node = nodes[field.name]
            listed = node.get("annotations", {}).get("required")
            said = says_required(node.get("description")) and method.get("httpMethod") != "PATCH"
            required = method.get("id") in listed if listed is not None else said
            yield Parameter.model_validate({**dict(field), "required": required, "location": "body"})

    def _field(self, name: str, node: Any, trail: tuple[str, ...], level: int) -> Field:
        where = f"{self.where}: {'.'.join(trail) or 'parameters'}.{name}"
        if not isinstance(node, dict):
            raise UserError(where, "a schema must be an object")
        if not self.budget.spend():
            return stub(name, "too_many_fields", self.budget)
        own = {
            "name": name,
            "description": brief(node.get("description")),
            "required": bool(node.get("required") is True or node.get("annotations", {}).get("required")),
            "read_only": read_only(node.get("readOnly"), node.get("description")),
        }
        quoted = shown(node.get("description")) if self.examples else ()
        schema_name = None
        if "$ref" in node:
            schema_name = node["$ref"]
            if schema_name not in self.schemas:
                raise UserError(where, f"no schema named {schema_name!r}")
            reason = self.budget.cut(trail, schema_name, level)
            if reason:
                return stub(name, reason, self.budget, schema_name, **{k: v for k, v in own.items() if k != "name"})
            trail = (*trail, schema_name)
            node = self._mapping(self.schemas[schema_name], f"schemas.{schema_name}")
            own["description"] = own["description"] or brief(node.get("description"))
        kind = node.get("type", "object" if "properties" in node or "variant" in node else "any")
        if kind not in _TYPES:
            raise UserError(f"{where}.type", f"unknown type {kind!r}")
        if kind == "object" and level > self.budget.depth:
            return stub(name, "too_deep", self.budget, schema_name, **{k: v for k, v in own.items() if k != "name"})
        return Field.model_validate(
            {
                **own,
                "type": kind,
                "format": node.get("format"),
                "enum": tuple(_typed(value, kind) for value in node.get("enum", ())),
                "default": _typed(node.get("default"), kind),
                "pattern": node.get("pattern"),
                "minimum": _number(node.get("minimum")),
                "maximum": _number(node.get("maximum")),
                "items": self._field("", node.get("items", {}), trail, level) if kind == "array" else None,
                "properties": tuple(
                    self._field(key, value, trail, level + 1)
                    for key, value in self._mapping(node.get("properties", {}), f"{where}.properties").items()
                ),
                "additional": "additionalProperties" in node,
                "schema_name": schema_name,
                "examples": quoted if kind == "string" and not (node.get("enum") or node.get("format")) else (),
            }
        )


def _typed(value: Any, kind: str) -> Any:
    """Defaults and enums are text in discovery documents: `"true"`, `"20"`."""
    if not isinstance(value, str):
        return value
    if kind == "boolean":
        return {"true": True, "false": False}.get(value.lower())
    try:
        return int(value) if kind == "integer" else float(value) if kind == "number" else value
    except ValueError:
        return None


def _number(value: Any) -> float | None:
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return None
