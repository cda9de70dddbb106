"""Tool specifications that a package ships as JSON: `{name, description, parameter: JSON Schema, test_examples}`.

Public web services described for assistants, with examples of real arguments. They serve single-call rows only.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stages.core.errors import UserError
from stages.core.records import Api, Operation, Parameter
from stages.sources.files import parse_json
from stages.sources.hints import hints, literal, shown
from stages.sources.layman import plain, spread
from stages.sources.pins import read_pinned
from stages.sources.text import brief

_TYPES = ("string", "integer", "number", "boolean", "array")


def read_specs(root: Path, folder: str, pinned: dict[str, str], most: int, each: int, services: tuple[str, ...]) -> Api:
    """The specifications in a folder of an unpacked package.

    Args:
        root: where data packages lie.
        folder: inside `root`, `tooluniverse/data`.
        pinned: `package`, `version` and `licence` of the package.
        most: functions kept in all.
        each: functions kept of one service, which is the first word of a name (`OpenMeteo_get_air_quality`).
        services: services kept, in lower case (`openmeteo`); empty keeps all.

    Raises UserError when the folder is absent or holds no specification.
    """
    paths = sorted((root / folder).rglob("*.json"))
    found: dict[str, Operation] = {}
    digest = hashlib.sha256()
    left_out = {"unreadable_file": 0, "not_for_laymen": 0}
    source = None
    for path in paths:
        data, source = read_pinned(root, str(path.relative_to(root)), **pinned)
        digest.update(data)
        try:
            document = parse_json(data, str(path))
        except UserError:
            left_out["unreadable_file"] += 1
            continue
        for spec in _specs(document):
            operation = _operation(spec)
            if operation is None or (services and operation.resource not in services):
                continue
            easy = plain(operation)
            if easy is None:
                left_out["not_for_laymen"] += 1
            else:
                found.setdefault(easy.name, easy)
    if source is None or not found:
        raise UserError(f"{pinned['package']}: {folder}", "no tool specification here")
    own: dict[str, list[Operation]] = {}
    for operation in found.values():
        own.setdefault(operation.resource, []).append(operation)
    few = [one for operations in own.values() for one in spread(operations, each)]
    kept = spread(few, most)
    return Api(
        id=f"specs-{pinned['package']}",
        name=folder.split("/")[0],
        title=pinned["package"],
        publisher="python",
        version=pinned["version"],
        domain="data",
        source=source.model_copy(update={"path": folder, "sha256": digest.hexdigest()}),
        operations=tuple(kept),
        schemas={},
        left_out={**left_out, "over_functions": len(found) - len(kept)},
    )


def _specs(document: Any) -> Iterator[dict[str, Any]]:
    for spec in document if isinstance(document, list) else [document]:
        if isinstance(spec, dict) and isinstance(spec.get("parameter"), dict) and isinstance(spec.get("name"), str):
            yield spec


def _operation(spec: dict[str, Any]) -> Operation | None:
    schema = spec["parameter"]
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not isinstance(spec.get("description"), str):
        return None
    needed = schema.get("required") or []
    samples = [one for one in spec.get("test_examples") or [] if isinstance(one, dict)]
    parameters = []
    for name, shape in properties.items():
        if not isinstance(shape, dict):
            return None
        parameter = _parameter(name, shape, name in needed, [one[name] for one in samples if name in one])
        if parameter is not None:
            parameters.append(parameter)
        elif name in needed:
            return None
    name = spec["name"]
    service = name.partition("_")[0]
    return Operation(
        name=name,
        resource=service.lower(),
        method=name,
        http_method="CALL",
        path=name,
        description=brief(spec["description"]),
        parameters=tuple(parameters),
    )


def _parameter(name: str, shape: dict[str, Any], required: bool, samples: list[Any]) -> Parameter | None:
    """A property as a parameter; None for what is no plain type. A nullable type is its other half."""
    kinds = shape.get("type")
    kinds = [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind != "null"]
    if len(kinds) != 1 or kinds[0] not in _TYPES:
        return None
    kind = kinds[0]
    found = hints(str(shape.get("description") or ""))
    own = [str(one) for one in samples if isinstance(one, str | int | float) and not isinstance(one, bool)]
    found = found._replace(examples=tuple(dict.fromkeys((*own, *found.examples))))
    choices = [one for one in shape.get("enum") or found.choices if isinstance(one, str)] if kind == "string" else []
    default = shape.get("default")
    if default is None or not isinstance(default, str | int | float | bool):
        default = literal(found.default, kind)
    body: dict[str, Any] = {
        "name": name,
        "type": kind,
        "description": shown(found),
        "enum": tuple(choices[:12]),
        "required": required,
        "default": default if default != "" else None,
        "minimum": _number(shape.get("minimum")),
        "maximum": _number(shape.get("maximum")),
        "location": "body",
    }
    if kind == "array":
        inner = shape.get("items")
        body["items"] = {"name": "", "type": inner.get("type", "any") if isinstance(inner, dict) else "any"}
        if body["items"]["type"] not in _TYPES:
            return None
    return Parameter.model_validate(json.loads(json.dumps(body)))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
