"""What the stage reports: counts, means, shares. Reproducible numbers only."""

from collections import Counter
from itertools import pairwise
from typing import Any

from stages.core.records import CallItem, Dialogue, Environment


def dialogues(rows: list[Dialogue], environments: dict[str, Environment]) -> dict[str, Any]:
    """Numbers of one split's dialogues (all of them when given together)."""
    if not rows:
        return {"dialogues": 0}
    turns = [turn for row in rows for turn in row.turns]
    calls = [(row.environment, call.tool) for row in rows for turn in row.turns for call in turn.calls]
    used = set(calls)
    writing = {pair for pair in used if environments[pair[0]].tool(pair[1]).writes}
    wordings = Counter(turn.template for turn in turns)
    tokens = [word for turn in turns for word in turn.user.lower().split()]
    pairs = [pair for turn in turns for pair in pairwise(turn.user.lower().split())]
    return {
        "dialogues": len(rows),
        "environments": len({row.environment for row in rows}),
        "turns_mean": round(len(turns) / len(rows), 3),
        "calls_mean": round(len(calls) / len(rows), 3),
        "writing_share": round(sum(_writes(row, environments[row.environment]) for row in rows) / len(rows), 3),
        "look_up_share": round(sum(_looks_up(row, environments[row.environment]) for row in rows) / len(rows), 3),
        "tools_used": len(used),
        "tools_writing_share": round(len(writing) / len(used), 3),
        "cases": dict(sorted(Counter(turn.case for turn in turns).items())),
        "refined": dict(sorted(Counter(kind for turn in turns for kind in turn.refined).items())),
        "template_share_max": round(max(wordings.values()) / len(turns), 4),
        "templates": len(wordings),
        "distinct_2": round(len(set(pairs)) / max(1, len(pairs)), 3),
        "words": len(set(tokens)),
        "largest_environment_share": round(max(Counter(row.environment for row in rows).values()) / len(rows), 3),
    }


def calls(rows: list[CallItem]) -> dict[str, Any]:
    """Numbers of the single-call rows."""
    words = [turn.user.lower().split() for turn in rows]
    pairs = [pair for said in words for pair in pairwise(said)]
    return {
        "rows": len(rows),
        "functions": len({row.parents for row in rows}),
        "arguments_mean": round(sum(len(row.gold[0].arguments) for row in rows) / max(1, len(rows)), 3),
        "several_tools_share": round(sum(len(row.tools) > 1 for row in rows) / max(1, len(rows)), 3),
        "distinct_2": round(len(set(pairs)) / max(1, len(pairs)), 3),
    }


def _writes(row: Dialogue, environment: Environment) -> bool:
    return any(environment.tool(call.tool).writes for turn in row.turns for call in turn.calls)


def _looks_up(row: Dialogue, environment: Environment) -> bool:
    """Some turn reads before its decisive (last) call."""
    return any(len(turn.calls) > 1 and not environment.tool(turn.calls[0].tool).writes for turn in row.turns)
