"""Distributions add up to the rows they were counted from."""

from stages.trajectories.histograms import histograms
from tests.trajectories.test_dialogues import made


def test_every_dialogue_turn_and_call_is_counted_once() -> None:
    found = histograms(made())
    turns = [turn for row in made() for turn in row.turns]
    assert sum(found["turns"].values()) == sum(found["calls"].values()) == len(made())
    assert sum(found["calls_a_turn"].values()) == len(turns)
    calls = sum(len(turn.calls) for turn in turns)
    for name in ("calls", "calls_a_turn"):
        assert sum(int(value) * count for value, count in found[name].items()) == calls


def test_values_stand_in_order_when_their_texts_are_sorted() -> None:
    row = made()[0]
    long = row.model_copy(update={"turns": row.turns[:1] * 11})
    assert list(histograms([long, row.model_copy(update={"turns": row.turns[:1] * 2})])["turns"]) == ["02", "11"]


def test_no_dialogues_have_empty_distributions() -> None:
    assert histograms([]) == {"turns": {}, "calls": {}, "calls_a_turn": {}}
