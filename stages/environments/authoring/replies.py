"""What a model may write, as typed records; and a reply read as one of them, or why it is none."""

import re
from typing import Annotated, Literal, TypeVar

from pydantic import Field, JsonValue, StringConstraints, ValidationError

from stages.core.records import Record, Scalar, Step, Table

LONGEST = 200_000
"""Characters of one reply."""
TOLD = 8
"""Mistakes of one reply that are told back."""
Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Rows = dict[str, tuple[dict[str, Scalar], ...]]
"""Table -> rows, or parts of rows."""


class ProposedTool(Record):
    """A tool as its caller sees it."""

    name: str
    description: Words
    parameters: dict[str, JsonValue]
    """JSON Schema of the arguments: an object with `properties` and `required`."""
    writes: bool | None = None
    """Whether it may change the state; None where the description does not say."""


class Proposal(Record):
    """The interface of an environment, before anything of its inside is known."""

    title: Short
    description: Words
    tools: tuple[ProposedTool, ...] = Field(min_length=1, max_length=32)


class WrittenTool(Record):
    """The inside of one tool. Every claim but `table` and `program` is optional, and is held to what the tool does."""

    table: str
    program: tuple[Step, ...] = Field(min_length=1, max_length=24)
    verb: Literal["list", "get", "create", "update", "patch", "delete", "action"] = "action"
    key_parameter: str | None = None
    parents: dict[str, str] = {}
    fields: dict[str, str] = {}
    filters: dict[str, str] = {}
    items: str | None = None


class Draft(Record):
    """Tables and programs: all there is to an environment's inside."""

    tables: tuple[Table, ...] = Field(min_length=1, max_length=12)
    tools: dict[str, WrittenTool]


class State(Record):
    """One start state."""

    name: Short
    complexity: Literal["simple", "medium", "complex", "boundary"]
    description: Words
    expect: Literal["pass", "validation_error"] = "pass"
    """`validation_error`: it breaks the tables on purpose and must be turned away."""
    now: str = "2026-03-02T09:00:00Z"
    next_id: int = Field(default=100, ge=0, le=1_000_000)
    tables: Rows


class States(Record):
    """The start states."""

    scenarios: tuple[State, ...] = Field(min_length=2, max_length=8)


class Call(Record):
    """One call and what must come of it: `error`'s code, or a value that holds at least what `value` holds."""

    tool: str
    arguments: dict[str, JsonValue]
    error: str | None = None
    value: JsonValue = None


class Case(Record):
    """A short session on one start state; what it leaves behind is all in `rows` and `gone`."""

    scenario: Short
    kind: Literal["valid", "boundary", "error"]
    calls: tuple[Call, ...] = Field(min_length=1, max_length=8)
    rows: Rows = {}
    """Table -> what is known of each row that was added or changed; nothing else may differ."""
    gone: dict[str, tuple[Scalar, ...]] = {}
    """Table -> keys of the rows that are no longer there."""


class Cases(Record):
    """The cases."""

    cases: tuple[Case, ...] = Field(min_length=1, max_length=96)


class Revision(Record):
    """A correction: whose fault it was, and the parts that change."""

    fault: Literal["programs", "scenarios"]
    tables: tuple[Table, ...] | None = Field(default=None, min_length=1, max_length=12)
    tools: dict[str, WrittenTool] = {}
    """Those that change; the others stay."""
    scenarios: tuple[State, ...] | None = Field(default=None, min_length=2, max_length=8)
    cases: tuple[Case, ...] | None = Field(default=None, min_length=1, max_length=96)


Read = TypeVar("Read", bound=Record)


def read(text: str, model: type[Read]) -> Read | list[str]:
    """The record that a reply is, or its mistakes in words.

    A reply is one JSON object; a fence around it and a `<think>` part before it do no harm, prose does.
    """
    if len(text) > LONGEST:
        return [f"the reply has more than {LONGEST} characters"]
    bare = re.sub(r"^\s*<think>.*?</think>", "", text, count=1, flags=re.DOTALL).strip()
    fenced = re.fullmatch(r"```(?:json)?\s*\n(.*)\n```", bare, flags=re.DOTALL)
    try:
        return model.model_validate_json(fenced[1] if fenced else bare)
    except ValidationError as error:
        found = error.errors(include_url=False)
        if found[0]["type"] == "json_invalid":
            return [f"the reply is not one JSON object: {found[0]['msg'][:120]}"]
        return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}"[:240] for one in found[:TOLD]]
