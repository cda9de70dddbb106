"""Ask prompts and take down what was said: tokens as sampled, which of them were the policy's, and the rewards."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from stages.core.models.generate import Completion, Conversations
from stages.core.params.rl import Params
from stages.core.rollouts.play import converse
from stages.rl.batch import RolloutBatch
from stages.rl.prompts import Prompt


class Rollouts(NamedTuple):
    """A generation: its batch (without advantages yet) and one reward a row."""

    batch: RolloutBatch
    rewards: list[float]


class Recorder(Conversations):
    """Conversations that remember which tokens were said by the model, and with which log-probability."""

    def start(self, prompts: Sequence[Sequence[int]]) -> None:
        """Begin with one prompt a row, nothing said yet."""
        super().start(prompts)
        self._said: list[list[tuple[int, list[float]]]] = [[] for _ in prompts]

    def complete(self, active: Sequence[bool], max_new_tokens: int, **settings: Any) -> list[Completion]:
        """As Conversations, and noted down."""
        before = [len(self.ids(row)) for row in range(len(active))]
        replies = super().complete(active, max_new_tokens, **settings)
        for row, reply in enumerate(replies):
            if reply.ids:
                self._said[row].append((before[row], reply.logprobs))
        return replies

    def said(self, row: int) -> tuple[list[int], list[float]]:
        """Mask (1: the model's token) and log-probabilities (0 elsewhere), one for each of `ids(row)`."""
        mask, logprobs = [0] * len(self.ids(row)), [0.0] * len(self.ids(row))
        for start, values in self._said[row]:
            mask[start : start + len(values)] = [1] * len(values)
            logprobs[start : start + len(values)] = values
        return mask, logprobs


def roll(model: Any, tokenizer: Any, prompts: Sequence[Prompt], params: Params, generator: torch.Generator) -> Rollouts:
    """`group_size` sampled rollouts of each prompt, group by group.

    Args:
        model: the policy, in eval mode.
        tokenizer: its tokenizer.
        prompts: distinct prompts.
        params: limits and temperature.
        generator: randomness of the draws.
    """
    places = [place for prompt in prompts for place in prompt.task.places(params.group_size)]
    group = [index for index in range(len(prompts)) for _ in range(params.group_size)]
    talk = Recorder(model, tokenizer)
    converse(
        model,
        tokenizer,
        places,
        [prompts[index].ids for index in group],
        params.max_new_tokens,
        temperature=params.temperature,
        generator=generator,
        max_length=params.max_length,
        talk=talk,
    )
    replies, masks, old = [], [], []
    for row, index in enumerate(group):
        start = len(prompts[index].ids)
        mask, logprobs = talk.said(row)
        replies.append(talk.ids(row)[start:])
        masks.append(mask[start:])
        old.append(logprobs[start:])
    rewards = [prompts[index].task.reward(place) for index, place in zip(group, places, strict=True)]
    batch = RolloutBatch([prompt.ids for prompt in prompts], group, replies, masks, old)
    return Rollouts(batch.check(), rewards)
