"""The same requests answered by a model folder in this process: free, offline, the same bytes every time."""

from collections.abc import Sequence
from typing import Any

import torch

from stages.core import seeds
from stages.core.llm.cache import Cache
from stages.core.llm.request import Answer, Request
from stages.core.models.encode import encode
from stages.core.models.generate import Conversations
from stages.core.progress import bar


def ask(
    requests: Sequence[Request], model: Any, tokenizer: Any, cache: Cache, *, stage: str, batch_size: int
) -> list[Answer]:
    """Answers in the order of `requests`. Each sample is drawn from a generator of its own, seeded by the request.

    A batch holds requests of one temperature and length limit, shortest prompts first.
    """
    done = {request.key: kept for request in requests if (kept := cache.get(request)) is not None}
    todo = list({request.key: request for request in requests if request.key not in done}.values())
    line = bar(stage, "asking the local model", len(todo), "call")
    prompts = {request.key: _prompt(tokenizer, request) for request in todo}
    todo.sort(key=lambda request: (request.temperature, request.max_tokens, len(prompts[request.key]), request.key))
    for batch in _batches(todo, batch_size):
        for request, answer in zip(batch, _answer(batch, prompts, model, tokenizer), strict=True):
            cache.put(request, answer)
            done[request.key] = answer
        line.update(len(batch))
    line.close()
    return [done[request.key] for request in requests]


def _prompt(tokenizer: Any, request: Request) -> list[int]:
    return encode(tokenizer, list(request.messages), list(request.tools), generate=True).ids


def _batches(todo: list[Request], size: int) -> list[list[Request]]:
    batches: list[list[Request]] = []
    for request in todo:
        last = batches[-1] if batches else []
        alike = last and (last[0].temperature, last[0].max_tokens) == (request.temperature, request.max_tokens)
        if alike and len(last) < size and request.temperature == 0:
            last.append(request)
        else:
            # A sampled request speaks alone: its draws must not depend on who shares its batch.
            batches.append([request])
    return batches


def _answer(batch: list[Request], prompts: dict[str, list[int]], model: Any, tokenizer: Any) -> list[Answer]:
    talk = Conversations(model, tokenizer)
    talk.start([prompts[request.key] for request in batch])
    first = batch[0]
    draw = torch.Generator().manual_seed(seeds.derive(first.seed or 0, first.key)) if first.temperature else None
    said = talk.complete([True] * len(batch), first.max_tokens, temperature=first.temperature, generator=draw)
    return [
        Answer(
            key=request.key,
            text=one.text,
            finish="stop" if one.stopped else "length",
            prompt_tokens=len(prompts[request.key]),
            new_tokens=len(one.ids),
        )
        for request, one in zip(batch, said, strict=True)
    ]
