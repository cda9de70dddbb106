"""Bugs of queries: a bound taken in or left out, case minded, the first value alone, an order that stays as it was."""

import re
from collections.abc import Iterator, Mapping

from stages.core.records import Let, Require, Return, Step, Tool

_TEXT = r":args->>'\$\.\"[^\"]+\"'"
_COLUMN = r'"[^"]+"'
_CHANGES: tuple[tuple[str, str], ...] = (
    (rf"instr\(lower\(({_COLUMN})\), lower\(({_TEXT})\)\) > 0", r"lower(\1) = lower(\2)"),
    (rf"instr\(lower\(({_COLUMN})\), lower\(({_TEXT})\)\) > 0", r"instr(\1, \2) > 0"),
    (rf"substr\(({_COLUMN}), 1, length\({_TEXT}\)\) = ({_TEXT})", r"instr(\1, \2) > 0"),
    (rf"substr\(({_COLUMN}), 1, length\({_TEXT}\)\) = ({_TEXT})", r"\1 = \2"),
    (r" IN \(SELECT value FROM json_each\((:args, [^()]+)\)\)", r" = (SELECT value FROM json_each(\1) LIMIT 1)"),
    (r"LIKE '%' \|\| replace", "LIKE replace"),
    (r"'_', '\\_'", "'_', '_'"),
    (r"'subsec'\) > unixepoch", "'subsec') >= unixepoch"),
    (r"'subsec'\) >= unixepoch", "'subsec') > unixepoch"),
    (r"'subsec'\) < unixepoch", "'subsec') <= unixepoch"),
    (r"'subsec'\) <= unixepoch", "'subsec') < unixepoch"),
    (
        r"(unixepoch\(\"[^\"]+\", 'subsec'\) [<>]=? )unixepoch\(([^()]+), 'subsec'\)",
        r"\1unixepoch(substr(\2, 1, 19) || 'Z')",
    ),
    (r"coalesce\(json_array_length\(:args, ([^()]+)\), 0\) = 0", r":args->\1 IS NULL"),
    (r"_place <= :size", "_place < :size"),
    (r"\(SELECT count\(\*\) FROM _placed\) > :size", "(SELECT count(*) FROM _placed) >= :size"),
)
"""Pattern, and what stands there instead."""


def wrong_query(tool: Tool) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Every program with one step spoiled, and where."""
    if tool.verb != "list":
        return
    for index, step in enumerate(tool.program):
        for other in _spoiled(step, tool.filters):
            yield f"step {index}", (*tool.program[:index], other, *tool.program[index + 1 :])


def _spoiled(step: Step, filters: Mapping[str, str]) -> Iterator[Step]:
    if isinstance(step, Return):
        for pattern, instead in _CHANGES:
            for found in re.finditer(pattern, step.return_):
                text = step.return_[: found.start()] + found.expand(instead) + step.return_[found.end() :]
                yield Return(return_=text)
        if "iif(:down, " in step.return_:
            yield Return(
                return_=step.return_.replace("(:after = '' OR iif(:down, ", "(:after = '' OR iif(NOT :down, ", 1)
            )
    elif isinstance(step, Let):
        if " AS down" in step.let:
            yield Let(let=re.sub(r"coalesce\(.*?, 0\) AS down", "0 AS down", step.let, count=1))
        if step.let.endswith(" AS suffix"):
            for found in re.finditer(r"'~' \|\| coalesce\(:args->>'\$\.\"([^\"]+)\"', ''\)", step.let):
                if found[1] not in filters:
                    yield Let(let=step.let.replace(found[0], "''", 1))
    elif isinstance(step, Require) and "EXISTS" in step.require and ":after = ''" in step.require:
        yield step.model_copy(update={"require": "SELECT 1"})
