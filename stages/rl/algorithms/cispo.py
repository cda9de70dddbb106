"""CISPO (MiniMax-M1, arXiv 2506.13585): GRPO's advantages, in a loss that never drops a token's gradient.

Loss of a token: -sg(clip(ratio)) A log pi, where PPO's has no gradient once the ratio left the clipped range. Here both
ends of the range hold; the paper leaves the lower one open, which is `clip_low: 1`.
"""

from collections.abc import Sequence

from stages.core.params.rl import Objective
from stages.rl.algorithms import grpo
from stages.rl.batch import RolloutBatch


def assign(batch: RolloutBatch, rewards: Sequence[float], params: Objective) -> RolloutBatch:
    """GRPO's advantages and weights; every row goes into the `cispo` loss."""
    return grpo.assign(batch, rewards, params)._replace(kind_B=["cispo"] * len(batch.group_B))
