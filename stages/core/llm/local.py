"""The same requests answered by a model folder in this process: free, offline, the same bytes every time.

A request's key names the model by `Request.model` alone: let it say which weights they are (a hash of the folder), or an
answer of other weights is taken for its own.
"""

import json
from collections.abc import Sequence
from typing import Any

import torch

from stages.core import seeds
from stages.core.errors import UserError
from stages.core.llm.cache import Cache
from stages.core.llm.request import Answer, Request
from stages.core.models.calls import parse
from stages.core.models.encode import encode
from stages.core.models.generate import Completion, Conversations
from stages.core.progress import bar


def ask(
    requests: Sequence[Request], model: Any, tokenizer: Any, cache: Cache, *, stage: str, batch_size: int
) -> list[Answer]:
    """Answers in the order of `requests`. Each sample is drawn from a generator of its own, seeded by the request.

    A batch holds requests of one temperature and length limit, shortest prompts first. Calls in a reply to a request
    with tools stand under `tool_calls`, as an endpoint has them; a call that cannot be read stays in the text.

    Raises:
        UserError: a request wants what this engine cannot do; nothing is left out in silence.
    """
    for request in requests:
        if request.top_p != 1 or request.stop or request.extra:
            raise UserError("request", "the local engine has no top_p, no stop and no extra options")
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
    return [told(request, one, len(prompts[request.key])) for request, one in zip(batch, said, strict=True)]


def told(request: Request, said: Completion, prompt_tokens: int) -> Answer:
    """What was said as an endpoint would answer it."""
    finish, text, calls = ("stop" if said.stopped else "length"), said.text, []
    found = parse(text) if request.tools else None
    if found and found.calls:
        finish, text = "tool_calls", found.text
        for number, call in enumerate(found.calls):
            function = {"name": call.tool, "arguments": json.dumps(call.arguments, ensure_ascii=False)}
            calls.append({"id": f"call_{number}", "type": "function", "function": function})
    return Answer(
        key=request.key,
        text=text,
        tool_calls=tuple(calls),
        finish=finish,
        prompt_tokens=prompt_tokens,
        new_tokens=len(said.ids),
    )
