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


def undone(sft: Sequence[ItemResult], rl: Sequence[ItemResult], worst_rl: float) -> str:
    """Why RL's weights are out, or an empty string: the lower bound of rl - sft (paired, clustered) is below `worst_rl`."""
    lost = paired(_passed(rl), _passed(sft), {item.id: item.cluster for item in sft})
    if lost.low >= worst_rl:
        return ""
    return f"; rl and merges with it are out: lower paired bound against sft {lost.low:+.3f} < {worst_rl:+.3f}"


def choose(results: Mapping[str, Sequence[ItemResult]], why_without_rl: str) -> Choice:
    """Pick a candidate from its results on dev.

    Args:
        results: candidate -> one result an item, the same items for all. Of equal scores the earlier wins, so list the
            simplest first.
        why_without_rl: what `undone` said; when it said something, `rl` is shown and not chosen.
    """
    scored = {name: _score(items) for name, items in results.items()}
    allowed = [name for name in results if not (why_without_rl and name == "rl")]
    chosen = max(allowed, key=lambda name: scored[name]["score"])
    return Choice(chosen, f"best on dev of {', '.join(allowed)}{why_without_rl}", scored)


def _passed(items: Sequence[ItemResult]) -> dict[str, float]:
    return {item.id: float(item.passed) for item in items}


def _score(items: Sequence[ItemResult]) -> dict:
    found = mean_interval([float(item.passed) for item in items], [item.cluster for item in items])
    # One cluster has no spread to estimate; a share lies between 0 and 1 whatever it is.
    low, high = max(0.0, found.low), min(1.0, found.high)
    return {"score": round(found.mean, 4), "low": round(low, 4), "high": round(high, 4), "n": found.n}
