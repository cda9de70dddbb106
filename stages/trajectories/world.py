"""What a person can name in a state: rows by their labels, and the tools that act on each table.

A `Ref` is a row as a person would name it: by its label, inside its parent. `unique` proves on the session's state that
no other row answers to that name.
"""

from dataclasses import dataclass

from stages.core.engine import Session
from stages.core.records import Column, Environment, Scalar, Table, Tool

Row = dict[str, Scalar]


@dataclass(frozen=True)
class Ref:
    """A row as named by a person. `scope` is its parent where the parent is a row too."""

    table: str
    key: str
    label: str
    scope: "Ref | None" = None


class World:
    """An environment and one live session of it, seen as nameable rows."""

    def __init__(self, environment: Environment, session: Session) -> None:
        self.environment = environment
        self.session = session
        self._read: tuple[int, dict[str, list[Row]]] | None = None
        self._refs: dict[str, list[Ref]] = {}

    def fork(self, session: Session) -> "World":
        """The same world seen on a fork of its session; what was read of the state is not read again."""
        self._fresh()
        twin = World(self.environment, session)
        twin._read, twin._refs = self._read, self._refs
        return twin

    def name_column(self, table: Table) -> str | None:
        """The column a person names a row by; the key itself where the caller chose it; None if there is none."""
        return table.label if table.minted else table.key

    def rows(self, table: str) -> list[Row]:
        """Rows of a table, by key; not to be changed."""
        return self._fresh().get(table, [])

    def _fresh(self) -> dict[str, list[Row]]:
        """The state, read anew after a write."""
        if self._read is None or self._read[0] != self.session.writes:
            self._read, self._refs = (self.session.writes, self.session.state()), {}
        return self._read[1]

    def parent_column(self, table: Table) -> Column | None:
        """The column that holds the parent's key, where the table has a parent."""
        return next((c for c in table.columns if c.kind == "parent" and c.references == table.parent), None)

    def refs(self, table: Table, scope: Ref | None = None) -> list[Ref]:
        """Every row that can be named without doubt, with its parents; inside `scope` only when given."""
        rows = self.rows(table.name)
        if table.name not in self._refs:
            self._refs[table.name] = [ref for row in rows if (ref := self.ref(table, row)) is not None]
        return [ref for ref in self._refs[table.name] if scope is None or ref.scope == scope]

    def ref(self, table: Table, row: Row) -> Ref | None:
        """The row as a `Ref`, or None when it has no label or another row shares it."""
        name, link = self.name_column(table), self.parent_column(table)
        if name is None or not isinstance(row[name], str) or not str(row[name]).strip():
            return None
        scope = None
        if link is not None and row[link.name] is not None:
            above = self.environment.table(str(link.references))
            match = [r for r in self.rows(above.name) if r[above.key] == row[link.name]]
            scope = self.ref(above, match[0]) if match else None
            if scope is None:
                return None
        found = Ref(table.name, str(row[table.key]), str(row[name]), scope)
        return found if self.unique(found) else None

    def unique(self, ref: Ref) -> bool:
        """Exactly one row of that table (inside its scope) has that label, whatever the case of its letters."""
        table = self.environment.table(ref.table)
        name, link = self.name_column(table), self.parent_column(table)
        keys = [
            str(row[table.key])
            for row in self.rows(ref.table)
            if str(row[name or ""]).casefold() == ref.label.casefold()
            and (link is None or ref.scope is None or str(row[link.name]) == ref.scope.key)
        ]
        return keys == [ref.key]

    def tool(self, table: str, *verbs: str) -> Tool | None:
        """The first tool of the table with one of the verbs, in the order of the verbs."""
        for verb in verbs:
            for tool in self.environment.tools:
                if tool.table == table and tool.verb == verb:
                    return tool
        return None

    def row(self, ref: Ref) -> Row | None:
        """The row a reference stands for, as it is now."""
        key = self.environment.table(ref.table).key
        return next((row for row in self.rows(ref.table) if str(row[key]) == ref.key), None)

    def column(self, table: str, name: str) -> Column:
        """A column by name. Raises KeyError."""
        for column in self.environment.table(table).columns:
            if column.name == name:
                return column
        raise KeyError(name)
