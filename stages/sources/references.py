"""`$ref` inside a given set of files and nowhere else. A reference is a key to look up, never a place to open.

`#/components/schemas/Pet` points into the same file; `pets.yaml#/Pet` into another file of the same given folder. A
scheme (`file:`, `http:`), an absolute path, `..` or a file that was not given is a UserError naming the reference.
"""

import posixpath
import re
from typing import Any, NamedTuple
from urllib.parse import unquote

from stages.core.errors import UserError

_HOPS = 20
"""References to references followed before giving up."""


class Place(NamedTuple):
    """A node, the file it lies in, and the pointer that names it (both are needed to follow what it refers to)."""

    node: Any
    file: str
    pointer: str

    @property
    def name(self) -> str:
        """The last part of the pointer: a schema's name."""
        return self.pointer.rsplit("/", 1)[-1]


class References:
    """The given files, by path relative to the folder (POSIX), already parsed."""

    def __init__(self, files: dict[str, Any]) -> None:
        self.files = files

    def follow(self, node: Any, file: str) -> Place:
        """The node itself, or what its `$ref` finally points at. Raises UserError."""
        place = Place(node, file, "")
        for _ in range(_HOPS):
            if not isinstance(place.node, dict) or not isinstance(place.node.get("$ref"), str):
                return place
            place = self._look_up(place.node["$ref"], place.file)
        raise UserError(f"{file}: $ref", f"{node['$ref']!r} leads through more than {_HOPS} references")

    def _look_up(self, reference: str, file: str) -> Place:
        where = f"{file}: $ref"
        target, _, pointer = reference.partition("#")
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", target) or target.startswith(("/", "\\")):
            raise UserError(where, f"{reference!r} leaves the given files; only references inside them are followed")
        if target:
            parts = unquote(target).replace("\\", "/").split("/")
            if ".." in parts:
                raise UserError(where, f"{reference!r} climbs out with '..'; that is not followed")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(file), *parts))
        target = target or file
        if target not in self.files:
            raise UserError(where, f"{reference!r} names a file that was not given")
        node = self.files[target]
        for part in filter(None, pointer.split("/")):
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and key in node:
                node = node[key]
            elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
                node = node[int(key)]
            else:
                raise UserError(where, f"{reference!r} points at nothing")
        return Place(node, target, unquote(pointer).replace("~1", "/"))
