"""GRPO (DeepSeekMath, arXiv 2402.03300): a rollout is worth its reward relative to its group's.

A_i = (r_i - mean(r)) / max(std(r), floor), std with n - 1. A group sums to 0, and one of equal rewards is exactly 0.
Differs from the paper: the floor. Without it the size of a difference means nothing: seven rewards of 0.35 and one a hair
above would count as much as a goal reached (NeMo-RL#4161: x4000 with leave-one-out). A token weighs 1 / all the policy's
tokens (`mean: token`, DAPO's) or 1 / (rollouts x the rollout's tokens) (`mean: sequence`, the paper's).
"""

from collections.abc import Sequence
from math import fsum
from statistics import stdev

from stages.core.params.rl import Objective
from stages.rl.batch import RolloutBatch


def assign(batch: RolloutBatch, rewards: Sequence[float], params: Objective) -> RolloutBatch:
    """Fill in advantages and weights; every row goes into the `clip` loss.

    Args:
        batch: rollouts, group by group.
        rewards: one a row.
        params: floor and kind of mean.
    """
    rows = len(batch.group_B)
    advantage = [0.0] * rows
    for prompt in range(len(batch.prompt_P)):
        members = batch.members(prompt)
        for row, value in zip(members, advantages([rewards[row] for row in members], params.std_floor), strict=True):
            advantage[row] = value
    tokens = batch.tokens()
    total = sum(tokens)
    weight = [1 / total if params.mean == "token" else 1 / (rows * count) for count in tokens]
    return batch._replace(advantage_B=advantage, weight_B=weight, kind_B=["clip"] * rows)


def advantages(rewards: Sequence[float], floor: float) -> list[float]:
    """One group's advantages, sum 0. All 0 when the rewards are equal or there is only one."""
    if len(set(rewards)) < 2:
        return [0.0] * len(rewards)
    mean = fsum(rewards) / len(rewards)
    scale = max(stdev(rewards), floor)
    return [(reward - mean) / scale for reward in rewards]
