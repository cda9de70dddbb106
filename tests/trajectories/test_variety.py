"""Distinct-n and Self-BLEU: worked examples, bounds, and the fixed sample."""

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.core.seeds import generator
from stages.trajectories.spoken_tokens import split
from stages.trajectories.variety import NO_MATCH, SAMPLE, distinct, self_bleu, variety
from tests.trajectories.test_dialogues import ENVIRONMENT, made

ENVIRONMENTS = {ENVIRONMENT.id: ENVIRONMENT}


def test_distinct_counts_different_runs_of_all_runs_and_none_across_texts() -> None:
    texts = [split("delete the task"), split("delete the list")]
    assert distinct(texts, 1) == 4 / 6
    assert distinct(texts, 2) == 3 / 4
    assert distinct([("a",)], 2) == 0


def test_texts_that_are_all_one_have_a_self_bleu_of_one_and_strangers_of_zero() -> None:
    assert self_bleu([split("please delete the task for me")] * 3) == pytest.approx(1)
    assert self_bleu([split("delete the task"), split("rename my list")]) == 0
    assert self_bleu([split("delete the task"), ()]) == 0


def test_self_bleu_is_what_papineni_s_formula_gives_by_hand() -> None:
    one, two = split("the cat sat on the mat"), split("the cat lay on a mat today")
    # Of `one`: the (once, clipped), cat, on, mat match, then the pair `the cat`, no longer run. Of `two` the same matches.
    first = exp(1 - 7 / 6) * exp((log(4 / 6) + log(1 / 5) + log(NO_MATCH / 4) + log(NO_MATCH / 3)) / 4)
    second = exp((log(4 / 7) + log(1 / 6) + log(NO_MATCH / 5) + log(NO_MATCH / 4)) / 4)
    assert self_bleu([one, two]) == pytest.approx((first + second) / 2)


def test_a_run_is_matched_as_often_as_the_one_other_text_has_it_that_has_it_most() -> None:
    """Counts are not added over references."""
    assert self_bleu([("a", "a"), ("a",)]) == pytest.approx((exp((log(1 / 2) + log(NO_MATCH)) / 2) + exp(1 - 2)) / 2)


def test_of_two_references_equally_near_in_length_the_shorter_counts() -> None:
    long, short, middle = ("a", "b", "c", "d"), ("a", "b"), ("a", "b", "c")
    whole = self_bleu([long, short, middle])
    expected_long = exp((log(3 / 4) + log(2 / 3) + log(1 / 2) + log(NO_MATCH / 1)) / 4)
    assert whole == pytest.approx((expected_long + exp(1 - 3 / 2) + 1) / 3)


WORDS = st.lists(st.sampled_from("abcde"), max_size=7).map(tuple)


@given(st.lists(WORDS, max_size=12))
def test_self_bleu_lies_between_zero_and_one_and_does_not_know_the_order(texts: list[tuple[str, ...]]) -> None:
    found = self_bleu(texts)
    assert 0 <= found <= 1 + 1e-12
    assert self_bleu(texts[::-1]) == pytest.approx(found)


def test_values_cut_out_leave_wordings_that_are_more_alike() -> None:
    found = variety(made(), ENVIRONMENTS, generator(1, "variety"))
    assert found["turns"] == sum(len(row.turns) for row in made())
    assert found["self_bleu_wordings"] > found["self_bleu"] > 0
    assert 0 < found["distinct_1"] < found["distinct_2"] < 1


def test_the_sample_is_of_one_size_and_its_seed_decides_it() -> None:
    many = [*made()] * (SAMPLE // len(made()))
    first = variety(many, ENVIRONMENTS, generator(1, "variety"))
    assert first["turns"] == SAMPLE
    assert first == variety(many, ENVIRONMENTS, generator(1, "variety"))
    assert first != variety(many, ENVIRONMENTS, generator(2, "variety"))


def test_nothing_said_has_no_variety() -> None:
    assert set(variety([], ENVIRONMENTS, generator(1, "variety")).values()) == {0}
