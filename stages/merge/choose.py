"""Which candidate becomes `final`: the best on dev, unless RL has undone SFT's work."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from stages.core.scoring.result import ItemResult
from stages.core.statistics import mean_interval, paired


class Choice(NamedTuple):
    """The chosen candidate, why, and every candidate's score on dev as choice.json holds it."""

    chosen: str
    why: str
    candidates: dict[str, dict]


def choose(results: Mapping[str, Sequence[ItemResult]], uses_rl: frozenset[str], worst_rl: float) -> Choice:
    """Pick a candidate from its results on dev.

    Args:
        results: candidate -> one result an item, the same items for all; `sft` must be among them. Of equal scores the
            earlier wins, so list the simplest first.
        uses_rl: candidates that hold RL's weights.
        worst_rl: they are out when the lower bound of rl - sft (paired, clustered) is below this.
    """
    scored = {name: _score(items) for name, items in results.items()}
    out: frozenset[str] = frozenset()
    why = ""
    if "rl" in results:
        clusters = {item.id: item.cluster for item in results["sft"]}
        lost = paired(_passed(results["rl"]), _passed(results["sft"]), clusters)
        if lost.low < worst_rl:
            out = uses_rl
            why = f"; rl and merges with it are out: lower paired bound against sft {lost.low:+.3f} < {worst_rl:+.3f}"
    allowed = [name for name in results if name not in out]
    chosen = max(allowed, key=lambda name: scored[name]["score"])
    return Choice(chosen, f"best on dev of {', '.join(allowed)}{why}", scored)


def _passed(items: Sequence[ItemResult]) -> dict[str, float]:
    return {item.id: float(item.passed) for item in items}


def _score(items: Sequence[ItemResult]) -> dict:
    found = mean_interval([float(item.passed) for item in items], [item.cluster for item in items])
    # One cluster has no spread to estimate; a share lies between 0 and 1 whatever it is.
    low, high = max(0.0, found.low), min(1.0, found.high)
    return {"score": round(found.mean, 4), "low": round(low, 4), "high": round(high, 4), "n": found.n}
