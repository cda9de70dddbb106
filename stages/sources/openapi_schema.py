"""OpenAPI and Swagger schemas -> `Field`. `allOf` is merged; type lists and unions become one type or `any`.

A union that one type cannot say (`oneOf` of two objects) costs its own field its type and is counted; it never costs
the operation, let alone the file.
"""

import math
from typing import Any, get_args

from stages.core.errors import UserError
from stages.core.records import Field
from stages.core.records.api import FieldType
from stages.sources.budget import Budget, stub
from stages.sources.hints import hints
from stages.sources.limits import MOST_EXAMPLES
from stages.sources.read_only import read_only
from stages.sources.references import References
from stages.sources.text import brief

_TYPES = set(get_args(FieldType))
Trail = tuple[tuple[str, str], ...]
"""(file, pointer) of each named schema being followed."""


class Schemas:
    """Reads schema nodes of one API against one budget."""

    def __init__(self, references: References, budget: Budget) -> None:
        self.references = references
        self.budget = budget

    def field(self, name: str, node: Any, file: str, trail: Trail = (), level: int = 0) -> Field:
        """The field a schema node describes. Raises UserError for a node that is no schema or a bad reference."""
        if node is True or node is None or node == {}:
            return Field(name=name, type="any")
        if not isinstance(node, dict):
            raise UserError(f"{file}: {name or 'schema'}", "a schema must be an object")
        if not self.budget.spend():
            return stub(name, "too_many_fields", self.budget)
        place = self.references.follow(node, file)
        schema_name = place.name or None
        if place.key:
            reason = self.budget.cut(trail, place.key, level)
            if reason:
                return stub(name, reason, self.budget, schema_name, description=brief(node.get("description")))
            trail = (*trail, place.key)
            file = place.file
        if not isinstance(place.node, dict):
            raise UserError(f"{file}: {name or 'schema'}", "a schema must be an object")
        merged, trail = self._merge(place.node, file, trail)
        kind = self._kind(merged)
        if kind == "object" and level > self.budget.depth:
            return stub(name, "too_deep", self.budget, schema_name, description=brief(merged.get("description")))
        text = node.get("description") or merged.get("description")
        enum = tuple(v for v in map(finite, self._enum(merged)) if v is not None)
        items = merged.get("items", {})
        return Field.model_validate(
            {
                "name": name,
                "type": kind,
                "format": _text(merged.get("format")),
                "description": brief(text),
                "enum": enum,
                "read_only": read_only(merged.get("readOnly"), text),
                "default": finite(merged.get("default")),
                "pattern": _text(merged.get("pattern")),
                "minimum": number(merged.get("minimum")),
                "maximum": number(merged.get("maximum")),
                "items": self.field("", items, merged.get("__items__", file), trail, level)
                if kind == "array"
                else None,
                "properties": self._properties(merged, trail, level) if kind == "object" else (),
                "additional": kind == "object" and merged.get("additionalProperties", False) is not False,
                "schema_name": schema_name,
                "truncated": bool(merged.get("__truncated__", False)),
                "examples": _examples(merged, text if kind == "string" and not enum else None),
            }
        )

    def _properties(self, merged: dict[str, Any], trail: Trail, level: int) -> tuple[Field, ...]:
        listed = merged.get("required")
        required = {name for name in listed if isinstance(name, str)} if isinstance(listed, list) else set()
        whole = [shown for shown in _examples(merged, None) if isinstance(shown, dict)]
        fields = []
        for key, (node, home) in merged["__placed__"].items():
            field = self.field(key, node, home, trail, level + 1)
            # An example of the whole object shows one of each property.
            examples = field.examples or tuple(one[key] for one in whole if one.get(key) is not None)
            fields.append(field.model_copy(update={"required": key in required, "examples": examples}))
        return tuple(fields)

    def _merge(self, node: dict[str, Any], file: str, trail: Trail) -> tuple[dict[str, Any], Trail]:
        """One schema with `allOf` folded in and a union resolved; properties remember the file they came from."""
        merged = {key: value for key, value in node.items() if key not in ("allOf", "oneOf", "anyOf", "properties")}
        own = {key: (value, file) for key, value in self._mapping(node.get("properties"), file).items()}
        placed: dict[str, tuple[Any, str]] = {}
        merged["required"] = list(node["required"]) if isinstance(node.get("required"), list) else []
        listed = node.get("allOf")
        if listed is not None and not isinstance(listed, list):
            raise UserError(f"{file}: allOf", "a list of schemas is expected")
        parts = [(part, file) for part in listed or ()]
        parts += self._variants(node, merged, file)
        for part, home in parts:
            place = self.references.follow(part, home)
            if place.key in trail:
                self.budget.left_out["recursive"] += 1
                merged["__truncated__"] = True
                continue
            if place.key:
                trail = (*trail, place.key)
            if not isinstance(place.node, dict):
                raise UserError(f"{home}: allOf", "a list of schemas is expected")
            if len(trail) > 100:
                raise UserError(f"{home}: allOf", "nested too deeply")
            inner, trail = self._merge(place.node, place.file, trail)
            placed |= inner.pop("__placed__")
            merged["required"] += inner.pop("required")
            if "items" in inner:
                inner.setdefault("__items__", place.file)
            merged = {**inner, **merged}
        # A property repeated beside the parts is the more special one.
        merged["__placed__"] = {**placed, **own}
        return merged, trail

    def _variants(self, node: dict[str, Any], merged: dict[str, Any], file: str) -> list[tuple[Any, str]]:
        """What a `oneOf` or `anyOf` adds: its only real variant, or the one scalar type all share. Otherwise `any`."""
        listed = node.get("oneOf") or node.get("anyOf")
        if not isinstance(listed, list) or not listed:
            return []
        places = [self.references.follow(part, file) for part in listed]
        real = [p for p in places if isinstance(p.node, dict) and p.node.get("type") != "null"]
        if len(real) == 1:
            index = places.index(real[0])
            return [(listed[index], file)]
        kinds = {self._kind(p.node) for p in real}
        if len(kinds) == 1 and kinds <= {"string", "integer", "number", "boolean"}:
            merged["type"] = kinds.pop()
            if all(self._enum(p.node) for p in real):
                merged["enum"] = [value for p in real for value in self._enum(p.node)]
            return []
        if kinds == {"integer", "number"}:
            merged["type"] = "number"
            return []
        if "properties" in node or node.get("allOf"):
            # The union only narrows an object that is described beside it; the description stands without it.
            self.budget.left_out["union_beside_properties"] += 1
            return []
        self.budget.left_out["union"] += 1
        merged["type"], merged["__truncated__"] = "any", True
        return []

    def _kind(self, node: dict[str, Any]) -> str:
        kind = node.get("type")
        if isinstance(kind, list):
            real = [each for each in kind if isinstance(each, str) and each != "null"]
            if len(real) != 1:
                if set(real) == {"integer", "number"}:
                    return "number"
                self.budget.left_out["several_types"] += 1
                return "any"
            kind = real[0]
        if isinstance(kind, str) and kind in _TYPES:
            return kind
        if kind == "file":
            return "string"
        if kind is not None:
            self.budget.left_out["unknown_type"] += 1
            return "any"
        if node.get("__placed__") or node.get("properties") or "additionalProperties" in node:
            return "object"
        if "items" in node:
            return "array"
        values = [value for value in self._enum(node) if value is not None]
        for python, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
            if values and all(isinstance(value, python) for value in values):
                return name
        return "any"

    @staticmethod
    def _enum(node: dict[str, Any]) -> list[Any]:
        if "const" in node:
            return [node["const"]]
        return node["enum"] if isinstance(node.get("enum"), list) else []

    @staticmethod
    def _mapping(value: Any, file: str) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise UserError(f"{file}: properties", "an object is expected")
        return {str(key): inner for key, inner in value.items()}


def _examples(merged: dict[str, Any], description: Any) -> tuple[Any, ...]:
    """What the schema shows as examples (2.0 and 3.0: one; 3.1: a list), else what the description of a text does."""
    listed = merged.get("examples")
    shown = [merged["example"]] if "example" in merged else list(listed) if isinstance(listed, list) else []
    found = tuple(one for one in map(finite, shown) if one is not None)
    if found or not isinstance(description, str):
        return found[:MOST_EXAMPLES]
    return hints(description).examples[:MOST_EXAMPLES]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def number(value: Any) -> float | None:
    """A finite bound, or None: YAML may hold `.inf`, and a bound may be text."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # a whole number of more than 308 digits
        return None


def finite(value: Any) -> Any:
    """A JSON value, or None for what JSON cannot hold (`.nan`, YAML's sets and binaries, keys that are no text)."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [finite(item) for item in value]
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    return value if value is None or isinstance(value, (str, int, bool)) else None
