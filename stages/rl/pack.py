"""One prompt and its rollouts as one sequence: the prompt once, every reply a branch that sees it and itself alone.

A group's rollouts share their prompt, several times as long as a reply. A custom attention mask lets the model read it
once a group instead of once a rollout, forward and backward, with no padding; positions of each branch go on from the
prompt's. Same numbers as row by row (tested), a third of the work.
"""

from typing import NamedTuple

import torch

from stages.rl.batch import RolloutBatch


class Packed(NamedTuple):
    """Tensors of one group; L packed tokens, N of the policy's."""

    ids_L: torch.Tensor
    position_L: torch.Tensor
    attend_LL: torch.Tensor
    """Bool, True where the token of the row may look at that of the column."""
    from_N: torch.Tensor
    """The place whose hidden state predicts each token of the policy."""
    target_N: torch.Tensor
    row_N: torch.Tensor
    """Which of the batch's rows a token belongs to."""
    old_N: torch.Tensor


def pack(batch: RolloutBatch) -> Packed:
    """Lay out the rows of one prompt. ValueError if there are several prompts."""
    if len(batch.prompt_P) != 1:
        raise ValueError("a packed batch has one prompt")
    prompt = batch.prompt_P[0]
    ids, position, branch = list(prompt), list(range(len(prompt))), [-1] * len(prompt)
    source: list[int] = []
    target: list[int] = []
    owner: list[int] = []
    old: list[float] = []
    for row, (reply, mask) in enumerate(zip(batch.reply_BT, batch.mask_BT, strict=True)):
        start = len(ids)
        ids += reply
        position += range(len(prompt), len(prompt) + len(reply))
        branch += [row] * len(reply)
        for place, bit in enumerate(mask):
            if bit:
                source.append(start + place - 1 if place else len(prompt) - 1)
                target.append(reply[place])
                owner.append(row)
                old.append(batch.old_BT[row][place])
    of = torch.tensor(branch)
    before = torch.ones(len(ids), len(ids)).tril().bool()
    return Packed(
        torch.tensor(ids),
        torch.tensor(position),
        before & ((of[:, None] == of[None, :]) | (of[None, :] == -1)),
        torch.tensor(source),
        torch.tensor(target),
        torch.tensor(owner),
        torch.tensor(old),
    )
