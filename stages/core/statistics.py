"""Scores with their uncertainty: means with intervals, paired differences with p, rank correlation.

Clustered data get the cluster-robust standard error of a mean with the small-sample factor G / (G - 1), and Student's t
with G - 1 degrees of freedom below 30 clusters, the normal law from there on. Unclustered shares get Wilson's interval.
Two models are compared item by item: the mean of the differences, clustered in the same way.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from scipy import stats

FEW = 30
"""Below so many clusters the t law is used."""


class Interval(NamedTuple):
    """A mean and its 95% interval (or another level's), in the unit of the values."""

    n: int
    mean: float
    low: float
    high: float


class Paired(NamedTuple):
    """Mean of a - b over the shared items, its interval, and the two-sided p of no difference."""

    n: int
    difference: float
    low: float
    high: float
    p: float


def mean_interval(values: Sequence[float], clusters: Sequence[Hashable] | None = None, level: float = 0.95) -> Interval:
    """Mean of `values` with an interval.

    Args:
        values: one number an item.
        clusters: one label an item; None, or all different, means independent items.
        level: of confidence.

    Raises:
        ValueError: no values, or lengths that differ.
    """
    labels = _labels(values, clusters)
    groups, mean = len(set(labels)), sum(values) / len(values)
    binary = all(value in (0, 1) for value in values)
    if binary and groups == len(values):
        return Interval(len(values), mean, *wilson(sum(values), len(values), level))
    error = _error(values, labels)
    if error == 0 and binary:
        # Every cluster alike says little when there are few: the clusters count as the sample.
        return Interval(len(values), mean, *wilson(mean * groups, groups, level))
    half = _quantile(level, groups) * error if groups > 1 else math.inf
    low, high = mean - half, mean + half
    return Interval(len(values), mean, max(low, 0.0) if binary else low, min(high, 1.0) if binary else high)


def wilson(successes: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share."""
    z = float(stats.norm.ppf((1 + level) / 2))
    share, shrink = successes / n, 1 + z * z / n
    middle = (share + z * z / (2 * n)) / shrink
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / shrink
    return max(0.0, middle - half), min(1.0, middle + half)


def paired(
    a: Mapping[str, float], b: Mapping[str, float], clusters: Mapping[str, Hashable] | None = None, level: float = 0.95
) -> Paired:
    """Difference a - b by item, clustered by `clusters` (item -> label).

    When all differences are equal there is no spread to test: p is 1 for no difference, else that of a sign test over
    the clusters, and the interval is the point. Raises ValueError if the items differ or there are none.
    """
    if a.keys() != b.keys():
        raise ValueError("the two results are not over the same items")
    names = sorted(a)
    differences = [a[name] - b[name] for name in names]
    labels = _labels(differences, None if clusters is None else [clusters[name] for name in names])
    groups, mean = len(set(labels)), sum(differences) / len(differences)
    error = _error(differences, labels)
    if groups == 1 and len(set(differences)) > 1:
        return Paired(len(names), mean, -math.inf, math.inf, 1.0)
    if error == 0:
        return Paired(len(names), mean, mean, mean, 1.0 if mean == 0 else min(1.0, 2.0 ** (1 - groups)))
    half, score = _quantile(level, groups) * error, abs(mean) / error
    p = 2 * (stats.t.sf(score, groups - 1) if groups < FEW else stats.norm.sf(score))
    return Paired(len(names), mean, mean - half, mean + half, float(p))


def rank_correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Spearman's correlation with mean ranks for ties; None if either side is constant or shorter than two."""
    if len(x) != len(y):
        raise ValueError("the two series differ in length")
    if len(set(x)) < 2 or len(set(y)) < 2:
        return None
    return float(stats.spearmanr(x, y)[0])  # type: ignore[arg-type]


def _labels(values: Sequence[float], clusters: Sequence[Hashable] | None) -> list[Hashable]:
    if not values:
        raise ValueError("no values")
    labels: list[Hashable] = list(range(len(values)) if clusters is None else clusters)
    if len(labels) != len(values):
        raise ValueError("one cluster label an item is needed")
    return labels


def _error(values: Sequence[float], labels: Sequence[Hashable]) -> float:
    """Cluster-robust standard error of the mean; the classical one when each item is its own cluster."""
    mean = sum(values) / len(values)
    sums: dict[Hashable, float] = {}
    for value, label in zip(values, labels, strict=True):
        sums[label] = sums.get(label, 0.0) + value - mean
    if len(sums) < 2:
        return 0.0
    spread = sum(total * total for total in sums.values()) * len(sums) / (len(sums) - 1)
    return 0.0 if spread < 1e-24 else math.sqrt(spread) / len(values)


def _quantile(level: float, groups: int) -> float:
    side = (1 + level) / 2
    return float(stats.t.ppf(side, groups - 1) if groups < FEW else stats.norm.ppf(side))
