"""botocore's example files (`examples-1.json`): values that real requests and answers showed, by shape and member.

A file may speak of members that the model no longer has, or write a number as text; what does not fit is passed over, for
the model is the description and the examples only colour it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from stages.core.errors import UserError
from stages.sources import files
from stages.sources.limits import DEEPEST, MOST_EXAMPLES
from stages.sources.pins import read_pinned
from stages.sources.prose import telling

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}
_LONGEST = 200
"""Characters of a text worth showing; longer ones are whole policies and templates."""
Seen = dict[tuple[str, str], tuple[JsonValue, ...]]
"""(structure, member) -> what it held, each value once, in the file's order."""


def beside(root: Path, model: str, pinned: Mapping[str, str]) -> Any:
    """The parsed example file next to the service model at `root / model`; None where the package has none.

    Raises UserError for a file that cannot be read.
    """
    folder = model.rsplit("/", 1)[0]
    for name in ("examples-1.json", "examples-1.json.gz"):
        path = f"{folder}/{name}"
        if (root / path).is_file():
            data, _ = read_pinned(root, path, **pinned)
            return files.parse_json(files.unpack(data, path) if name.endswith(".gz") else data, path)
    return None


def seen(document: Any, model: dict[str, Any], where: str) -> Seen:
    """What the examples of every operation show. Raises UserError for a document that is no example file."""
    if not isinstance(document, dict) or not isinstance(document.get("examples"), dict):
        raise UserError(f"{where}: examples", "not a file of examples: an object is expected")
    found: dict[tuple[str, str], dict[JsonValue, None]] = {}
    for operation, shown in document["examples"].items():
        node = model["operations"].get(operation)
        for one in shown if isinstance(node, dict) and isinstance(shown, list) else ():
            for side in ("input", "output"):
                shape = (node.get(side) or {}).get("shape")
                if isinstance(one, dict) and isinstance(shape, str):
                    for place, value in _values(model["shapes"], shape, one.get(side), 0):
                        found.setdefault(place, {})[value] = None
    # A number that was shown once is no pattern: every count of every row would be that one.
    telling = {
        place: list(values)
        for place, values in found.items()
        if len(values) > 1 or any(isinstance(value, str) for value in values)
    }
    return {place: tuple(values[:MOST_EXAMPLES]) for place, values in telling.items()}


def _values(shapes: dict[str, Any], name: str, value: Any, level: int) -> Iterator[tuple[tuple[str, str], JsonValue]]:
    shape = shapes.get(name)
    if not isinstance(shape, dict) or level > DEEPEST:
        return
    match shape.get("type"), value:
        case "structure", dict():
            for key, inner in value.items():
                member = (shape.get("members") or {}).get(key)
                if not isinstance(member, dict) or not isinstance(member.get("shape"), str):
                    continue
                if _fits(shapes.get(member["shape"]), inner):
                    yield (name, key), inner
                yield from _values(shapes, member["shape"], inner, level + 1)
        case "list", list():
            for inner in value:
                yield from _values(shapes, (shape.get("member") or {}).get("shape", ""), inner, level + 1)
        case "map", dict():
            for inner in value.values():
                yield from _values(shapes, (shape.get("value") or {}).get("shape", ""), inner, level + 1)


def _fits(shape: Any, value: Any) -> bool:
    kind = shape.get("type") if isinstance(shape, dict) else None
    if isinstance(value, bool) or not isinstance(value, _TYPES.get(kind or "", ())):
        return False
    return not isinstance(value, str) or (0 < len(value) <= _LONGEST and telling(value))
