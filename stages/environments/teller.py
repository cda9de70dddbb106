"""Tells call sequences on the oracle and writes down what came of each call."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from stages.core.records import Scenario, canonical
from stages.environments.labels import Words
from stages.environments.oracle import Oracle
from stages.environments.shapes import ApiShape, EntityShape, Entries, FieldShape, Tags, ToolShape
from stages.environments.values import value_of


class Expected(NamedTuple):
    """One call and what must come of it; `state` is the canonical JSON of tables and `_meta` after it."""

    tool: str
    arguments: dict[str, Any]
    ok: bool
    value: str
    """Canonical JSON of the value, or the error code."""
    message: str | None
    """The error's message; None where the oracle does not know it."""
    state: str


class Script(NamedTuple):
    """A short story of one check, told from a scenario's start."""

    check: str
    tool: str
    scenario: int
    steps: tuple[Expected, ...]


class Teller:
    """Plays calls on the oracle and writes down what came of them."""

    def __init__(self, shape: ApiShape, scenario: Scenario, index: int, source: Words) -> None:
        self.shape, self.scenario, self.index, self.source = shape, scenario, index, source
        self.now = datetime.strptime(scenario.now, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        self.fresh = 0
        self.start = Oracle(shape, scenario)
        self.begun = seen(self.start.state(), self.start.meta())

    def begin(self) -> None:
        """Start a new story from the scenario's start."""
        self.oracle, self.state = self.start.copy(), self.begun
        self.steps: list[Expected] = []

    def call(self, tool: ToolShape, arguments: dict[str, Any]) -> Any:
        """Play one call; returns its value, None after an error."""
        ok, value = self.oracle.call(tool.name, arguments)
        if ok and tool.writes:
            # Nothing else changes the state: to write it out anew costs more than all the rest.
            self.state = seen(self.oracle.state(), self.oracle.meta())
        self.steps.append(Expected(tool.name, arguments, ok, canonical(value), self.oracle.message, self.state))
        return value if ok else None

    def end(self, check: str, tool: ToolShape) -> Script:
        """The story told so far."""
        return Script(check, tool.name, self.index, tuple(self.steps))

    def value(self, field: FieldShape) -> Any:
        """A fresh value for an argument; texts are numbered so that no two writes agree by chance."""
        value = value_of(field.name, field.json_schema, self.source, self.now)
        plain = field.json_schema.get("type") == "string" and not field.json_schema.get("enum") and not field.format
        if plain and "format" not in field.json_schema:
            self.fresh += 1
            return f"{value} {self.fresh}"
        return value

    def pair(self, field: FieldShape) -> tuple[Any, Any]:
        """Two values of an argument that differ wherever its type has two."""
        if field.kind == "boolean":
            return True, False
        if field.one_of:
            return field.one_of[0], field.one_of[-1]
        return self.value(field), self.value(field)

    def place(self, tool: ToolShape, row: dict[str, Any] | None) -> dict[str, Any] | None:
        """Arguments for the parents: those of `row`, else of the first row that could be one; and what a list must be asked."""
        found: dict[str, Any] = {}
        entity = self.shape.entity(tool.table)
        key = row[entity.parent_field] if row and entity.parent_field else None
        for argument, table in reversed(tool.parents.items()):
            parent = self.shape.entity(table)
            rows = self.oracle.tables[table]
            if key is None or key not in rows:
                key = next(iter(sorted(rows)), None)
            if key is None:
                return None
            found[argument] = key
            key = rows[key][parent.parent_field] if parent.parent_field else None
        must = {name: self._asked(tool, entity, name, row) for name in tool.required if name in tool.filters}
        if tool.page_size in tool.required:
            must[tool.page_size or ""] = min(10, tool.page_max or 10)
        return {name: found[name] for name in tool.parents} | must

    def _asked(self, tool: ToolShape, entity: EntityShape, name: str, row: dict[str, Any] | None) -> Any:
        """A value for a filter that a list cannot do without: the row's, where it has one."""
        field = entity.field(tool.filters[name])
        value = row[field.name] if row else None
        if value is None:
            return self.pair(field)[0]
        return bool(value) if field.kind == "boolean" else value

    def target(self, tool: ToolShape, row: dict[str, Any]) -> dict[str, Any]:
        """Arguments that name an existing row."""
        entity = self.shape.entity(tool.table)
        if tool.tags:
            return {tool.tags.argument: row[tool.tags.rows[tool.table]]}
        if tool.batch and tool.batch.entries:
            entry = self.entry(tool, tool.batch.entries, None if tool.verb == "batch_create" else row[entity.key])
            return (self.place(tool, row) or {}) | {tool.batch.keys: [entry]}
        named = {tool.batch.keys: [row[entity.key]]} if tool.batch else {tool.key_parameter or "": row[entity.key]}
        return (self.place(tool, row) or {}) | named

    def entry(
        self,
        tool: ToolShape,
        entries: Entries,
        key: str | None,
        *,
        full: bool = True,
        given: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """An entry of a batch: all fields or the required ones, and those given; under a fresh name where `key` is None."""
        entity = self.shape.entity(tool.table)
        inner: Any = tool.more[tool.batch.keys if tool.batch else ""]["items"]
        for name in entries.inside:
            inner = inner["properties"][name]
        row = {p: self.value(entity.field(c)) for p, c in entries.fields.items() if full or p in inner["required"]}
        row |= given or {}
        entry: dict[str, Any] = dict.fromkeys(entries.inside, row) if entries.inside else row
        if entries.key:
            if key is None:
                self.fresh += 1
                key = f"fresh-{self.fresh}"
            (entry if len(entries.key) == 1 else row)[entries.key[-1]] = key
        return entry

    def body(self, tool: ToolShape, *, full: bool) -> dict[str, Any]:
        """Written arguments: all, or the required ones only."""
        entity = self.shape.entity(tool.table)
        found = {a: self.value(entity.field(c)) for a, c in tool.fields.items() if full or a in tool.required}
        if tool.verb == "create" and tool.key_parameter:
            self.fresh += 1
            found[tool.key_parameter] = f"fresh-{self.fresh}"
        if tool.elsewhere:
            found[tool.elsewhere] = self.elsewhere(tool)
        if tool.tags and tool.tags.given:
            found[tool.tags.given] = self.tags(tool, tool.tags)
        return found

    def elsewhere(self, tool: ToolShape) -> str:
        """A new name for a copy; for a move the last of the parents there are."""
        if tool.verb == "copy":
            self.fresh += 1
            return f"fresh-{self.fresh}"
        return max(self.oracle.tables[self.shape.entity(tool.table).parent or ""], default="nowhere")

    def tags(self, tool: ToolShape, tags: Tags) -> Any:
        """A fresh tag to put; to take away, all keys that rows of the table have."""
        if tool.verb == "tag":
            self.fresh += 1
            pair = ("team", f"blue {self.fresh}")
            return dict([pair]) if tags.entry is None else [dict(zip(tags.entry, pair, strict=True))]
        values = [row[tags.columns[tool.table]] or () for row in self.oracle.tables[tool.table].values()]
        return sorted({key if tags.entry is None else key[tags.entry[0]] for value in values for key in value})


def seen(state: dict[str, list[dict[str, Any]]], meta: tuple[str, int]) -> str:
    """One text for a whole state, JSON columns read."""
    return canonical([state, list(meta)])
