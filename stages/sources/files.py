"""JSON and YAML files as plain values, bounded: bytes, nesting, aliases. The files may be hostile."""

import gzip
import json
import zlib
from collections import Counter
from io import BytesIO
from typing import Any

import yaml

from stages.core.errors import UserError
from stages.sources import yaml_text
from stages.sources.limits import DEEPEST, LARGEST

_WIDE = (b"\xff\xfe", b"\xfe\xff")
"""The byte order marks of UTF-16, with one of which UTF-32 begins too."""


def text(data: bytes, where: str) -> str:
    """UTF-8 text, a byte order mark dropped. Raises UserError naming the byte that is not UTF-8."""
    if len(data) > LARGEST:
        raise UserError(where, f"larger than {LARGEST} bytes")
    if data.startswith(_WIDE) or b"\0" in data[:4]:
        raise UserError(where, "UTF-16 or UTF-32; save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(where, f"not UTF-8 at byte {error.start}; save it as UTF-8") from None


def unpack(data: bytes, where: str) -> bytes:
    """The bytes inside a gzip file. Raises UserError when it is damaged or unpacks to more than LARGEST."""
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as file:
            inside = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(where, f"not a whole gzip file ({error})") from None
    if len(inside) > LARGEST:
        raise UserError(where, f"unpacks to more than {LARGEST} bytes")
    return inside


def parse_json(data: bytes, where: str, once: bool = False) -> Any:
    """A JSON document. Raises UserError naming line and what was wrong.

    With `once` a key that stands twice in an object is an error; without, the last counts, as everywhere (a few files of
    public packages have such keys).
    """
    try:
        value = json.loads(text(data, where), object_pairs_hook=_once if once else None)
    except json.JSONDecodeError as error:
        raise UserError(f"{where}:{error.lineno}", f"not valid JSON: {error.msg}") from None
    except ValueError as error:  # a key that stands twice, a number of more digits than Python reads
        raise UserError(where, f"not valid JSON: {error}") from None
    except RecursionError:
        raise UserError(where, f"nested deeper than {DEEPEST} levels") from None
    return _shallow(value, where)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        (key, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {key!r} stands twice")
    return made


def parse_yaml(data: bytes, where: str) -> Any:
    """A YAML document, aliases followed. Raises UserError naming line and what was wrong."""
    try:
        value = yaml_text.load(text(data, where))
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        said = " ".join(str(problem or error).split())
        raise UserError(f"{where}:{mark.line + 1 if mark else 1}", f"not valid YAML: {said}") from None
    except (ValueError, TypeError) as error:
        raise UserError(where, f"not valid YAML: {error}") from None
    except RecursionError:
        raise UserError(where, f"nested deeper than {DEEPEST} levels") from None
    return _shallow(value, where)


def parse(data: bytes, where: str) -> Any:
    """JSON or YAML by the file's ending (`.json`, `.yaml`, `.yml`), else by how it begins. Keys stand once."""
    ending = where.lower().rpartition(".")[2]
    begins = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if ending == "json" or (ending not in ("yaml", "yml") and begins in (b"{", b"[")):
        return parse_json(data, where, once=True)
    return parse_yaml(data, where)


def _shallow(value: Any, where: str) -> Any:
    """The value itself, once it is known to be no deeper than DEEPEST. Raises UserError."""
    level = [value]
    for _ in range(DEEPEST):
        inner = [item for node in level for item in _children(node)]
        if not inner:
            return value
        level = inner
    raise UserError(where, f"nested deeper than {DEEPEST} levels")


def _children(node: Any) -> list[Any]:
    values = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [value for value in values if isinstance(value, (dict, list))]
