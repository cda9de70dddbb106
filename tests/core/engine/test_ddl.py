"""Schemas: only records become DDL, and only records that make sense."""

import apsw
import pytest

from stages.core.engine import Runtime, SchemaRefused
from stages.core.engine.ddl import literal, quote, render
from stages.core.records import Column, Table
from tests.fixtures.tasks import tasks_environment


def table(*columns: Column, name: str = "thing") -> Table:
    key = Column(name="id", type="TEXT", kind="key", required=True)
    return Table(name=name, noun="thing", plural="things", columns=(key, *columns), label=None, minted=True)


@pytest.mark.parametrize("name", ["", 'a"b', "a b", "a;b", "sqlite_x", "SQLITE_x", "a\0", "é", "x" * 65, "1a"])
def test_identifiers_that_are_not_plain_are_refused(name: str) -> None:
    with pytest.raises(SchemaRefused):
        quote(name)


@pytest.mark.parametrize("text", ["it's", "'; DROP TABLE x; --", "", "ünï", "a\nb"])
def test_a_literal_comes_back_as_it_was(text: str) -> None:
    assert apsw.Connection(":memory:").execute(f"SELECT {literal(text)}").fetchone() == (text,)


@pytest.mark.parametrize("value", ["a\0b", float("nan"), float("inf")])
def test_a_default_that_cannot_be_written_is_refused(value: object) -> None:
    with pytest.raises(SchemaRefused):
        literal(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "tables",
    [
        (table(), table()),
        (table(name="_meta"),),
        (table(Column(name="ID", type="TEXT", kind="text")),),
        (table(Column(name="up", type="TEXT", kind="parent", references="nothing")),),
        (table(Column(name="n", type="INTEGER", kind="number", default="x")),),
        (table(Column(name="key2", type="TEXT", kind="key")),),
    ],
)
def test_tables_that_make_no_sense_are_refused(tables: tuple[Table, ...]) -> None:
    with pytest.raises(SchemaRefused):
        render(tables)


def test_every_rendered_table_is_strict_and_cascades() -> None:
    ddl = render(tasks_environment().tables)
    assert all(statement.endswith(" STRICT") for statement in ddl)
    assert 'REFERENCES "tasklist"("id") ON DELETE CASCADE' in ddl[2]


def test_two_tools_of_one_name_are_refused() -> None:
    environment = tasks_environment()
    with pytest.raises(SchemaRefused):
        Runtime(environment.model_copy(update={"tools": environment.tools * 2}))


def test_the_hand_written_environment_has_no_refused_program() -> None:
    assert Runtime(tasks_environment()).refusals() == {}
