"""Seeded start states of an environment: how many rows, which belong to which, and when it is.

simple has 1 or 2 rows a table, medium 3 to 5, complex 5 to 8. boundary states are what programs forget: tables that
are empty but for the outermost, rows with every optional value null, and more rows than a page holds. Keys the server
mints run on from 101 over all tables, labels are unique over the whole state, and every parent exists.
"""

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from stages.core.records import Scalar, Scenario, content_id
from stages.core.seeds import generator
from stages.environments.accepts import accepts
from stages.environments.labels import NoValue, Words, label, slug, split, words
from stages.environments.shapes import ApiShape, EntityShape, FieldShape
from stages.environments.values import spellings, stamp, stored

Row = dict[str, Scalar]
Rows = dict[str, list[Row]]
Complexity = Literal["simple", "medium", "complex"]

ROWS: dict[Complexity, tuple[int, int]] = {"simple": (1, 2), "medium": (3, 5), "complex": (5, 8)}
BOUNDARIES = ("empty", "bare", "full")
FIRST_ID = 101
FILLED = 0.6
"""How often an optional field has a value; a label always has one."""


class Plan(NamedTuple):
    """How a state is drawn: rows for each table, and how often an optional field is filled."""

    counts: dict[str, int]
    filled: float
    gathered: bool = False
    """All rows lie under their table's first parent."""


def loadable(shape: ApiShape, seed: int, counts: dict[str, int]) -> list[Scenario]:
    """The scenarios an engine must load: `counts` says how many of simple, medium, complex and boundary.

    Raises NoValue when some required field takes no value we can think of.
    """
    made = [
        scenario(shape, seed, complexity, str(index), plan(shape, seed, complexity, index))
        for complexity in ROWS
        for index in range(counts[complexity])
    ]
    for name in BOUNDARIES[: counts["boundary"]]:
        made.append(scenario(shape, seed, "boundary", name, boundary(shape, name)))
    return made


def plan(shape: ApiShape, seed: int, complexity: Complexity, index: int) -> Plan:
    """The number of rows of each table for one of the three ordinary complexities."""
    draw = generator(seed, shape.id, "rows", complexity, index)
    return Plan({entity.table: draw.randint(*ROWS[complexity]) for entity in shape.entities}, FILLED)


def boundary(shape: ApiShape, name: str) -> Plan:
    """empty: one outermost row and nothing below; bare: optional fields null; full: more rows than a page."""
    if name == "empty":
        return Plan({entity.table: 0 if entity.parent else 1 for entity in shape.entities}, FILLED)
    if name == "bare":
        return Plan({entity.table: 2 for entity in shape.entities}, 0.0)
    parents = {entity.parent for entity in shape.entities}
    # Only tables at the end of the chain are long: their parents are few, so that one parent has many rows.
    rows = {entity.table: 2 if entity.table in parents else 12 for entity in shape.entities}
    for tool in shape.tools:
        if tool.page_token and tool.page_default and not tool.page_size:
            # The caller cannot ask for a small page, so one parent must have more rows than the usual one.
            # Two full pages, so that the last one is exactly full.
            rows[tool.table] = min(tool.page_default, 40) * 2
    return Plan(rows, FILLED, gathered=True)


def scenario(shape: ApiShape, seed: int, complexity: str, name: str, plan: Plan) -> Scenario:
    """One start state. The same shape, seed, complexity and name give the same bytes."""
    draw = generator(seed, shape.id, complexity, name)
    source, now, used = words(draw), morning(draw), set[str]()
    rows: Rows = {}
    number = FIRST_ID
    for entity in shape.entities:
        rows[entity.table] = []
        count = plan.counts[entity.table] if entity.parent is None or rows[entity.parent] else 0
        for index in range(count):
            row = _row(shape, entity, index, rows, source, now, used, plan)
            if entity.minted:
                row[entity.key] = minted(entity, number)
                number += 1
            rows[entity.table].append(row)
    return finish(shape.id, complexity, now, number, rows)


def finish(environment: str, complexity: str, now: datetime, next_id: int, rows: Rows) -> Scenario:
    """The record, with an id that hashes its content."""
    content = {"environment": environment, "now": stamp(now), "next_id": next_id, "tables": rows}
    return Scenario.model_validate(
        {"id": content_id("scenario", content), "complexity": complexity, "expect": "load"}
        | content
        | {"tables": {table: tuple(found) for table, found in rows.items()}}
    )


def minted(entity: EntityShape, number: int) -> str:
    """A key as the server makes it: the entity's letter and at least three digits."""
    return f"{entity.prefix}{number:03d}"


def morning(draw: random.Random) -> datetime:
    """A weekday of 2026 between 08:00 and 11:55 UTC, on five minutes."""
    day = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=7 * draw.randrange(48) + draw.randrange(5))
    return day + timedelta(hours=draw.randint(8, 11), minutes=5 * draw.randrange(12))


def _row(
    shape: ApiShape,
    entity: EntityShape,
    index: int,
    rows: Rows,
    source: Words,
    now: datetime,
    used: set[str],
    plan: Plan,
) -> Row:
    row: Row = {}
    for field in entity.fields:
        if field.kind == "key":
            row[field.name] = None if entity.minted else spelled(field, lambda: slug(source, used, entity.noun))
        elif field.name == entity.parent_field and entity.parent is not None:
            found = rows[entity.parent]
            # Every third row goes to the first parent, so that one of them is always worth reading.
            parent = found[0] if plan.gathered or index % 3 == 0 else source.random.choice(found)
            row[field.name] = parent[shape.entity(entity.parent).key]
        elif field.name == entity.label:
            row[field.name] = spelled(field, lambda name=field.name: label(source, used, entity.noun, name))
        elif field.required or source.random.random() < plan.filled:
            row[field.name] = stored(field, source, now)
        else:
            row[field.name] = None
    _in_order(row)
    return row


def spelled(field: FieldShape, draw: Callable[[], str]) -> str:
    """A drawn name, spelled as the field's schema wants it. Raises NoValue."""
    address = "email" in field.name.lower() or field.format == "email"
    for _ in range(50):
        text = draw()
        if address:
            return ".".join(split(text)) + "@example.com"
        form = next((form for form in spellings(text) if accepts(field.json_schema, form)), None)
        if form is not None:
            return str(form)
    raise NoValue(f"{field.name}: {field.json_schema}")


def _in_order(row: Row) -> None:
    """Put a start before its end and a creation before a change, where both are plain times."""
    for first, last in PAIRS:
        begin = next((name for name in row if first in name.lower()), None)
        end = next((name for name in row if last in name.lower()), None)
        if begin is None or end is None or begin == end:
            continue
        low, high = row[begin], row[end]
        if isinstance(low, str) and isinstance(high, str) and low > high and shape_of(low) == shape_of(high):
            row[begin], row[end] = high, low


def shape_of(text: str) -> str:
    """A text without its digits: two times written alike may be compared, inside JSON too."""
    return re.sub(r"\d", "", text)


PAIRS = (("start", "end"), ("creat", "updat"), ("creat", "modif"))
