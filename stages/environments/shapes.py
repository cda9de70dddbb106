"""What an API means, before any SQL: entities with typed columns, and tools as verbs over them.

`recognise` makes an `ApiShape` from an `Api`; `compile` turns it into programs and `oracle` into plain dictionaries.
The two read nothing else of each other, so a mistake in one of them shows as a difference. What each part means when
the environment runs is written here, once; both sides follow it.

Rules that hold for every tool:

- A call that ends in an error changes nothing. Arguments are checked against the JSON Schema first (INVALID_ARGUMENT).
- Parents are looked up outermost first, then the row; a missing one ends the call with its error. A row is found only
  under the parents that were given: a task of another list is missing. The message is `no <noun> <key given>`; of a key
  that is taken `<noun> <key> already exists`; of a bad token `no page of this list has that token`.
- A key is unique in its table, whatever the parent.
- Every successful write moves `_meta.now` on by one minute; `updated`-like columns take the new time. A minted create
  first adds 1 to `_meta.next_id`; the key is `prefix` and that number in at least three digits (`t101`).
- create: an argument left out stores the field's default, else null. patch: left out keeps, null clears, an object is
  merged into the stored one (RFC 7396), everything else replaces. update: each field of `fields` left out goes back to
  its default, else null. delete: the row and all rows below it.
- soft delete (of an entity with an undelete): the row and all rows below it go to rest in tables of their own
  (`EntityShape.bin`) as they are, where no other tool finds them; their keys stay taken. undelete: they all come back as
  they were, the row itself with the new time of a write. A row that is there is first of all not deleted (`live`:
  `<noun> <key> is not deleted`). What a deleted row lay in may go for good, and takes it along.
- set (cancel, pause, enable and their like): the fields of `sets` take their values, whatever they were before.
- A coupled time (`follows`) is the moment at which another field took a value: when a write leaves that field at the
  value, the time stays if there is one, else becomes the new now; at any other value it is null. The rule is put to
  the written row after everything else, by create, patch and update alike.
- A derived column (an ARN) is its prefix and the row's key, as long as the row lives; nobody writes it.
- tag, untag, tags: of the tables in `Tags.rows` the row whose column holds the given text; no such row ends the call
  with `no resource <text given>`. tag puts the entries given over those of the same key, untag takes away the entries
  of the keys given and says nothing of a key that is not there, tags shows them all. A list of entries is afterwards
  in order of its keys (by bytes), one entry a key, the last that was given; a list nobody tagged is as it was created.
- batch_get: the rows of the keys given in the order given, each as often as it is asked for. batch_delete: those rows
  and all below them. A key without a row ends the call (`not every <noun> given is there`), unless the value has a
  place for it (`Batch.missing`): there it is told in the order given, and the others are shown or deleted. That
  property is there even when it is empty. batch_create: a row of each entry, as create makes it, in the order given and
  at one time. A key that is taken or that an earlier entry has ends the call (`not every <noun> given is new`), unless
  it can be told. batch_update: each entry patches its row, at one time; a row named twice ends the call in
  INVALID_ARGUMENT (`a <noun> is given twice`) before any is looked for.
- copy: a new row under the name in `elsewhere`, with the columns of the row named and the fields given; what tag and
  policy tools write is not copied, times of the server's are new. move: the row goes with all below it under the
  parent in `elsewhere`, which is looked for after the row.
- part, put: one column of a row found by its key alone: shown (an empty object where nothing was put), or replaced by
  what is given and then shown.
- A row is shown without null values, keys in the order of `EntityShape.fields`; `shown` says which fields, `listed`
  which of them a list shows. Booleans are true and false, JSON columns are values, REAL columns are floats.
- list: rows under the parents that equal every given filter and fit every given query, ordered by key (by bytes) unless
  the call asks for another order (`Sort`), `page_size` at a time. With
  more to come, `next_token` holds `p:<last key shown>` and, for each filter in order, `~<value or nothing>`; booleans
  count as 1 and 0. A token without `p:` and a key, or whose filters differ from the call's, ends in `bad_token`. Queries
  and the order asked for count among the filters, a list of values as its JSON.
- queries (`Query.kind`), of a column that is null none fits: contains, the column holds the text, ASCII letters of either
  case; wild, the same, `*` in the text standing for anything; prefix, the column begins with it, letter for letter;
  any_of, it is among the values, an empty list asks for nothing; after and before, the moment is later or earlier than the
  one given, from and until, that or the same one, to the millisecond. Of several columns one must fit.
- sort: by the column that `by` names (none: by key), nulls first, equal values by key; descending the whole the other way
  round. A token of a list in another order than by key names a row: once that row is gone it is no token of it.
"""

from typing import Literal

from pydantic import JsonValue

from stages.core.records import Record, Scalar, Source

Verb = Literal[
    "list", "get", "create", "update", "patch", "delete", "set", "tag", "untag", "tags", "batch_get", "batch_delete",
    "batch_create", "batch_update", "part", "put", "copy", "move", "undelete",
]  # fmt: skip
Kind = Literal["key", "parent", "text", "number", "boolean", "enum", "time", "json", "etag"]


class FieldShape(Record):
    """A column. Its name is the API's property; only a parent column may have no property of its own."""

    name: str
    kind: Kind
    type: Literal["TEXT", "INTEGER", "REAL"]
    json_schema: dict[str, JsonValue]
    """JSON Schema of a value as the API takes and shows it (never null), without description."""
    description: str = ""
    format: str | None = None
    writable: bool = False
    """Some tool of the environment writes it from an argument."""
    required: bool = False
    """Never null: a create must give it, or `default` or the clock does."""
    default: Scalar = None
    """As stored (booleans 0/1, JSON as text), when a create or an update leaves it out."""
    one_of: tuple[str, ...] = ()
    clock: Literal["create", "write", "follows"] | None = None
    """Takes `_meta.now` when the row is created, at every write to it, or as `follows` says."""
    follows: tuple[str, Scalar] | None = None
    """Field and value that a coupled time goes with: `completed` follows `status` = `completed`."""
    derived: str | None = None
    """What stands before the key in a name that the server makes of it; of kind `etag`, for the goal is not about it."""
    shown: bool = True
    listed: bool = True
    read_only: Literal["flag", "prose"] | None = None
    """How the description said that it is output-only."""
    examples: tuple[JsonValue, ...] = ()
    """Values of the column's own type that the description shows."""


class EntityShape(Record):
    """One resource: a table, what people call it, and how its rows are told apart."""

    table: str
    noun: str
    plural: str
    key: str
    """Name of the key field."""
    minted: bool
    """True: the server makes keys of `prefix` and a number. False: the caller names the row in create."""
    prefix: str = ""
    parent: str | None = None
    """Table that rows belong to, and the field that holds its key."""
    parent_field: str | None = None
    label: str | None = None
    """Field by which a person names a row."""
    fields: tuple[FieldShape, ...]
    """Key first, then the parent, then the rest by usefulness."""
    bin: str | None = None
    """Table in which deleted rows rest until they are undeleted, their own or with what they lay in."""
    resource: str = ""
    """The API's own name of the collection."""
    schema_name: str | None = None

    def field(self, name: str) -> FieldShape:
        """The field of that name. Raises KeyError."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


class Tags(Record):
    """Which rows a tag tool can name, and how the API writes entries."""

    argument: str
    """Says which row."""
    rows: dict[str, str]
    """Table -> column that holds what the argument says."""
    columns: dict[str, str]
    """Table -> column of the entries: an object, or a list of objects as `entry` says."""
    entry: tuple[str, str] | None = None
    """Names of an entry's key and value; None: a map from keys to values."""
    given: str | None = None
    """Argument with the entries to put (tag) or the keys to take away (untag)."""
    shown: str | None = None
    """Property of the value of `tags`."""


class Entries(Record):
    """How an entry of a batch's list is read."""

    inside: tuple[str, ...] = ()
    """Path of the object that holds the fields; (): the entry itself."""
    key: tuple[str, ...] = ()
    """Path of the row's key; (): the server makes it."""
    fields: dict[str, str]
    """Property -> field it writes."""


class Batch(Record):
    """How a tool takes many keys at once, and where it tells of those that are missing."""

    keys: str
    """Argument: the list of keys, or of entries."""
    entries: Entries | None = None
    """Of a batch that makes or changes rows."""
    items: str | None = None
    """Property of the value that holds the rows (never those of a batch_delete)."""
    missing: str | None = None
    """Property that tells the keys without a row (of batch_create: those taken); None: one such key fails the call."""
    told: tuple[str, str | None, str | None] | None = None
    """Properties of one told key: the key, the error's code, its message; None: the key alone, as a text."""


class Query(Record):
    """What a list's argument asks of its rows."""

    kind: Literal["contains", "wild", "prefix", "any_of", "after", "from", "before", "until"]
    columns: tuple[str, ...]


class Sort(Record):
    """In which order a list can be asked for."""

    by: str | None = None
    """Argument that names the column."""
    columns: dict[str, str] = {}
    """Its values -> columns."""
    order: str | None = None
    """Argument that says which way round."""
    down: str | None = None
    """Its value for descending."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """Those that there are."""
        return tuple(name for name in (self.by, self.order) if name)


class ToolShape(Record):
    """One operation as a verb over an entity. All arguments are in exactly one of the groups below."""

    name: str
    operation: str
    verb: Verb
    table: str
    description: str
    """First sentence, plain text."""
    key_parameter: str | None = None
    """Holds the key of the row acted on; in a create the key that the caller chose (None: minted)."""
    parents: dict[str, str] = {}
    """Argument -> table, outermost first. A create stores the last one in the entity's `parent_field`."""
    fields: dict[str, str] = {}
    """Argument -> field it writes."""
    sets: dict[str, Scalar] = {}
    """Field -> value, as stored, that a `set` gives it."""
    filters: dict[str, str] = {}
    """Argument -> field that must equal it. Lists only."""
    queries: dict[str, Query] = {}
    """Argument -> what else it asks of the rows. Lists only."""
    sort: Sort | None = None
    required: tuple[str, ...] = ()
    """Arguments that must be there."""
    nullable: tuple[str, ...] = ()
    """Arguments that may be null (patch only)."""
    page_size: str | None = None
    page_token: str | None = None
    page_default: int | None = None
    """Rows a page when the call does not say; None: all rows. More than `page_max` is refused by the schema."""
    page_max: int | None = None
    items: str | None = None
    """Property of a list's value that holds the rows, and the one that holds the next page's token."""
    next_token: str | None = None
    more: dict[str, dict[str, JsonValue]] = {}
    """Argument that no column describes -> its JSON Schema; never null."""
    tags: Tags | None = None
    batch: Batch | None = None
    elsewhere: str | None = None
    """Argument: the new row's key (copy), or the new parent's (move)."""
    part: str | None = None
    """Column that a `part` or a `put` is about."""
    soft: bool = False
    """A delete that can be undone."""
    missing: str = "NOT_FOUND"
    """Error when the row or a parent is not there."""
    taken: str = "ALREADY_EXISTS"
    """Error when a caller-named key is in use."""
    bad_token: str = "INVALID_ARGUMENT"
    live: str = "FAILED_PRECONDITION"
    """Error when the row to undelete is not deleted."""
    errors: tuple[str, ...] = ()
    """All errors the program itself may end in."""
    page: str | None = None
    described: dict[str, tuple[str, bool]] = {}
    """Parameter of the operation -> its type and whether it is required, as the description says it."""

    @property
    def writes(self) -> bool:
        """Whether a successful call changes the state."""
        return self.verb not in ("list", "get", "tags", "batch_get", "part")


class ApiShape(Record):
    """All that was understood of an API. Parents come before children; what was not understood is counted."""

    id: str
    title: str
    description: str
    domain: str
    publisher: str
    source: Source
    entities: tuple[EntityShape, ...]
    tools: tuple[ToolShape, ...]
    left_out: dict[str, int] = {}
    """Operations, parameters and fields refused, counted by reason code."""
    operations: int

    def entity(self, table: str) -> EntityShape:
        """The entity of that table. Raises KeyError."""
        for entity in self.entities:
            if entity.table == table:
                return entity
        raise KeyError(table)

    def of_one_row(self, table: str) -> set[str]:
        """Columns of the table that tools write beside the row's own fields: tags and policies."""
        found = {tool.part for tool in self.tools if tool.table == table and tool.part}
        return found | {tool.tags.columns[table] for tool in self.tools if tool.tags and table in tool.tags.columns}

    def chain(self, table: str) -> tuple[EntityShape, ...]:
        """The entity and those it lies in, outermost first."""
        entity = self.entity(table)
        return (*(self.chain(entity.parent) if entity.parent else ()), entity)
