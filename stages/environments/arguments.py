"""An operation's remaining arguments: pages, filters, and the errors it names."""

import re
from typing import NamedTuple

from stages.core.records import Field, Operation
from stages.environments.drafts import rows_of
from stages.environments.nouns import squeezed
from stages.environments.shapes import FieldShape

_SIZE = frozenset({"maxresults", "pagesize", "limit", "maxitems", "maxrecords", "pagelimit", "maxresultsperpage"})
_TOKEN = frozenset(
    {"pagetoken", "nexttoken", "marker", "nextpagetoken", "continuationtoken", "startingtoken", "cursor"}
)
_NEXT = frozenset({"nextpagetoken", "nexttoken", "nextmarker", "marker", "continuationtoken", "nextcursor", "cursor"})
_MISSING = re.compile(r"NotFound|DoesNotExist|NotExists|NonExistent|Nonexistent|NoSuch|Unknown")
_TAKEN = re.compile(r"AlreadyExists|Duplicate|NameInUse|AlreadyInUse|Conflict|InUse")
_LIVE = re.compile(r"InvalidStat|Precondition|InvalidOperation|InvalidRequest|Conflict|NotPermitted")
_BAD_TOKEN = re.compile(
    r"NextToken|InvalidToken|Marker|Pagination|InvalidRequest|InvalidParameter|Validation|BadRequest|InvalidInput|InvalidArgument"
)
DEFAULT_SIZE = 20
LARGEST_SIZE = 100


class Paging(NamedTuple):
    """Names and bounds of a list's pages."""

    size: str | None
    token: str | None
    default: int | None
    largest: int | None
    items: str
    next_token: str | None


def paging(operation: Operation, response: Field | None, word: str) -> Paging:
    """How the list is cut in pages; a bare array is shown under the collection's own name."""
    size = next((p for p in operation.parameters if squeezed(p.name) in _SIZE and p.type == "integer"), None)
    token = next((p for p in operation.parameters if squeezed(p.name) in _TOKEN and p.type == "string"), None)
    rows = rows_of(response)
    after = next((p.name for p in response.properties if squeezed(p.name) in _NEXT), None) if response else None
    largest = LARGEST_SIZE
    if size is not None and size.maximum and 1 <= size.maximum <= 10_000:
        largest = int(size.maximum)
    wanted = size.default if size is not None and isinstance(size.default, int) and size.default > 0 else DEFAULT_SIZE
    paged = token is not None and after is not None
    return Paging(
        size.name if size else None,
        token.name if token and paged else None,
        min(wanted, largest) if size or paged else None,
        largest if size else None,
        rows.name if rows else word,
        after if paged else None,
    )


def filters(operation: Operation, fields: tuple[FieldShape, ...], taken: set[str]) -> dict[str, str]:
    """Arguments that narrow a list: those named like a scalar column of the same type."""
    columns = {f.name.lower(): f for f in fields if f.kind in ("text", "enum", "boolean") and f.listed}
    found = {}
    for parameter in operation.parameters:
        column = columns.get(parameter.name.lower())
        if column is None or parameter.name in taken or parameter.type != column.json_schema["type"]:
            continue
        if parameter.name.isidentifier():
            found[parameter.name] = column.name
    return found


def error(operation: Operation, kind: str, word: str) -> str:
    """The API's own name for `missing`, `taken`, `live` or `bad_token`, else google.rpc's."""
    pattern, other = {
        "missing": (_MISSING, "NOT_FOUND"),
        "taken": (_TAKEN, "ALREADY_EXISTS"),
        "live": (_LIVE, "FAILED_PRECONDITION"),
        "bad_token": (_BAD_TOKEN, "INVALID_ARGUMENT"),
    }[kind]
    named = [name for name in operation.errors if pattern.search(name)]
    return min(named, key=lambda name: (not name.lower().startswith(word), operation.errors.index(name)), default=other)
