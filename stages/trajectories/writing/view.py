"""What a writer sees of a state: rows as a person would know them, without the keys that a server made up."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from stages.core.records import Environment, Scalar, Table

Rows = Mapping[str, Sequence[Mapping[str, Scalar]]]
HIDDEN = ("etag", "position", "json")


def view(environment: Environment, state: Rows, most: int) -> dict[str, JsonValue]:
    """Table's plural -> its first `most` rows. A reference to another row is that row's name."""
    return {
        table.plural: [_row(environment, state, table, row) for row in list(state.get(table.name, ()))[:most]]
        for table in environment.tables
    }


def minted(environment: Environment, state: Rows) -> set[str]:
    """Keys that no person knows."""
    return {str(row[table.key]) for table in environment.tables if table.minted for row in state.get(table.name, ())}


def texts(environment: Environment, state: Rows) -> set[str]:
    """Texts of the state that a person may say as they are: names, notes, keys that a caller chose."""
    found = set()
    for table in environment.tables:
        kinds = {column.name: column.kind for column in table.columns}
        for row in state.get(table.name, ()):
            for name, value in row.items():
                own = kinds.get(name) == "text" or (name == table.key and not table.minted) or name == table.label
                if own and isinstance(value, str) and value:
                    found.add(value)
    return found


def _row(environment: Environment, state: Rows, table: Table, row: Mapping[str, Scalar]) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {}
    for column in table.columns:
        value = row.get(column.name)
        hidden = column.kind in HIDDEN or column.clock or (column.kind == "key" and table.minted)
        if hidden or value is None:
            continue
        shown[column.name] = _name(environment, state, column.references, value) if column.references else value
    return shown


def _name(environment: Environment, state: Rows, table_name: str, key: Scalar) -> Scalar:
    table = environment.table(table_name)
    row = next((row for row in state.get(table_name, ()) if row[table.key] == key), None)
    if row is None or not table.minted:
        return key if not table.minted else "?"
    return row[table.label] if table.label and row.get(table.label) is not None else table.noun
