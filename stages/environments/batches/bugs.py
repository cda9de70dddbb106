"""Bugs of batch tools: rows in another order than asked for, only the first key is heard, the missing are not told."""

import re
from collections.abc import Iterator

from stages.core.records import Let, Return, Run, Step, Tool


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
    if "_place" not in sql:
        return
    if " ORDER BY _place)" in sql:
        yield sql.replace(" ORDER BY _place)", " ORDER BY _place DESC)", 1)
    yield re.sub(r"(AS _key FROM json_each\([^()]*\))\)", r"\1 WHERE key = 0)", sql, count=1)
    if "NOT EXISTS (SELECT 1 FROM" in sql:
        yield sql.replace("WHERE NOT EXISTS (SELECT 1 FROM", "WHERE EXISTS (SELECT 1 FROM", 1)
