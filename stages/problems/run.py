"""Families of verifiable problems -> `problems.jsonl`, train, dev and test apart, each gold proved by its verifier."""

from collections import Counter
from pathlib import Path

import pandas as pd

from stages.core import jsonl, quality
from stages.core.errors import UserError
from stages.core.params.problems import Params
from stages.core.records import Problem, Rejected, Split
from stages.core.stage import Inputs, Summary
from stages.problems.draw import draw
from stages.problems.families import FAMILIES


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Write `problems.jsonl`. Raises UserError for an unknown family or one that gave nothing to a split."""
    counts: dict[Split, int] = {"train": params.train, "dev": params.dev, "test": params.test}
    problems: list[Problem] = []
    rejected: list[Rejected] = []
    missing: dict[str, int] = {}
    for name in params.families:
        if name not in FAMILIES:
            raise UserError("params.yaml: problems.families", f"no family {name!r}; there are {', '.join(FAMILIES)}")
        drawn = draw(name, counts, params.max_characters, params.seed)
        found = Counter(problem.split for problem in drawn.problems)
        for split, count in counts.items():
            if count and not found[split]:
                raise UserError(f"params.yaml: problems.{split}", f"{name} has no problem left for {split}")
        problems += drawn.problems
        rejected += drawn.rejected
        missing[name] = drawn.missing
    frame = pd.DataFrame([{"id": row.id, "level": row.difficulty["level"]} for row in problems])
    quality.check(frame, [quality.unique("id"), quality.between("level", 1, 5)], "problems.jsonl")
    jsonl.write(out / "problems.jsonl", problems)
    return Summary(
        metrics={
            "problems": len(problems),
            "splits": dict(sorted(Counter(row.split for row in problems).items())),
            "families": dict(sorted(Counter(row.family for row in problems).items())),
            "levels": {
                str(level): n for level, n in sorted(Counter(row.difficulty["level"] for row in problems).items())
            },
            "missing": missing,
            "rejected": dict(sorted(Counter(row.reason for row in rejected).items())),
            "longest_question": max(len(row.question) for row in problems),
        },
        rejected=rejected,
    )
