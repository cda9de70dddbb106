"""Bugs seeded into written programs beside those of the compiler's: what SQL by hand gets wrong."""

import re
from collections.abc import Iterator

from stages.core.records import Require, Return, Run, Tool
from stages.environments.mutants import Kind, Program, each_step

_PAIRS = ((" > ", " >= "), (" >= ", " > "), (" < ", " <= "), (" <= ", " < "), (" AND ", " OR "))


def _wrong_comparison(tool: Tool) -> Iterator[tuple[str, Program]]:
    """A bound taken in or left out, one condition where two are asked for."""

    def change(sql: str) -> Iterator[str]:
        for old, new in _PAIRS:
            for found in re.finditer(re.escape(old), sql):
                yield sql[: found.start()] + new + sql[found.end() :]

    for kind in (Require, Run, Return):
        yield from each_step(tool, kind, change)


def _wrong_amount(tool: Tool) -> Iterator[tuple[str, Program]]:
    """One more than was meant, in what is written."""

    def change(sql: str) -> Iterator[str]:
        for found in re.finditer(r"(?<=[+-] )\d+\b", sql):
            yield f"{sql[: found.start()]}{int(found[0]) + 1}{sql[found.end() :]}"

    yield from each_step(tool, Run, change)


def _not_written(tool: Tool) -> Iterator[tuple[str, Program]]:
    """A write that is forgotten."""
    for index, step in enumerate(tool.program):
        if isinstance(step, Run):
            yield f"step {index}", (*tool.program[:index], *tool.program[index + 1 :])


BUGS: dict[str, Kind] = {
    "wrong_comparison": _wrong_comparison,
    "wrong_amount": _wrong_amount,
    "not_written": _not_written,
}
