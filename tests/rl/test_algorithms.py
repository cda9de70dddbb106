"""From rewards to advantages: sums, equal groups, the floor, weights."""

import itertools
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.rl.algorithms import assign, cispo
from stages.rl.algorithms.grpo import advantages
from stages.rl.batch import RolloutBatch
from tests.rl import made


def batch(lengths: list[int], groups: int = 1) -> RolloutBatch:
    """Rows of the given reply lengths, in equal groups; every second token is the environment's."""
    mask = [[1 - place % 2 for place in range(length)] for length in lengths]
    return RolloutBatch(
        [[1]] * groups,
        [row * groups // len(lengths) for row in range(len(lengths))],
        [[2] * length for length in lengths],
        mask,
        [[0.0] * length for length in lengths],
    ).check()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=16), st.floats(0.01, 1))
def test_advantages_of_a_group_sum_to_zero_and_keep_the_order_of_rewards(rewards, floor):
    """dereason.md 8."""
    found = advantages(rewards, floor)
    assert abs(sum(found)) < 1e-9
    pairs = sorted(zip(rewards, found, strict=True))
    assert all(a[1] <= b[1] + 1e-12 for a, b in itertools.pairwise(pairs))


@pytest.mark.parametrize("reward", [0.0, 0.1, 1 / 3, 1.0])
def test_a_group_of_equal_rewards_has_no_advantage(reward):
    """dereason.md 8, envfactory.md 21: exactly 0, no NaN, whatever the rewards' last bits."""
    assert advantages([reward] * 8, 0.1) == [0.0] * 8
    assert advantages([reward], 0.1) == [0.0]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=16), st.floats(0.01, 1))
def test_no_advantage_exceeds_the_distance_over_the_floor_nor_what_a_group_can_give(rewards, floor):
    mean, n = sum(rewards) / len(rewards), len(rewards)
    for reward, value in zip(rewards, advantages(rewards, floor), strict=True):
        assert abs(value) <= min(abs(reward - mean) / floor, (n - 1) / sqrt(n)) + 1e-9


def test_one_reward_a_hair_above_the_others_counts_a_hair():
    """NeMo-RL#4161: seven of 0.35 and one beside it gave x4000."""
    found = advantages([0.35] * 7 + [0.3502], 0.1)
    assert max(map(abs, found)) < 0.01
    assert max(advantages([0.0] * 7 + [1.0], 0.1)) > 2


def test_skpos_example_has_the_papers_numbers():
    """skpo.md 2, n - 1 in the standard deviation."""
    assert advantages([1.0] * 3 + [-1.0] * 5, 0.1) == pytest.approx([1.207615] * 3 + [-0.724569] * 5, abs=1e-6)


def test_token_weights_sum_to_one_over_the_policys_tokens():
    made_batch = assign(batch([1, 4, 8, 3], 2), [0, 1, 1, 0], made.algorithm(mean="token"))
    assert sum(w * n for w, n in zip(made_batch.weight_B, made_batch.tokens(), strict=True)) == pytest.approx(1)
    assert len(set(made_batch.weight_B)) == 1


def test_sequence_weights_give_every_rollout_the_same_part():
    made_batch = assign(batch([1, 4, 8, 3], 2), [0, 1, 1, 0], made.algorithm(mean="sequence"))
    parts = [w * n for w, n in zip(made_batch.weight_B, made_batch.tokens(), strict=True)]
    assert parts == pytest.approx([0.25] * 4)


def test_groups_are_normalised_apart():
    found = assign(batch([2] * 4, 2), [0, 1, 5, 5], made.algorithm()).advantage_B
    assert found[2:] == [0.0, 0.0] and found[0] == -found[1] != 0


def test_cispo_differs_in_the_loss_kind_only():
    rows, rewards = batch([2] * 4), [0.0, 1.0, 0.5, 0.0]
    plain, other = assign(rows, rewards, made.algorithm()), cispo.assign(rows, rewards, made.algorithm())
    assert set(plain.kind_B) == {"clip"} and set(other.kind_B) == {"cispo"}
    assert plain._replace(kind_B=[]) == other._replace(kind_B=[])


def test_a_mask_longer_than_its_reply_is_refused():
    """trl#5144."""
    with pytest.raises(ValueError, match="row 0"):
        RolloutBatch([[1]], [0], [[2, 3]], [[1, 1, 1]], [[0.0, 0.0]]).check()


def test_a_row_without_a_word_of_the_policy_is_refused():
    with pytest.raises(ValueError, match="no token of the policy"):
        RolloutBatch([[1]], [0], [[2]], [[0]], [[0.0]]).check()


def test_a_part_is_one_group():
    whole = assign(batch([1, 2, 3, 4], 2), [0, 1, 0, 1], made.algorithm())
    part = whole.part(1)
    assert part.reply_BT == whole.reply_BT[2:] and part.group_B == [0, 0] and part.weight_B == whole.weight_B[2:]
