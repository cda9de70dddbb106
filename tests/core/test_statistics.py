"""Means, intervals and paired tests, against scipy and by hand."""

import math

import pytest
from scipy import stats

from stages.core.statistics import mean_interval, paired, rank_correlation, wilson


def test_an_unclustered_share_gets_wilsons_interval():
    result = mean_interval([1] * 7 + [0] * 13)
    wanted = stats.binomtest(7, 20).proportion_ci(method="wilson")
    assert (result.n, result.mean) == (20, 0.35)
    assert (result.low, result.high) == pytest.approx((wanted.low, wanted.high))


def test_unclustered_numbers_get_the_t_interval():
    values = [0.2, 0.5, 0.9, 0.4, 0.7]
    wanted = stats.t.interval(0.95, 4, loc=sum(values) / 5, scale=stats.sem(values))
    assert mean_interval(values)[2:] == pytest.approx(wanted)


def test_below_thirty_clusters_the_t_law_holds_by_hand():
    # Clusters of means 1, 0, 1/2 with two items each: residual sums 1, -1, 0; variance 2 * 3/2 / 36.
    result = mean_interval([1, 1, 0, 0, 1, 0], ["a", "a", "b", "b", "c", "c"])
    half = stats.t.ppf(0.975, 2) * math.sqrt(2 * 1.5) / 6
    assert (result.low, result.high) == pytest.approx((max(0, 0.5 - half), min(1, 0.5 + half)))


def test_from_thirty_clusters_on_the_normal_law_holds():
    values, clusters = [i % 2 for i in range(60)], [i // 2 for i in range(60)]
    values[0] = 1
    result = mean_interval([float(v) + 0.5 for v in values], clusters)
    residual = [sum(values[2 * c : 2 * c + 2]) - 2 * sum(values) / 60 for c in range(30)]
    error = math.sqrt(sum(r * r for r in residual) * 30 / 29) / 60
    assert result.high - result.mean == pytest.approx(stats.norm.ppf(0.975) * error)


def test_clusters_that_all_agree_still_leave_doubt():
    result = mean_interval([0] * 12, ["a"] * 6 + ["b"] * 6)
    assert (result.low, result.high) == wilson(0, 2)


def test_clustering_widens_the_interval_of_alike_items():
    values = [1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0]
    clusters = [i // 3 for i in range(12)]
    free, tied = mean_interval(values), mean_interval(values, clusters)
    assert tied.high - tied.low > free.high - free.low


def test_a_paired_difference_agrees_with_the_paired_t_test():
    a = {f"i{k}": v for k, v in enumerate([1, 1, 0, 1, 1, 0, 1, 1])}
    b = {f"i{k}": v for k, v in enumerate([0, 1, 0, 0, 1, 0, 1, 0])}
    result = paired(a, b)
    wanted = stats.ttest_rel(list(a.values()), list(b.values()))
    assert result.difference == 3 / 8
    assert result.p == pytest.approx(wanted.pvalue)
    assert (result.low, result.high) == pytest.approx(tuple(wanted.confidence_interval()))


def test_a_pairing_is_by_item_and_antisymmetric():
    a, b = {"x": 1, "y": 0, "z": 1}, {"z": 0, "x": 0, "y": 0}
    forth, back = paired(a, b), paired(b, a)
    assert (forth.difference, forth.low, forth.high) == pytest.approx((-back.difference, -back.high, -back.low))
    assert forth.p == back.p
    with pytest.raises(ValueError, match="same items"):
        paired(a, {"x": 1})


def test_no_difference_at_all_has_p_one_and_one_cluster_proves_nothing():
    same = {"x": 1, "y": 0}
    assert paired(same, same).p == 1
    alone = paired({"x": 1, "y": 1}, {"x": 0, "y": 1}, {"x": "e", "y": "e"})
    assert alone.p == 1 and alone.high == math.inf


def test_rank_correlation_handles_ties_and_refuses_constants():
    x, y = [1, 2, 2, 4, 5], [2, 1, 3, 4, 4]
    assert rank_correlation(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
    assert rank_correlation([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert rank_correlation([1, 1, 1], [1, 2, 3]) is None
