"""A description that was read: its line in apis.jsonl, why it is here, and the figures that metrics add up.

The line is text, not a record: hundreds of descriptions as records are more than a small machine holds.
"""

from typing import NamedTuple

from stages.core.records import Api, Record


class Choice(Record):
    """Why an API is here. `id` is the Api's."""

    id: str
    parents: tuple[str, ...] = ()
    domain: str
    operations: int
    left_out: int
    use: str
    """`environment`, or `breadth` for single-call rows."""
    reason: str


class Found(NamedTuple):
    """One API, ready to be written."""

    line: str
    choice: Choice
    publisher: str
    schemas: int
    left_out: dict[str, int]


def found(api: Api, reason: str) -> Found:
    """An API that is to become an environment."""
    line = api.model_dump_json(by_alias=True)
    return Found(line, choice(api, reason, "environment"), api.publisher, len(api.schemas), api.left_out)


def choice(api: Api, reason: str, use: str) -> Choice:
    """Why the API is here, with its size."""
    count = len(api.operations)
    return Choice(
        id=api.id, domain=api.domain, operations=count, left_out=sum(api.left_out.values()), use=use, reason=reason
    )
