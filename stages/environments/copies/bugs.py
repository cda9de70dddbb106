"""Bugs of copies and moves: a column is lost on the way, or the row stays where it was."""

import re
from collections.abc import Iterator

from stages.core.records import Run, Step, Tool

_COPY = re.compile(r'^(INSERT INTO "[^"]+" \()(.+?)(\) SELECT )(.*)( FROM "[^"]+" WHERE .*)$', re.DOTALL)
_MOVE = re.compile(r"""^(UPDATE "[^"]+" SET ("[^"]+") = )(:args->>'[^']*')""")


def wrong_copy(tool: Tool) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Every program with its write spoiled, and where."""
    for index, step in enumerate(tool.program):
        if not isinstance(step, Run):
            continue
        if tool.operation.endswith(".move"):
            stays = _MOVE.sub(r"\1\2", step.run)
            yield f"step {index}", (*tool.program[:index], Run(run=stays), *tool.program[index + 1 :])
        found = _COPY.match(step.run)
        if not found:
            continue
        names, values = found[2].split(", "), found[4].split(", ")
        for name in [name for name in names if name in values]:
            # Only what is copied as it stands has its own name for a value.
            place = values.index(name)
            other = ", ".join([*values[:place], "NULL", *values[place + 1 :]])
            text = f"{found[1]}{found[2]}{found[3]}{other}{found[5]}"
            yield f"step {index} {name}", (*tool.program[:index], Run(run=text), *tool.program[index + 1 :])
