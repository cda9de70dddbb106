"""What the run set out to show, judged from the table: final against the best cheap baseline, RL and merging against SFT."""

from collections.abc import Mapping
from typing import Any

from stages.core.params.scores import Params

Table = Mapping[str, Mapping[str, Any]]
"""Model -> n, score, low, high, versus."""


def judge(tables: Mapping[str, Table], params: Params) -> dict[str, dict[str, Any]]:
    """Claim -> what it says, whether it holds, and the numbers it rests on. Claims about suites not asked are left out."""
    made = {}
    for suite, wanted in params.wanted.items():
        best = best_of(tables.get(suite, {}), params.baselines)
        if best is not None and params.final in tables[suite]:
            made[f"gain_{suite}"] = _gain(suite, tables[suite], best, wanted, params)
    for suite, table in tables.items():
        if params.after in table and params.before in table and params.after != params.before:
            made[f"safe_{suite}"] = _safe(suite, table, params)
    return made


def best_of(table: Table, names: tuple[str, ...]) -> str | None:
    """The model with the highest score, the earlier of equals; None when the suite has none of them."""
    return max((name for name in names if name in table), key=lambda name: table[name]["score"], default=None)


def _gain(suite: str, table: Table, best: str, wanted: float, params: Params) -> dict[str, Any]:
    found = table[params.final]["versus"][best]
    words = f"{params.final} beats {best}, the best cheap baseline on {suite}, by {100 * wanted:g} points or more"
    holds = found["difference"] >= wanted and found["low"] > 0
    return {"claim": words, "holds": holds, "against": best, "wanted": wanted, **found}


def _safe(suite: str, table: Table, params: Params) -> dict[str, Any]:
    found = table[params.after]["versus"][params.before]
    words = (
        f"on {suite} {params.after} is not worse than {params.before}: lower bound above {100 * params.worst:g} points"
    )
    return {"claim": words, "holds": found["low"] > params.worst, "against": params.before, **found}
