"""One suite's results -> every model's score with its interval, and every pair's difference, item by item.

Items of one environment are not independent: intervals are clustered, with t quantiles below 30 clusters. The same items
are asked of all models, so differences are paired. All numbers are shares of items.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from stages.core.scoring.result import ItemResult
from stages.core.statistics import mean_interval, paired

Results = Mapping[str, Sequence[ItemResult]]
"""Model -> its results on one suite."""
DIGITS = 4


def table(results: Results, level: float) -> dict[str, dict[str, Any]]:
    """`{model: {n, score, low, high, versus: {other: {difference, low, high, p}}}}`.

    Raises ValueError naming the model whose items are not those of the first.
    """
    first = next(iter(results))
    for name, items in results.items():
        if [(item.id, item.cluster) for item in items] != [(item.id, item.cluster) for item in results[first]]:
            raise ValueError(f"{name} was not asked the same items as {first}")
    return {name: {**_score(items, level), "versus": _versus(results, name, level)} for name, items in results.items()}


def _score(items: Sequence[ItemResult], level: float) -> dict[str, Any]:
    found = mean_interval([float(item.passed) for item in items], [item.cluster for item in items], level)
    return {"n": found.n, "score": _round(found.mean), "low": _round(found.low, 0.0), "high": _round(found.high)}


def _versus(results: Results, name: str, level: float) -> dict[str, dict[str, float]]:
    clusters = {item.id: item.cluster for item in results[name]}
    made = {}
    for other in results:
        if other != name:
            found = paired(passed(results[name]), passed(results[other]), clusters, level)
            made[other] = {
                "difference": _round(found.difference, -1.0),
                "low": _round(found.low, -1.0),
                "high": _round(found.high, -1.0),
                "p": float(f"{found.p:.3g}"),
            }
    return made


def passed(items: Sequence[ItemResult]) -> dict[str, float]:
    """Item -> 1 or 0."""
    return {item.id: float(item.passed) for item in items}


def _round(value: float, least: float = 0.0) -> float:
    # A bound that one cluster cannot give is infinite; the widest possible one says the same and is JSON.
    return round(min(1.0, max(least, value)), DIGITS) if not math.isnan(value) else least
