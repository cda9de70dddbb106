"""`RolloutBatch`: all that a loss needs to know of rollouts, row by row. The one type between rollouts and trainer.

Axes: P prompts, B rollouts (rows), T tokens of a row's reply, ragged. Rows of one prompt form a group and stand together.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

LossKind = Literal["clip", "cispo"]
"""`clip`: PPO's pessimistic clipped surrogate. `cispo`: the clipped ratio as a constant weight of log pi."""


class RolloutBatch(NamedTuple):
    """Rollouts with what each is worth. `advantage`, `weight` and `kind` come from an algorithm.

    The policy's tokens carry loss, the environment's (tool results, headers, the user) never do. `reply` and `mask` come
    from the tokens that were sampled and fed, nothing is tokenised again (trl#5144).
    """

    prompt_P: list[list[int]]
    """Token ids of each prompt, generation header included."""
    group_B: list[int]
    """Which prompt a row answers."""
    reply_BT: list[list[int]]
    """All ids after the prompt."""
    mask_BT: list[list[int]]
    """1 where the policy spoke, 0 where the environment did."""
    old_BT: list[list[float]]
    """Log-probability of each token under the policy that sampled it, at the sampling temperature; 0 where mask is 0."""
    advantage_B: list[float] = []
    """Group-relative worth; a row whose advantage is 0 gives no gradient."""
    weight_B: list[float] = []
    """Weight of each of the row's tokens in the loss, which is a plain sum."""
    kind_B: list[LossKind] = []
    """Which loss the row goes into."""

    def check(self) -> "RolloutBatch":
        """Return self; ValueError when lengths disagree or a row has no token of the policy."""
        rows = len(self.group_B)
        if any(len(column) != rows for column in (self.reply_BT, self.mask_BT, self.old_BT)):
            raise ValueError("a rollout batch needs one reply, mask and log-probability list a row")
        for row, (ids, mask, old) in enumerate(zip(self.reply_BT, self.mask_BT, self.old_BT, strict=True)):
            if not len(ids) == len(mask) == len(old):
                raise ValueError(f"row {row}: {len(ids)} ids, {len(mask)} mask bits, {len(old)} log-probabilities")
            if not any(mask):
                raise ValueError(f"row {row} has no token of the policy")
        return self

    def tokens(self) -> list[int]:
        """Number of the policy's tokens, a row."""
        return [sum(mask) for mask in self.mask_BT]

    def members(self, prompt: int) -> list[int]:
        """Rows that answer a prompt."""
        return [row for row, group in enumerate(self.group_B) if group == prompt]

    def part(self, prompt: int) -> "RolloutBatch":
        """The rows of one prompt, as a batch of their own."""
        rows = self.members(prompt)

        def of(column: Sequence) -> list:
            return [column[row] for row in rows] if column else []

        return RolloutBatch(
            [self.prompt_P[prompt]],
            [0] * len(rows),
            of(self.reply_BT),
            of(self.mask_BT),
            of(self.old_BT),
            of(self.advantage_B),
            of(self.weight_B),
            of(self.kind_B),
        )
