"""Bugs of undeletes: rows are lost on the way, or all go, and the names of deleted rows are given away."""

import re
from collections.abc import Iterator

from stages.core.records import Require, Run, Step, Tool
from stages.environments.undeletes.reading import BIN

_CARRIED = re.compile(r'^INSERT INTO "[^"]+" \([^()]*\) SELECT [^()]* FROM "[^"]+" WHERE ')


def wrong_undelete(tool: Tool) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Every program with one step of it spoiled or left out, and where."""
    for index, step in enumerate(tool.program):
        before, after = tool.program[:index], tool.program[index + 1 :]
        if isinstance(step, Run) and f'"{BIN}' in step.run:
            if _CARRIED.match(step.run):
                yield f"step {index} all", (*before, Run(run=step.run[: step.run.index(" WHERE ")]), *after)
            yield f"step {index} none", (*before, *after)
        elif isinstance(step, Require):
            given = re.sub(rf' AND NOT EXISTS \(SELECT 1 FROM "{BIN}.*\)$', "", step.require)
            yield f"step {index}", (*before, step.model_copy(update={"require": given}), *after)
