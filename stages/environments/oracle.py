"""What an environment must do, as plain dictionaries: the second opinion that the gate compares the engine with.

Built from the `ApiShape` alone. It imports nothing of the compiler and nothing of the engine, checks arguments by its
own reading of JSON Schema, and keeps rows as Python values (JSON columns as objects). The rules are those written in
`shapes.py`; PROGRAMS, "The gate's oracle", says why a second reading is needed.
"""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from stages.core.records import Scenario
from stages.environments.accepts import accepts
from stages.environments.batches import oracle as batches
from stages.environments.copies import oracle as copies
from stages.environments.failed import CallFailed
from stages.environments.policies import oracle as policies
from stages.environments.queries import oracle as queries
from stages.environments.rows import Row, coupled, default, kept, merged, opened, plain, shown
from stages.environments.shapes import ApiShape, Batch, EntityShape, ToolShape
from stages.environments.tags import oracle as tags
from stages.environments.undeletes import oracle as undeletes


class Oracle:
    """One running state. `call` never raises for what a caller may get wrong."""

    def __init__(self, shape: ApiShape, scenario: Scenario) -> None:
        self.shape = shape
        self.tools = {tool.name: tool for tool in shape.tools}
        self.now, self.next_id = scenario.now, scenario.next_id
        self.message: str | None = None
        """What the last call's error said; None where it succeeded or broke the schema, whose words are its validator's."""
        self.tables: dict[str, dict[str, Row]] = {}
        for entity in shape.entities:
            rows = [dict(row) for row in scenario.tables.get(entity.table, ())]
            self.tables[entity.table] = {str(row[entity.key]): opened(entity, row) for row in rows}

    def copy(self) -> "Oracle":
        """Another oracle in the same state. Values inside a row are replaced and never changed, so rows are enough."""
        twin = copy.copy(self)
        twin.tables = {table: {key: dict(row) for key, row in rows.items()} for table, rows in self.tables.items()}
        return twin

    def call(self, tool: str, arguments: dict[str, Any]) -> tuple[bool, Any]:
        """(True, value) or (False, error code); `message` says the rest."""
        self.message = None
        shape = self.tools.get(tool)
        if shape is None:
            return False, "UNKNOWN_TOOL"
        entity = self.shape.entity(shape.table)
        if not self._valid(shape, entity, arguments):
            return False, "INVALID_ARGUMENT"
        try:
            self._parents(shape, arguments)
            return True, copy.deepcopy(self._act(shape, entity, arguments))
        except CallFailed as error:
            code, self.message = error.args
            return False, code

    def _act(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any]) -> Any:
        if tool.tags:
            table, row = tags.named(tool.tags, tool.missing, self.tables, arguments)
            if tool.verb == "tags":
                return tags.told(tool.tags, table, row)
            row[tool.tags.columns[table]] = tags.written(tool, tool.tags, table, row, arguments)
            self._touched(self.shape.entity(table), row)
            return {}
        if tool.batch:
            return self._batch(tool, tool.batch, entity, arguments)
        if tool.elsewhere:
            return self._elsewhere(tool, entity, arguments)
        if tool.part:
            row = policies.found(tool, entity.noun, self.tables[entity.table], arguments)
            if tool.verb == "put":
                policies.put(tool, row, arguments)
                self._touched(entity, row)
            return policies.told(tool, row)
        return getattr(self, f"_{tool.verb}")(tool, entity, arguments)

    def _batch(self, tool: ToolShape, batch: Batch, entity: EntityShape, arguments: dict[str, Any]) -> Any:
        rows, asked = self.tables[entity.table], arguments[batch.keys]
        there = {key: row for key, row in rows.items() if self._under(tool, entity, arguments, row)}
        entries = batches.read(batch.entries, asked) if batch.entries else []
        if tool.verb == "batch_create":
            entries, value = batches.fresh(tool, batch, entity.noun, lambda key: self._taken(entity, key), entries)
            parent, now = arguments[list(tool.parents)[-1]] if tool.parents else None, self._tick()
            made = [self._row(entity, key, parent, given, now) for key, given in entries]
            return ({batch.items: [shown(entity, row) for row in made]} if batch.items else {}) | value
        if tool.verb == "batch_update":
            batches.once(entity.noun, entries)
            asked = [key for key, _ in entries]
        found, value = batches.split(tool, batch, entity.noun, there, asked)
        if tool.verb != "batch_get":
            now = self._tick()
            for key, given in entries:
                if key in there:
                    self._merge(entity, there[key], given)
                    there[key] |= {field.name: now for field in entity.fields if field.clock == "write"}
            for key in dict.fromkeys(found) if tool.verb == "batch_delete" else ():
                self._remove(entity, key, soft=tool.soft)
        return ({batch.items: [shown(entity, there[key]) for key in found]} if batch.items else {}) | value

    def _elsewhere(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any]) -> Row:
        row, rows = self._find(tool, entity, arguments), self.tables[entity.table]
        if tool.verb == "move":
            parent = self.shape.entity(entity.parent or "")
            row[entity.parent_field or ""] = copies.moved(tool, parent, self.tables[parent.table], arguments)
            return self._touched(entity, row)
        own = self.shape.of_one_row(entity.table)
        taken = self._taken(entity, arguments[tool.elsewhere or ""])
        new = copies.copied(tool, entity, own, taken, row, arguments)
        rows[new[entity.key]] = new
        now = self._tick()
        new |= {field.name: now for field in entity.fields if field.clock in ("create", "write")}
        return shown(entity, new)

    def state(self) -> dict[str, list[Row]]:
        """Every table's rows by key; booleans 0 and 1, JSON columns as values."""
        return {table: [dict(rows[key]) for key in sorted(rows)] for table, rows in self.tables.items()}

    def meta(self) -> tuple[str, int]:
        """The clock and the counter."""
        return self.now, self.next_id

    def _valid(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any]) -> bool:
        known: dict[str, Any] = {name: {"type": "string"} for name in tool.parents}
        if tool.key_parameter:
            known[tool.key_parameter] = {"type": "string", "minLength": 1}
        for name, field in (*tool.fields.items(), *tool.filters.items()):
            known[name] = entity.field(field).json_schema
        known |= tool.more
        if tool.page_size:
            known[tool.page_size] = {"type": "integer", "minimum": 1, "maximum": tool.page_max}
        if tool.page_token:
            known[tool.page_token] = {"type": "string"}
        if any(name not in arguments for name in tool.required):
            return False
        return all(
            name in known and ((value is None and name in tool.nullable) or accepts(known[name], value))
            for name, value in arguments.items()
        )

    def _parents(self, tool: ToolShape, arguments: dict[str, Any]) -> None:
        above: tuple[str, str] | None = None
        for argument, table in tool.parents.items():
            key = arguments.get(argument)
            row = self.tables[table].get(str(key))
            entity = self.shape.entity(table)
            inside = (
                above is None or entity.parent != above[0] or (row or {}).get(entity.parent_field or "") == above[1]
            )
            if row is None or not inside:
                raise CallFailed(tool.missing, f"no {entity.noun} {key}")
            above = (table, str(key))

    def _under(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any], row: Row) -> bool:
        """Whether a row lies under the parents that were given."""
        return all(
            row[entity.parent_field or ""] == arguments.get(argument)
            for argument, table in list(tool.parents.items())[-1:]
            if table == entity.parent
        )

    def _find(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any]) -> Row:
        row = self.tables[entity.table].get(str(arguments.get(tool.key_parameter or "")))
        if row is None or not self._under(tool, entity, arguments, row):
            raise CallFailed(tool.missing, f"no {entity.noun} {arguments[tool.key_parameter or '']}")
        return row

    def _tick(self) -> str:
        moment = datetime.strptime(self.now, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) + timedelta(minutes=1)
        self.now = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.now

    def _get(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any]) -> Row:
        return shown(entity, self._find(tool, entity, arguments))

    def _taken(self, entity: EntityShape, key: str) -> bool:
        return undeletes.taken(entity, self.tables, key)

    def _create(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any]) -> Row:
        key = arguments[tool.key_parameter] if tool.key_parameter else None
        if key is not None and self._taken(entity, key):
            raise CallFailed(tool.taken, f"{entity.noun} {key} already exists")
        given = {field: arguments[name] for name, field in tool.fields.items() if name in arguments}
        parent = arguments[list(tool.parents)[-1]] if tool.parents else None
        return shown(entity, self._row(entity, key, parent, given, self._tick()))

    def _row(self, entity: EntityShape, key: str | None, parent: str | None, given: Row, now: str) -> Row:
        """A new row, under a key of the server's where none is given."""
        if key is None:
            self.next_id += 1
            key = entity.prefix + str(self.next_id).rjust(3, "0")
        row: Row = {}
        for field in entity.fields:
            if field.kind == "key":
                row[field.name] = key
            elif field.name == entity.parent_field:
                row[field.name] = parent
            elif field.clock:
                row[field.name] = None if field.follows else now
            elif field.derived is not None:
                row[field.name] = field.derived + key
            else:
                row[field.name] = kept(field, given[field.name]) if field.name in given else default(field)
        self.tables[entity.table][key] = row
        coupled(entity, row, now)
        return row

    def _update(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any]) -> Row:
        row = self._find(tool, entity, arguments)
        for name, column in tool.fields.items():
            field = entity.field(column)
            row[column] = kept(field, arguments[name]) if name in arguments else default(field)
        return self._touched(entity, row)

    def _patch(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any]) -> Row:
        row = self._find(tool, entity, arguments)
        self._merge(entity, row, {column: arguments[name] for name, column in tool.fields.items() if name in arguments})
        return self._touched(entity, row)

    def _merge(self, entity: EntityShape, row: Row, given: Row) -> None:
        for column, value in given.items():
            row[column] = merged(row[column], value) if isinstance(value, dict) else kept(entity.field(column), value)

    def _set(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any]) -> Row:
        row = self._find(tool, entity, arguments)
        row.update(tool.sets)
        return self._touched(entity, row)

    def _touched(self, entity: EntityShape, row: Row) -> Row:
        now = self._tick()
        for field in entity.fields:
            if field.clock == "write":
                row[field.name] = now
        coupled(entity, row, now)
        return shown(entity, row)

    def _delete(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any]) -> Row:
        row = self._find(tool, entity, arguments)
        self._tick()
        self._remove(entity, row[entity.key], soft=tool.soft)
        return {}

    def _undelete(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any]) -> Row:
        def under(row: Row) -> bool:
            return self._under(tool, entity, arguments, row)

        key = undeletes.undeleted(tool, entity, self.tables, under, arguments)
        undeletes.rest(self.shape, self.tables, entity, key, back=True)
        return self._touched(entity, self.tables[entity.table][key])

    def _remove(self, entity: EntityShape, key: str, *, soft: bool = False) -> None:
        if soft:
            return undeletes.rest(self.shape, self.tables, entity, key)
        del self.tables[entity.table][key]
        for child in self.shape.entities:
            if child.parent == entity.table:
                rows = self.tables[child.table]
                for lost in [k for k, row in rows.items() if row[child.parent_field or ""] == key]:
                    self._remove(child, lost)

    def _list(self, tool: ToolShape, entity: EntityShape, arguments: dict[str, Any]) -> dict[str, Any]:
        wanted = {column: plain(arguments[name]) for name, column in tool.filters.items() if name in arguments}
        after = ""
        bound = (*tool.filters, *tool.queries, *(tool.sort.arguments if tool.sort else ()))
        suffix = "".join("~" + queries.told(arguments.get(name, "")) for name in bound)
        token = arguments.get(tool.page_token) if tool.page_token else None
        if token is not None:
            if not (token.startswith("p:") and token.endswith(suffix) and len(token) > 2 + len(suffix)):
                raise CallFailed(tool.bad_token, "no page of this list has that token")
            after = token[2 : len(token) - len(suffix)]
        rows = [
            row
            for row in self.tables[entity.table].values()
            if self._under(tool, entity, arguments, row)
            and all(row[c] == value for c, value in wanted.items())
            and queries.fits(tool, row, arguments)
        ]
        rest = queries.ordered(tool, entity, rows, arguments, after, self.tables[entity.table])
        size = tool.page_default
        if tool.page_size and tool.page_size in arguments:
            size = int(arguments[tool.page_size])
        page = rest if size is None else rest[:size]
        value: dict[str, Any] = {tool.items or "items": [shown(entity, row, listed=True) for row in page]}
        if tool.next_token and tool.page_token and len(rest) > len(page):
            value[tool.next_token] = f"p:{page[-1][entity.key]}{suffix}"
        return value
