"""Ask an OpenAI-compatible endpoint: many requests at once, retried with jitter, every answer kept as it arrives.

The `openai` package's own retries are off: it honours each Retry-After anew, so a server that says 60 seconds six times
would hold a run for six minutes. Here all waits of one request together stay within `patience`.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Sequence

import openai

from stages.core.errors import UserError
from stages.core.llm.cache import Cache
from stages.core.llm.cost import Meter
from stages.core.llm.request import Answer, Failure, Request
from stages.core.params.llm import Endpoint
from stages.core.progress import bar

Sleep = Callable[[float], Awaitable[None]]
FIRST_WAIT = 0.5


class Refused(Exception):
    """The endpoint will never answer this request (400, 401, 404, ...)."""


def ask(
    requests: Sequence[Request],
    endpoint: Endpoint,
    cache: Cache,
    meter: Meter,
    *,
    stage: str,
    seed: int = 0,
    sleep: Sleep = asyncio.sleep,
) -> list[Answer | Failure]:
    """Answers in the order of `requests`; what the cache holds is not asked again. Raises UserError without a key.

    `seed` feeds the jitter alone and changes no bytes; `sleep` is the waiting itself, so that a test need not wait.
    """
    return asyncio.run(_ask(requests, endpoint, cache, meter, stage, random.Random(seed), sleep))


async def _ask(
    requests: Sequence[Request],
    endpoint: Endpoint,
    cache: Cache,
    meter: Meter,
    stage: str,
    jitter: random.Random,
    sleep: Sleep,
) -> list[Answer | Failure]:
    done: dict[str, Answer | Failure] = {}
    todo: dict[str, Request] = {}
    for request in requests:
        kept = cache.get(request)
        if kept is not None:
            done[request.key] = kept
        else:
            todo.setdefault(request.key, request)
    gate = asyncio.Semaphore(endpoint.concurrency)
    line = bar(stage, "asking", len(todo), "call")
    async with openai.AsyncOpenAI(
        base_url=endpoint.base_url, api_key=_key(endpoint), max_retries=0, timeout=endpoint.timeout
    ) as client:

        async def one(request: Request) -> None:
            async with gate:
                done[request.key] = await _answer(client, request, endpoint, cache, meter, jitter, sleep)
                line.update(1)

        async with asyncio.TaskGroup() as group:
            for request in todo.values():
                group.create_task(one(request))
    line.close()
    return [done[request.key] for request in requests]


async def _answer(
    client: openai.AsyncOpenAI,
    request: Request,
    endpoint: Endpoint,
    cache: Cache,
    meter: Meter,
    jitter: random.Random,
    sleep: Sleep,
) -> Answer | Failure:
    if not meter.reserve(request):
        return Failure(key=request.key, reason="over_budget", detail=f"max_cost {meter.max_cost} would be passed")
    answer: Answer | None = None
    try:
        waited, reason, detail = 0.0, "unreachable", ""
        for attempt in range(endpoint.attempts):
            try:
                answer = await _once(client, request)
                cache.put(request, answer)
                return answer
            except Refused as error:
                return Failure(key=request.key, reason="refused", detail=str(error))
            except openai.APITimeoutError:
                reason, detail, asked = "timeout", f"no answer in {endpoint.timeout} s", None
            except openai.RateLimitError as error:
                reason, detail, asked = "rate_limited", "429", _retry_after(error)
            except openai.InternalServerError as error:
                reason, detail, asked = "unreachable", str(error.status_code), _retry_after(error)
            except openai.APIConnectionError:
                reason, detail, asked = "unreachable", "the connection broke", None
            except (openai.APIResponseValidationError, ValueError) as error:
                reason, detail, asked = "malformed", type(error).__name__, None
            wait = asked if asked is not None else FIRST_WAIT * 2**attempt
            wait = min(wait * (1 + jitter.random() / 4), endpoint.patience - waited)
            if attempt + 1 == endpoint.attempts or waited >= endpoint.patience:
                break
            waited += wait
            await sleep(wait)
        return Failure(key=request.key, reason=reason, detail=detail)
    finally:
        meter.settle(request, answer)


async def _once(client: openai.AsyncOpenAI, request: Request) -> Answer:
    """One try. Raises openai's errors, Refused, or ValueError for a reply that is no chat completion."""
    try:
        reply = await client.post("/chat/completions", body=request.body(), cast_to=dict[str, object])
    except (openai.RateLimitError, openai.InternalServerError):
        raise
    except openai.APIStatusError as error:
        raise Refused(f"HTTP {error.status_code}") from None
    return _parse(request, reply)


def _parse(request: Request, reply: object) -> Answer:
    if not isinstance(reply, dict):
        raise ValueError("not an object")
    try:
        choice = reply["choices"][0]
        message, usage = choice["message"], reply.get("usage") or {}
        return Answer(
            key=request.key,
            text=message.get("content") or "",
            tool_calls=tuple(message.get("tool_calls") or ()),
            finish=choice.get("finish_reason") or "stop",
            prompt_tokens=int(usage.get("prompt_tokens") or 0),
            new_tokens=int(usage.get("completion_tokens") or 0),
        )
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"not a chat completion: {type(error).__name__}") from None


def _retry_after(error: openai.APIStatusError) -> float | None:
    value = error.response.headers.get("retry-after", "")
    return float(value) if value.replace(".", "", 1).isdigit() else None


def _key(endpoint: Endpoint) -> str:
    if endpoint.key_variable is None:
        return "none"
    value = os.environ.get(endpoint.key_variable)
    if not value:
        raise UserError(f"environment: {endpoint.key_variable}", "no key; this endpoint needs one")
    return value
