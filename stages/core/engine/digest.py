"""Two digests of a state.

The *replay* digest covers everything, `_meta` included: equal means the same calls gave the same bytes. The *goal*
digest says whether two end states mean the same: it leaves out `_meta`, clock times, etags and positions, compares
times as instants and JSON as values, and does not depend on how minted rows are named or in which order they came.

Rows minted since the start carry no name of their own in the goal digest. Each gets a colour instead: the hash of its
content, of the rows it refers to and of the rows that refer to it, refined until no more rows are told apart
(Weisfeiler and Leman's refinement, exact for trees, which is what parents and children form).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from stages.core.records import Column, Environment, Scalar, Table, canonical

State = Mapping[str, Sequence[Mapping[str, Scalar]]]
LEFT_OUT = ("etag", "position")


def replay_digest(state: State, now: str, next_id: int) -> str:
    """Exact digest of tables and `_meta`; hex of 16 bytes. Rows are taken in the order given (by key)."""
    return _hash([now, next_id, {table: [dict(row) for row in rows] for table, rows in state.items()}])


def goal_digest(environment: Environment, state: State, start: Mapping[str, frozenset[Scalar]]) -> str:
    """Digest of what the state means; hex of 16 bytes.

    Args:
        start: keys each table held in the scenario. A key of a minted table that is not among them was minted since.
    """
    rows = [(table, row) for table in environment.tables for row in state.get(table.name, ())]
    fresh = {
        (table.name, row[table.key])
        for table, row in rows
        if table.minted and row[table.key] not in start.get(table.name, frozenset())
    }
    kept = {table.name: _kept(table) for table in environment.tables}
    own: list[list[Any]] = []
    links: list[list[tuple[str, tuple[str, Scalar]]]] = []
    for table, row in rows:
        content: list[Any] = [table.name]
        link = []
        for column in kept[table.name]:
            value = row[column.name]
            target = (column.references or "", value)
            if column.kind == "key" and (table.name, value) in fresh:
                continue
            if target in fresh:
                link.append((column.name, target))
            else:
                content.append([column.name, _meaning(column, value)])
        own.append(content)
        links.append(link)
    place = {(table.name, row[table.key]): index for index, (table, row) in enumerate(rows)}
    colours = [_hash(content) for content in own]
    for _ in range(len(fresh)):
        referring: list[list[list[str]]] = [[] for _ in rows]
        for index, link in enumerate(links):
            for column, target in link:
                referring[place[target]].append([column, colours[index]])
        refined = [
            _hash([content, [[column, colours[place[target]]] for column, target in link], sorted(back)])
            for content, link, back in zip(own, links, referring, strict=True)
        ]
        done = len(set(refined)) == len(set(colours))
        colours = refined
        if done:
            break
    # A multiset: two rows that nothing tells apart still count as two.
    return _hash(sorted(Counter(colours).items()))


def _kept(table: Table) -> tuple[Column, ...]:
    return tuple(
        column
        for column in table.columns
        if column.kind not in LEFT_OUT and not (column.kind == "time" and column.clock)
    )


def _meaning(column: Column, value: Scalar) -> Any:
    """A stored value without what writing it differently would change."""
    if not isinstance(value, str):
        return value
    if column.kind == "json":
        return canonical(json.loads(value))
    if column.kind == "time":
        return _instant(value)
    return value


def _instant(text: str) -> str:
    """A time with an offset as UTC; a bare date or anything else stays as written."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if moment.tzinfo is None else moment.astimezone(UTC).isoformat()


def _hash(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:32]
