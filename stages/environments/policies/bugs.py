"""Bugs of parts of rows: what was there stays, or nothing is kept."""

import re
from collections.abc import Iterator

from stages.core.records import Return, Run, Step, Tool

_PUT = re.compile(r'^UPDATE ("[^"]+") SET ("[^"]+") = (json\(:args->[^()]*\))')


def wrong_part(tool: Tool) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Every program with one step spoiled, and where."""
    last = tool.program[-1]
    if tool.verb != "action" or not isinstance(last, Return) or not last.return_.startswith("SELECT coalesce("):
        return
    empty = Return(return_=re.sub(r"^SELECT coalesce\(.*?, '\{\}'\)", "SELECT '{}'", last.return_, count=1))
    yield f"step {len(tool.program) - 1}", (*tool.program[:-1], empty)
    for index, step in enumerate(tool.program):
        found = _PUT.match(step.run) if isinstance(step, Run) else None
        if found and isinstance(step, Run):
            kept = Run(run=step.run.replace(found[3], f"coalesce({found[2]}, {found[3]})", 1))
            yield f"step {index}", (*tool.program[:index], kept, *tool.program[index + 1 :])
