"""Bugs of tag tools: tags put replace all others, lose to those that were there, or the wrong ones are taken away."""

from collections.abc import Iterator

from stages.core.records import Run, Step, Tool


def wrong_tags(tool: Tool) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Every program with one change of tags spoiled, and where."""
    if tool.verb != "action":
        return
    for index, step in enumerate(tool.program):
        if isinstance(step, Run):
            for text in _spoiled(step.run):
                yield f"step {index}", (*tool.program[:index], Run(run=text), *tool.program[index + 1 :])


def _spoiled(sql: str) -> Iterator[str]:
    if "row_number() OVER (PARTITION BY key ORDER BY turn DESC" in sql:
        yield sql.replace("turn DESC", "turn ASC", 1)
        if "UNION ALL SELECT 1" in sql:
            # The old ones are forgotten.
            yield sql.replace(" UNION ALL SELECT 1,", " WHERE 0 UNION ALL SELECT 1,", 1)
    if " NOT IN (SELECT value FROM json_each(" in sql:
        yield sql.replace(" NOT IN (SELECT value", " IN (SELECT value", 1)
