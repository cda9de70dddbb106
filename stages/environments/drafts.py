"""A resource before its columns are known: which operation is which verb, and which argument is whose key."""

from typing import NamedTuple

from stages.core.records import Field, Operation
from stages.environments.shapes import Verb


class Scope(NamedTuple):
    """An argument that says inside what: `segment` is the literal before it, `lists` in `/lists/{tasklist}`."""

    argument: str
    segment: str
    reserved: bool = False
    """Written `{+parent}`: a whole resource name, so the enclosing resource is known by the collection's name alone."""


class Use(NamedTuple):
    """One operation as a verb."""

    verb: Verb
    operation: Operation
    key: str | None
    scopes: tuple[Scope, ...] = ()
    word: str = ""
    """A `set`'s own verb: `pause`."""


class Draft(NamedTuple):
    """One resource."""

    name: str
    segment: str
    item: Field
    key_argument: str
    key_property: str
    chosen: str | None
    """The create's argument by which the caller names the row; None: minted."""
    uses: dict[Verb, Use]
    word: str
    """The identifier that its noun is read from."""
    actions: tuple[Use, ...] = ()
    """Operations that put a row into a state; there may be many."""


def origin(draft: Draft) -> Use:
    """The use that says where a row lies: its create, else what reads it."""
    return next(draft.uses[verb] for verb in ("create", "list", "get") if verb in draft.uses)


class Refused(NamedTuple):
    """Operations left out together, and why."""

    reason: str
    operations: int


def schema(schemas: dict[str, Field], name: str | None) -> Field | None:
    """The named schema if it is an object with properties."""
    found = schemas.get(name) if name else None
    return found if found is not None and found.type == "object" and found.properties else None


def rows_of(response: Field | None) -> Field | None:
    """The property of a list's response that holds the rows: its only array of objects, else `items`, else the first."""
    if response is None:
        return None
    found = [p for p in response.properties if p.type == "array" and p.items and p.items.type == "object"]
    return next((p for p in found if p.name == "items"), found[0] if found else None)
