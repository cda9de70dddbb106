"""Seeded start states of an environment: how many rows, which belong to which, and when it is.

simple has 1 or 2 rows a table, medium 3 to 5, complex 5 to 8. boundary states are what programs forget: tables that
are empty but for the outermost, rows with every optional value null, and more rows than a page holds. Keys the server
mints run on from 101 over all tables, labels are unique over the whole state, and every parent exists.
"""

import random
from datetime import datetime
from typing import Literal, NamedTuple

from stages.core.records import Scalar, Scenario, content_id
from stages.core.seeds import generator
from stages.environments.accepts import accepts
from stages.environments.labels import NoValue, Words, free, label, slug, split, words
from stages.environments.shapes import ApiShape, EntityShape, FieldShape
from stages.environments.times import in_order, morning, stamp
from stages.environments.values import spellings, stored

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
            row |= {f.name: f"{f.derived}{row[entity.key]}" for f in entity.fields if f.derived is not None}
            rows[entity.table].append(row)
    _link(shape, rows, draw)
    _share(shape, rows, gathered=plan.gathered)
    return finish(shape.id, complexity, now, number, rows)


def _link(shape: ApiShape, rows: Rows, draw: random.Random) -> None:
    """Let texts that name another row by its key (`courseId`, `queue`) name one that is there, near by if it can be."""
    for entity in shape.entities:
        for field in entity.fields:
            other = pointed(shape, entity, field)
            if other is None or not rows[other.table]:
                continue
            for row in rows[entity.table]:
                place = row.get(entity.parent_field or "")
                near = [r for r in rows[other.table] if r.get(other.parent_field or "") == place]
                if row[field.name] is not None:
                    row[field.name] = draw.choice(near or rows[other.table])[other.key]


def _share(shape: ApiShape, rows: Rows, *, gathered: bool) -> None:
    """What a list cannot do without (`catalog`) is the same in most rows, so that it has more than one to show."""
    for tool in shape.tools:
        entity = shape.entity(tool.table)
        for column in [column for name, column in tool.filters.items() if name in tool.required]:
            if column in (entity.key, entity.label):
                continue
            for index, row in enumerate(rows[entity.table]):
                if gathered or index % 3:
                    row[column] = rows[entity.table][0][column]


def pointed(shape: ApiShape, entity: EntityShape, field: FieldShape) -> EntityShape | None:
    """The entity whose key a text holds, judged by its name: the noun, or the noun and `id`, `key` or `name`."""
    if field.kind != "text" or field.name == entity.label:
        return None
    low = field.name.lower().replace("_", "")
    for other in shape.entities:
        noun = other.noun.lower().replace(" ", "")
        if other.table not in (entity.table, entity.parent) and low in (noun, f"{noun}id", f"{noun}key", f"{noun}name"):
            return other
    return None


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
    source = source.someone()
    name = entity.label or (None if entity.minted else entity.key)
    if name is not None:
        # The label first: what else the row says goes with it.
        row[name] = named(entity, entity.field(name), source, used)
        source = source.named(str(row[name]))
    for field in entity.fields:
        if field.name in row:
            continue
        if field.kind == "key" or field.derived is not None:
            row[field.name] = None
        elif field.name == entity.parent_field and entity.parent is not None:
            found = rows[entity.parent]
            # Every third row goes to the first parent, so that one of them is always worth reading.
            parent = found[0] if plan.gathered or index % 3 == 0 else source.random.choice(found)
            row[field.name] = parent[shape.entity(entity.parent).key]
        elif field.required or source.random.random() < plan.filled:
            row[field.name] = stored(field, source, now)
        else:
            # What a create leaves out is the default, so no row was ever without one.
            row[field.name] = field.default
    for field in entity.fields:
        if field.follows and row[field.follows[0]] != field.follows[1]:
            row[field.name] = None
        elif field.follows and row[field.name] is None:
            row[field.name] = stored(field, source, now)
    ordered = in_order(row)
    return {field.name: ordered[field.name] for field in entity.fields}


def named(entity: EntityShape, field: FieldShape, source: Words, used: set[str]) -> str:
    """A label, spelled as the field's schema wants it. Raises NoValue."""
    address = "email" in field.name.lower() or field.format == "email"
    for shown in field.examples:
        if isinstance(shown, str) and free(shown, used):
            return shown
    for _ in range(50):
        if address:
            text = label(source, used, entity.noun, person=True)
        elif field.kind == "key":
            text = slug(source, used, entity.noun)
        else:
            text = label(source, used, entity.noun, field.name)
        if address:
            return ".".join(split(text)) + "@example.com"
        form = next((form for form in spellings(text) if accepts(field.json_schema, form)), None)
        if form is not None:
            return str(form)
    raise NoValue(f"{field.name}: {field.json_schema}")
