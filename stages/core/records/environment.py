"""An environment as data: tables, tools as format 1 programs, and the start states it opens with."""

from typing import Annotated, Literal

from pydantic import Field as PydanticField
from pydantic import JsonValue

from stages.core.records.api import Source
from stages.core.records.base import Record

Scalar = str | int | float | None


class Column(Record):
    """A STRICT column. `kind` tells digests, scenarios and dialogues what the value is for."""

    name: str
    type: Literal["TEXT", "INTEGER", "REAL"]
    kind: Literal["key", "parent", "text", "number", "boolean", "enum", "time", "json", "etag", "position"]
    required: bool = False
    """NOT NULL."""
    unique: bool = False
    references: str | None = None
    """A table whose primary key this column holds; rows go with it (ON DELETE CASCADE)."""
    one_of: tuple[str, ...] = ()
    """CHECK(column IN ...), for enums."""
    default: Scalar = None
    description: str = ""
    format: str | None = None
    clock: bool = False
    """Set from `_meta.now` by the programs (created, updated): left out of the goal digest."""


class Table(Record):
    """One resource. The primary key is the column of kind `key`."""

    name: str
    noun: str
    """What a person calls one of them: `task list`."""
    plural: str
    columns: tuple[Column, ...]
    label: str | None
    """The column a person would use to name a row (`title`); None if there is none."""
    minted: bool
    """True: the server makes the key. False: the caller chooses it (then the key is usually the label too)."""
    parent: str | None = None
    """Table of the parent, where there is one."""
    schema_name: str | None = None

    @property
    def key(self) -> str:
        """Name of the primary key column."""
        return next(column.name for column in self.columns if column.kind == "key")


class Let(Record):
    """Exactly one row; its columns become names for later steps."""

    let: str


class Require(Record):
    """Must give a row, else the call ends with the named error; `{name}` in the message is an argument."""

    require: str
    error: str
    message: str


class Run(Record):
    """One INSERT, UPDATE or DELETE."""

    run: str


class Return(Record):
    """The last step: one row, one column of JSON."""

    return_: Annotated[str, PydanticField(alias="return")]

    model_config = Record.model_config | {"populate_by_name": True, "serialize_by_alias": True}


Step = Let | Require | Run | Return


class Tool(Record):
    """A tool of an environment: what the model sees (name, description, parameters) and what it does (program)."""

    name: str
    """`tasks_insert`: letters, digits, underscores, at most 64."""
    description: str
    parameters: dict[str, JsonValue]
    """JSON Schema of the arguments: an object with `properties`, `required`, additionalProperties false."""
    returns: dict[str, JsonValue] = {}
    """JSON Schema of the value returned; each property that holds a key has `x-entity`: the table it is a key of."""
    verb: Literal["list", "get", "create", "update", "patch", "delete", "action"]
    """update replaces what may be written, patch changes only what was given."""
    table: str
    writes: bool
    program: tuple[Step, ...]
    errors: tuple[str, ...] = ()
    key_parameter: str | None = None
    """The argument that holds the key of the row acted on (get, update, patch, delete)."""
    parents: dict[str, str] = {}
    """Argument -> table whose key it holds (the enclosing resources)."""
    fields: dict[str, str] = {}
    """Argument -> column it writes (create, update, patch)."""
    filters: dict[str, str] = {}
    """Argument -> column a list narrows by equality."""
    items: str | None = None
    """The property of a list's value that holds the rows."""
    page_size: str | None = None
    page_token: str | None = None
    operation: str = ""
    """Name of the API's operation."""
    page: str | None = None


class Environment(Record):
    """`environment.json`. `id` equals the Api's id. `use` says what it may serve."""

    id: str
    title: str
    description: str = ""
    domain: str
    publisher: str
    use: Literal["train", "evaluation"]
    source: Source
    tables: tuple[Table, ...]
    """Parents before children."""
    tools: tuple[Tool, ...]
    left_out: dict[str, int] = {}
    """Operations, parameters and fields the compiler refused, counted by reason code."""
    operations: int
    """How many operations the API describes, for coverage."""

    def tool(self, name: str) -> Tool:
        """The tool of that name. Raises KeyError."""
        for tool in self.tools:
            if tool.name == name:
                return tool
        raise KeyError(name)

    def table(self, name: str) -> Table:
        """The table of that name. Raises KeyError."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)


class Scenario(Record):
    """A start state. Rows hold SQLite values as stored: booleans 0/1, JSON as text."""

    id: str
    environment: str
    complexity: Literal["simple", "medium", "complex", "boundary", "refused"]
    expect: Literal["load", "refuse"]
    """`refuse`: the engine must turn it away (it breaks the schema); part of the gate's evidence."""
    now: str
    """RFC 3339 UTC, `2026-03-02T09:00:00Z`."""
    next_id: int
    tables: dict[str, tuple[dict[str, Scalar], ...]]
