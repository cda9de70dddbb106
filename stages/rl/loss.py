"""Log-probabilities of the policy's tokens, and the loss over them. Axis N: all tokens of the policy in a group.

loss = - sum_i weight_i f(ratio_i, A_i) + beta sum_i weight_i k3_i,   ratio = pi / pi_old
clip:  f = min(ratio A, clip(ratio) A)
cispo: f = sg(clip(ratio)) A log pi
k3 = exp(d) - d - 1 with d = log pi_start - log pi, times the ratio. Same values as TRL's (tested).
Rows of advantage 0 in a group of equal rewards are left out by the caller, KL term and all (trl#7068).
"""

from typing import Any, NamedTuple

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from stages.rl.batch import RolloutBatch
from stages.rl.pack import Packed


class Loss(NamedTuple):
    """The value to minimise, and the number of tokens whose ratio was outside the clipped range."""

    value: torch.Tensor
    clipped: int


def log_probabilities(model: Any, packed: Packed, temperature: float) -> torch.Tensor:
    """(N,) float32 log pi of the policy's tokens at the temperature they were sampled with (trl#4159).

    The vocabulary is projected only where a token carries loss: tool results and prompts are most of the text.
    """
    device = next(model.parameters()).device
    prompt = DynamicCache(config=model.config)
    read = model.base_model(input_ids=packed.prompt_P[None].to(device), cache=prompt, use_cache=True)
    found = []
    for ids, policy in packed.chunks:
        # A token is predicted from the place before it; a reply's first one from the prompt's last.
        places = [read.last_hidden_state[:, -1:].expand(len(ids), -1, -1)]
        if ids.shape[1] > 1:
            cache = _copies(prompt, model.config, len(ids))
            fed = ids[:, :-1].to(device)
            position = len(packed.prompt_P) + torch.arange(fed.shape[1], device=device)
            more = model.base_model(input_ids=fed, position_ids=position[None], cache=cache, use_cache=True)
            places.append(more.last_hidden_state)
        found.append(torch.cat(places, dim=1)[policy.to(device)])
    logits = model.get_output_embeddings()(torch.cat(found)).float() / temperature
    return logits.gather(1, packed.target_N.to(device)[:, None])[:, 0] - logits.logsumexp(1)


def _copies(cache: DynamicCache, config: Any, rows: int) -> DynamicCache:
    """The one row's keys and values for several rows, with gradient."""
    copies = DynamicCache(config=config)
    for index, layer in enumerate(cache.layers):
        if not isinstance(layer, DynamicLayer) or layer.keys is None or layer.values is None:
            raise ValueError("only models whose every layer keeps keys and values can be trained so")
        copies.update(layer.keys.expand(rows, -1, -1, -1), layer.values.expand(rows, -1, -1, -1), index)
    return copies


def policy_loss(
    logps_N: torch.Tensor,
    packed: Packed,
    batch: RolloutBatch,
    clip_low: float,
    clip_high: float,
    beta: float = 0.0,
    start_N: torch.Tensor | None = None,
) -> Loss:
    """The group's part of the batch's loss.

    Args:
        logps_N: log pi with gradient.
        packed: the group, for old log-probabilities and rows.
        batch: the same group with advantages, weights and kinds.
        clip_low: the ratio counts down to 1 - clip_low.
        clip_high: the ratio counts up to 1 + clip_high.
        beta: weight of the KL term.
        start_N: log pi of the start model; needed where beta is not 0.
    """
    device, row = logps_N.device, packed.row_N
    advantage = torch.tensor(batch.advantage_B)[row].to(device)
    weight = torch.tensor(batch.weight_B)[row].to(device)
    cispo = torch.tensor([kind == "cispo" for kind in batch.kind_B])[row].to(device)
    ratio = torch.exp(logps_N - packed.old_N.to(device))
    held = ratio.clamp(1 - clip_low, 1 + clip_high)
    gain = torch.where(cispo, held.detach() * advantage * logps_N, torch.min(ratio * advantage, held * advantage))
    value = -(weight * gain).sum()
    if beta:
        if start_N is None:
            raise ValueError("a KL term needs the start model's log-probabilities")
        value = value + beta * (weight * ratio * k3(logps_N, start_N)).sum()
    return Loss(value, int((held != ratio).sum()))


def k3(logps_N: torch.Tensor, start_N: torch.Tensor) -> torch.Tensor:
    """(N,) unbiased, never negative estimate of KL(pi || pi_start) at tokens that pi sampled."""
    distance = start_N - logps_N
    return distance.exp() - distance - 1
