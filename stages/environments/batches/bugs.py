"""Bugs of batch tools: another order than asked for, only the first is heard, the missing are not told, values change places."""

import re
from collections.abc import Iterator
from itertools import pairwise

from stages.core.records import Let, Return, Run, Step, Tool
from stages.environments.expressions import apart

_MADE = re.compile(r'^INSERT INTO "[^"]+" \((.+?)\) SELECT (.*) FROM \(SELECT key AS _place, ')


def wrong_batch(tool: Tool) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Every program with one step of a batch spoiled, and where."""
    for index, step in enumerate(tool.program):
        if isinstance(step, Return):
            others: list[Step] = [Return(return_=text) for text in _spoiled(step.return_)]
        elif isinstance(step, Run):
            others = [Run(run=text) for text in _spoiled(step.run)]
        elif isinstance(step, Let):
            others = [Let(let=text) for text in _spoiled(step.let)]
        else:
            others = []
        for other in others:
            yield f"step {index}", (*tool.program[:index], other, *tool.program[index + 1 :])


def _spoiled(sql: str) -> Iterator[str]:
    many = re.match(r"UPDATE _meta SET next_id = next_id \+ json_array_length\(.*\) RETURNING", sql)
    if many:
        yield "SELECT next_id AS first FROM _meta"
        yield sql.replace(many[0], "UPDATE _meta SET next_id = next_id + 1 RETURNING", 1)
    if "_place" not in sql:
        return
    made = _MADE.match(sql)
    if made:
        names, values = apart(made[1]), apart(made[2])
        for (first, one), (second, other) in pairwise(zip(names, values, strict=True)):
            if one != other:
                swapped = [{first: second, second: first}.get(name, name) for name in names]
                yield sql.replace(made[1], ", ".join(swapped), 1)
    if "_turn = 1" in sql:
        yield sql.replace("_turn = 1", "1", 1)
    if " ORDER BY _place)" in sql:
        yield sql.replace(" ORDER BY _place)", " ORDER BY _place DESC)", 1)
    yield re.sub(r"(AS _key FROM json_each\([^()]*\))\)", r"\1 WHERE key = 0)", sql, count=1)
    if "NOT EXISTS (SELECT 1 FROM" in sql:
        yield sql.replace("WHERE NOT EXISTS (SELECT 1 FROM", "WHERE EXISTS (SELECT 1 FROM", 1)
