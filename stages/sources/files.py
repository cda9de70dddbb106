"""JSON and YAML files as plain values, bounded: bytes, nesting, aliases. The files may be hostile.

YAML is read by the safe loader with two changes: an alias may not be used (a few hundred bytes of nested aliases make
gigabytes), and `1e-5` is a number, as it is in JSON and YAML 1.2.
"""

import gzip
import json
import re
import zlib
from io import BytesIO
from typing import Any

import yaml
from yaml.composer import ComposerError

from stages.core.errors import UserError
from stages.sources.pins import LARGEST

DEEPEST = 64
"""Levels of nesting of a whole document."""


class _Loader(yaml.SafeLoader):
    """SafeLoader that refuses aliases and reads numbers as YAML 1.2 does."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise ComposerError(None, None, "aliases are not read", event.start_mark)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    # Dates stay text: an example value `2020-01-01` must not become an object that JSON does not know.
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+$"),
    list("-+0123456789."),
)


def text(data: bytes, where: str) -> str:
    """UTF-8 text, a byte order mark dropped. Raises UserError naming the byte that is not UTF-8."""
    if len(data) > LARGEST:
        raise UserError(where, f"larger than {LARGEST} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(where, f"not UTF-8 at byte {error.start}") from None


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


def parse_json(data: bytes, where: str) -> Any:
    """A JSON document. Raises UserError naming line and what was wrong."""
    try:
        value = json.loads(text(data, where))
    except json.JSONDecodeError as error:
        raise UserError(f"{where}:{error.lineno}", f"not valid JSON: {error.msg}") from None
    except RecursionError:
        raise UserError(where, f"nested deeper than {DEEPEST} levels") from None
    return _shallow(value, where)


def parse_yaml(data: bytes, where: str) -> Any:
    """A YAML document without aliases. Raises UserError naming line and what was wrong."""
    loader = None
    try:
        loader = _Loader(text(data, where))  # a control character is refused here already
        value = loader.get_single_data()
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        raise UserError(f"{where}:{mark.line + 1 if mark else 1}", f"not valid YAML: {problem or error}") from None
    except (ValueError, TypeError) as error:
        raise UserError(where, f"not valid YAML: {error}") from None
    except RecursionError:
        raise UserError(where, f"nested deeper than {DEEPEST} levels") from None
    finally:
        if loader is not None:
            loader.dispose()
    return _shallow(value, where)


def parse(data: bytes, where: str) -> Any:
    """JSON or YAML by the file's name: `.json` is JSON, anything else YAML (which holds JSON too)."""
    return parse_json(data, where) if where.lower().endswith(".json") else parse_yaml(data, where)


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
