"""`$ref` inside a given set of files and nowhere else, by the library `referencing`.

`#/components/schemas/Pet` points into the same file; `./schemas/pets.yaml#/Pet` into another file of the same given
folder, `#Pet` at the schema with that `$anchor`. A scheme (`file:`, `http:`), an absolute path, `..` out of the folder or a
file that was not given is a UserError naming the reference: it is refused before the library sees it, and what the library
retrieves comes from the given files alone. `$id` gives a file no other name.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urldefrag, urljoin

from referencing import Anchor, Registry, Resource, Specification
from referencing.exceptions import Unresolvable, Unretrievable

from stages.core.errors import UserError
from stages.sources.limits import HOPS


class Place(NamedTuple):
    """A node, the file it lies in (needed to follow what it refers to), and what a reference called it."""

    node: Any
    file: str
    key: tuple[str, str] | None
    """(file, pointer), or None for a node that no reference led to."""
    name: str
    """The last part of the pointer, or the file's name where it is a whole file: a schema's name. "" where it has none."""


class References:
    """The given files, by path relative to the folder (POSIX). They are read when a reference first needs them."""

    def __init__(self, files: Mapping[str, Any]) -> None:
        self.files = files
        self._registry: Registry[Any] = Registry(retrieve=self._retrieve)  # type: ignore[call-arg]

    def follow(self, node: Any, file: str) -> Place:
        """The node itself, or what its `$ref` finally points at. Raises UserError."""
        place = Place(node, file, None, "")
        for _ in range(HOPS):
            if not isinstance(place.node, dict) or not isinstance(place.node.get("$ref"), str):
                return place
            place = self._look_up(place.node["$ref"], place.file)
        raise UserError(f"{file}: $ref", f"{node['$ref']!r} leads through more than {HOPS} references")

    def _look_up(self, reference: str, file: str) -> Place:
        where = f"{file}: $ref"
        self._refuse(reference, file, where)
        uri, pointer = urldefrag(urljoin(quote(file), reference))
        target = unquote(uri)
        if target not in self.files:
            raise UserError(where, f"{reference!r} names a file that was not given")
        try:
            # Kept, so that a file is taken in once, and looked through for anchors once, where one is asked for.
            self._registry = self._registry.get_or_retrieve(uri).registry
            if pointer and not pointer.startswith("/"):
                self._registry = self._registry.crawl()
            node = self._registry.resolver(uri).lookup(f"#{pointer}").contents
        except Unretrievable as error:
            raise (error.__cause__ or error) from None
        except (Unresolvable, ValueError, TypeError):  # the last two: a pointer that goes on inside a text or a number
            raise UserError(where, f"{reference!r} points at nothing") from None
        pointer = unquote(pointer).replace("~1", "/")
        whole = "" if target == file else PurePosixPath(target).stem
        return Place(node, target, (target, pointer), pointer.rsplit("/", 1)[-1] or whole)

    @staticmethod
    def _refuse(reference: str, file: str, where: str) -> None:
        target = unquote(reference.partition("#")[0])
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", target) or target.startswith("/") or "\\" in target:
            raise UserError(where, f"{reference!r} leaves the given files; only references inside them are followed")
        if posixpath.normpath(posixpath.join(posixpath.dirname(file), target)).split("/")[0] == "..":
            raise UserError(where, f"{reference!r} climbs out of the given files with '..'; that is not followed")

    def _retrieve(self, uri: str) -> Resource[Any]:
        return Resource(contents=self.files[unquote(uri)], specification=_PLAIN)


def _inner(node: Any) -> Iterable[Any]:
    return node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()


def _anchors(specification: Any, node: Any) -> list[Anchor[Any]]:
    named = node.get("$anchor") if isinstance(node, dict) else None
    if not isinstance(named, str):
        return []
    return [Anchor(name=named, resource=Resource(contents=node, specification=specification))]


_PLAIN: Specification[Any] = Specification(
    name="files without names of their own",
    id_of=lambda contents: None,
    subresources_of=_inner,
    anchors_in=_anchors,
    maybe_in_subresource=lambda segments, resolver, subresource: resolver,
)
"""An API description is no JSON Schema, so no published specification says where its schemas lie; anchors may be anywhere."""
