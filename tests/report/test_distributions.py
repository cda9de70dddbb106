"""The page's distributions: taken from the stages' metrics, every count in a column, nothing drawn of what is not there."""

from stages.report import distributions
from tests.report import made

METRICS = {
    "all": {"cases": {"recovery": 3, "plain": 20, "brand_new": 1}},
    "histograms": {
        "train": {"turns": {"01": 4, "03": 2}, "calls": {"02": 5, "11": 1}, "calls_a_turn": {"00": 2, "01": 8}},
        "dev": {"turns": {}, "calls": {}, "calls_a_turn": {}},
    },
}


def test_whole_numbers_without_a_count_keep_their_place_and_large_ones_share_the_last() -> None:
    assert distributions.whole({"01": 4, "03": 2}) == [("1", 4), ("2", 0), ("3", 2)]
    assert distributions.whole({"08": 1, "09": 2, "11": 3}) == [("8", 1), ("9+", 5)]
    assert distributions.whole({}) == []


def test_cases_stand_in_one_order_and_a_new_one_is_not_lost() -> None:
    assert distributions.cases(METRICS) == [("plain", 20), ("failure", 3), ("brand_new", 1)]
    assert distributions.cases({}) == []


def test_lengths_of_each_split_are_plotted_from_the_metrics() -> None:
    material = made.material()
    shown = str(distributions.section(material.dialogues, material.catalogue, METRICS, {}))
    for label in (
        "user turns a dialogue, 6 training dialogues",
        "calls a turn, 10 turns of training dialogues",
        "calls a dialogue, 6 training dialogues",
        "cases, 24 turns of all dialogues",
    ):
        assert f"<figcaption>{label}</figcaption>" in shown
    assert "dev tasks" not in shown


def test_a_stage_that_has_made_nothing_is_named() -> None:
    shown = str(distributions.section((), {}, {}, {}))
    assert "<figure>" not in shown
    assert "trajectories" in shown and "difficulty" in shown
