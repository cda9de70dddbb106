"""From rewards to a loss, one module an algorithm: a pure function `assign(batch, rewards, params) -> RolloutBatch`.

`rewards` is one number a row; the result is the same batch with `advantage`, `weight` and `kind` filled, a row at a
time, so that rows of several kinds may stand in one batch. A new algorithm is a module here, a section in
core/params/rl.py with its `method`, and a line in `assign`.
"""

from collections.abc import Sequence

from stages.core.params.rl import Algorithm, Cispo
from stages.rl.algorithms import cispo, grpo
from stages.rl.batch import RolloutBatch


def assign(batch: RolloutBatch, rewards: Sequence[float], params: Algorithm) -> RolloutBatch:
    """The batch with advantages, weights and loss kinds by the params' method."""
    if isinstance(params, Cispo):
        return cispo.assign(batch, rewards, params)
    return grpo.assign(batch, rewards, params)
