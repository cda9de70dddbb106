"""botocore's service models (`service-2.json`) -> `Api`. Operations name an input and an output shape.

Names are the wire's: `locationName` for the REST-JSON protocol and for what sits in the URI, else the member's name.
Exceptions of an operation are its named errors. Idempotency tokens are the client's own business and are left out.
"""

from collections.abc import Iterator
from typing import Any

from stages.core.errors import UserError
from stages.core.records import Api, Field, Operation, Parameter, Source
from stages.sources.aws_examples import Seen, seen
from stages.sources.budget import Budget, stub
from stages.sources.malformed import as_described
from stages.sources.prose import shown
from stages.sources.read_only import read_only
from stages.sources.text import brief

_SCALARS = {
    "string": ("string", None),
    "character": ("string", None),
    "integer": ("integer", "int32"),
    "long": ("integer", "int64"),
    "float": ("number", None),
    "double": ("number", None),
    "bigdecimal": ("number", None),
    "boolean": ("boolean", None),
    "timestamp": ("string", "date-time"),
    "blob": ("string", "byte"),
}
_PLACES = {"uri": "path", "querystring": "query", "header": "header", "headers": "header"}


def read(document: Any, source: Source, domain: str, service: str, *, examples: bool = False, calls: Any = None) -> Api:
    """The API a service model describes.

    Args:
        document: the parsed service model.
        source: where it came from.
        domain: what the API is about.
        service: botocore's folder name.
        examples: whether fields take the values that their descriptions quote.
        calls: the parsed example file beside it, whose values are taken before those, or None.

    Raises UserError with file and field.
    """
    with as_described(source.path):
        return _read(document, source, domain, service, examples, calls)


def _read(document: Any, source: Source, domain: str, service: str, examples: bool, calls: Any) -> Api:
    where = source.path
    for field in ("metadata", "operations", "shapes"):
        if not isinstance(document, dict) or not isinstance(document.get(field), dict):
            raise UserError(f"{where}: {field}", "not a service model: an object is expected")
    reader = _Reader(where, document, examples, seen(calls, document, where) if calls is not None else {})
    operations = tuple(reader.operation(name, node) for name, node in sorted(document["operations"].items()))
    if not operations:
        raise UserError(f"{where}: operations", "the service model describes no operation")
    meta = document["metadata"]
    return Api(
        id=f"aws-{service}",
        name=service,
        title=str(meta.get("serviceFullName", service)),
        publisher="aws",
        version=str(meta.get("apiVersion", "")),
        description=brief(document.get("documentation")),
        domain=domain,
        source=source,
        operations=operations,
        schemas=reader.used,
        left_out=dict(sorted(reader.budget.left_out.items())),
    )


class _Reader:
    def __init__(self, where: str, document: dict[str, Any], examples: bool, seen: Seen) -> None:
        self.where = where
        self.shapes: dict[str, Any] = document["shapes"]
        meta = document["metadata"]
        self.wire = meta.get("protocol") == "rest-json" or "rest-json" in meta.get("protocols", ())
        self.examples = examples
        self.seen = seen
        self.budget = Budget()
        self.used: dict[str, Field] = {}

    def operation(self, name: str, node: Any) -> Operation:
        """One operation. Raises UserError that names it."""
        with as_described(f"{self.where}: operations.{name}"):
            return self._operation(name, node)

    def _operation(self, name: str, node: Any) -> Operation:
        if not isinstance(node, dict) or not isinstance(node.get("http"), dict):
            raise UserError(f"{self.where}: operations.{name}.http", "an object is expected")
        given, returned = self._use(node.get("input"), name), self._use(node.get("output"), name)
        parameters = tuple(self._parameters(given)) if given else ()
        return Operation(
            name=name,
            resource="",
            method=name,
            http_method=str(node["http"].get("method", "POST")),
            path=str(node["http"].get("requestUri", "/")),
            description=brief(node.get("documentation")),
            parameters=parameters,
            request=given if any(parameter.location == "body" for parameter in parameters) else None,
            response=returned if returned and self.used[returned].properties else None,
            errors=tuple(error["shape"] for error in node.get("errors", ())),
            page=node.get("documentationUrl"),
            deprecated=bool(node.get("deprecated", False)),
        )

    def _shape(self, name: Any, where: str) -> dict[str, Any]:
        shape = self.shapes.get(name) if isinstance(name, str) else None
        if not isinstance(shape, dict):
            raise UserError(f"{self.where}: {where}", f"no shape named {name!r}")
        return shape

    def _use(self, node: Any, operation: str) -> str | None:
        if not node:
            return None
        name = node.get("shape")
        self._shape(name, f"operations.{operation}")
        if name not in self.used:
            self.used[name] = self._field("", {"shape": name}, (), 0, False)
        return name

    def _name(self, member: str, node: dict[str, Any]) -> str:
        return node.get("locationName", member) if self.wire or node.get("location") == "uri" else member

    def _parameters(self, given: str) -> Iterator[Parameter]:
        members = {self._name(key, node): node for key, node in self.shapes[given].get("members", {}).items()}
        for field in self.used[given].properties:
            node = members[field.name]
            location = _PLACES.get(node.get("location", ""), "body")
            yield Parameter.model_validate({**dict(field), "location": location})

    def _field(self, name: str, node: dict[str, Any], trail: tuple[str, ...], level: int, required: bool) -> Field:
        where = ".".join((*trail, name))
        shape_name = node.get("shape", "")
        shape = self._shape(shape_name, where)
        kind = shape.get("type")
        if not self.budget.spend():
            return stub(name, "too_many_fields", self.budget)
        text = node.get("documentation") or shape.get("documentation")
        own = {"description": brief(text), "required": required, "read_only": read_only(None, text)}
        if kind in _SCALARS:
            type_, form = _SCALARS[kind]
            numeric = type_ in ("integer", "number")
            return Field.model_validate(
                {
                    **own,
                    "name": name,
                    "type": type_,
                    "format": form,
                    "enum": tuple(shape.get("enum", ())),
                    "pattern": shape.get("pattern"),
                    "minimum": shape.get("min") if numeric else None,
                    "maximum": shape.get("max") if numeric else None,
                    "examples": shown(text) if self.examples and type_ == "string" and not form else (),
                }
            )
        if kind not in ("structure", "list", "map"):
            raise UserError(f"{self.where}: shapes.{shape_name}.type", f"unknown type {kind!r}")
        reason = self.budget.cut(trail, shape_name, level)
        if reason:
            return stub(name, reason, self.budget, shape_name, **own)
        trail = (*trail, shape_name)
        if kind == "list":
            items = self._field("", shape.get("member", {}), trail, level, False)
            return Field.model_validate({**own, "name": name, "type": "array", "items": items})
        if kind == "map":
            return Field.model_validate({**own, "name": name, "type": "object", "additional": True})
        if shape.get("document"):
            return Field.model_validate({**own, "name": name, "type": "any", "schema_name": shape_name})
        return Field.model_validate(
            {
                **own,
                "name": name,
                "type": "object",
                "properties": tuple(self._members(shape, trail, level)),
                "schema_name": shape_name,
            }
        )

    def _members(self, shape: dict[str, Any], trail: tuple[str, ...], level: int) -> Iterator[Field]:
        needed = set(shape.get("required", ()))
        for key, node in shape.get("members", {}).items():
            if node.get("idempotencyToken"):
                self.budget.left_out["idempotency_token"] += 1
            elif node.get("deprecated") and key not in needed:
                self.budget.left_out["deprecated_field"] += 1
            else:
                field = self._field(self._name(key, node), node, trail, level + 1, key in needed)
                held = self.seen.get((trail[-1], key))
                yield field.model_copy(update={"examples": held}) if held else field
