"""A group's rollouts laid out so that their prompt is read once: the prompt, then its replies in chunks of like length.

A prompt is several times as long as a reply, and a group's rollouts share it: one pass reads it, forward and backward,
and each chunk of replies goes on from copies of its keys and values. The numbers are those of one row at a time (tested)
for a third of the work. One sequence with every reply as a branch under a custom mask needs no chunks, but spends half
as long again on attention that the mask throws away.
"""

from typing import NamedTuple

import torch

from stages.rl.batch import RolloutBatch

EVEN = 0.75
"""A chunk's shortest reply has at least this share of its longest one's tokens: the rest is padding."""


class Chunk(NamedTuple):
    """R replies of a group, padded on the right to T tokens; no real token attends to padding."""

    ids_RT: torch.Tensor
    policy_RT: torch.Tensor
    """Bool: the tokens that carry loss."""


class Packed(NamedTuple):
    """One group. Axis N: all of the policy's tokens, chunk by chunk, row by row."""

    prompt_P: torch.Tensor
    chunks: list[Chunk]
    target_N: torch.Tensor
    row_N: torch.Tensor
    """Which of the batch's rows a token belongs to."""
    old_N: torch.Tensor


def pack(batch: RolloutBatch) -> Packed:
    """Lay out the rows of one prompt. ValueError if there are several prompts."""
    if len(batch.prompt_P) != 1:
        raise ValueError("a packed batch has one prompt")
    lengths = [len(reply) for reply in batch.reply_BT]
    order = sorted(range(len(lengths)), key=lambda row: (-lengths[row], row))
    chunks: list[Chunk] = []
    rows: list[torch.Tensor] = []
    old: list[torch.Tensor] = []
    while order:
        longest = lengths[order[0]]
        members = [row for row in order if lengths[row] >= EVEN * longest]
        order = order[len(members) :]
        policy = torch.tensor([_pad(batch.mask_BT[row], longest) for row in members]).bool()
        chunks.append(Chunk(torch.tensor([_pad(batch.reply_BT[row], longest) for row in members]), policy))
        rows.append(torch.tensor(members)[:, None].expand(-1, longest)[policy])
        old.append(torch.tensor([_pad(batch.old_BT[row], longest) for row in members])[policy])
    target = torch.cat([chunk.ids_RT[chunk.policy_RT] for chunk in chunks])
    return Packed(torch.tensor(batch.prompt_P[0]), chunks, target, torch.cat(rows), torch.cat(old))


def _pad(values: list, length: int) -> list:
    return values + [0] * (length - len(values))
