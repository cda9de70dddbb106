"""One reply to each prompt: batches of similar length, results in the order asked. Greedy unless told otherwise."""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from stages.core.models.generate import Conversations
from stages.core.models.grammar import Grammar
from stages.core.progress import bar


class Reply(NamedTuple):
    """`stopped` is False when the reply ran into the token limit."""

    text: str
    stopped: bool
    tokens: int


def replies(
    model,
    tokenizer,
    prompts: Sequence[list[int]],
    *,
    max_new_tokens: int,
    batch_size: int,
    grammars: Sequence[Grammar | None] | None = None,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
    stage: str = "scoring",
) -> list[Reply]:
    """The model's reply to every prompt.

    Args:
        model: a causal language model in eval mode.
        tokenizer: its tokenizer.
        prompts: token ids, generation header included.
        max_new_tokens: limit of a reply.
        batch_size: prompts that share one key-value cache.
        grammars: what each reply must be, one a prompt; None: anything.
        temperature: 0 is greedy.
        generator: randomness of the draws; needed when temperature is not 0.
        stage: the word on the progress line.
    """
    order = sorted(range(len(prompts)), key=lambda index: (len(prompts[index]), index))
    found: dict[int, Reply] = {}
    shown = bar(stage, "replies", len(prompts), "reply")
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        talk = Conversations(model, tokenizer)
        talk.start([list(prompts[index]) for index in batch])
        completions = talk.complete(
            [True] * len(batch),
            max_new_tokens,
            temperature=temperature,
            generator=generator,
            grammars=None if grammars is None else [grammars[index] for index in batch],
        )
        for index, completion in zip(batch, completions, strict=True):
            found[index] = Reply(completion.text, completion.stopped, len(completion.ids))
        shown.update(len(batch))
    shown.close()
    return [found[index] for index in range(len(prompts))]
