"""Ask an OpenAI-compatible endpoint: many requests at once, retried with jitter, every answer kept as it arrives.

The `openai` package's own retries are off: it honours each Retry-After anew (see `waiting`). The key comes from the
environment and goes into one header, nowhere else.
"""

import asyncio
import os
import random
from collections.abc import Sequence
from urllib.parse import urlsplit

import openai

from stages.core.errors import UserError
from stages.core.llm.cache import Cache
from stages.core.llm.cost import Meter
from stages.core.llm.desk import Desk, Sleep
from stages.core.llm.request import Answer, Failure, Request
from stages.core.params.llm import Endpoint
from stages.core.progress import bar


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
    """Answers in the order of `requests`; what the cache holds is not asked again.

    Args:
        requests: any number; equal ones are asked once.
        endpoint: where.
        cache: gets every answer before anyone sees it.
        meter: counts, and holds the ceiling.
        stage: names the progress bar.
        seed: feeds the jitter alone and changes no bytes.
        sleep: the waiting itself, so that a test need not wait.

    Raises:
        UserError: no usable key or address, or the endpoint says what would refuse every request.
        KeyboardInterrupt: after what was under way came in.
    """
    done: dict[str, Answer | Failure] = {}
    todo: dict[str, Request] = {}
    for request in requests:
        kept = cache.get(request)
        if kept is not None:
            done[request.key] = kept
        else:
            todo.setdefault(request.key, request)
    secret, url = key(endpoint.key_variable), address(endpoint.base_url)
    with bar(stage, "asking", len(todo), "call") as line:

        def take(reply: Answer | Failure) -> None:
            done[reply.key] = reply
            line.update(1)

        async def whole() -> None:
            timeout = endpoint.timeout
            async with openai.AsyncOpenAI(base_url=url, api_key=secret, max_retries=0, timeout=timeout) as client:
                desk = Desk(client, endpoint, cache, meter, random.Random(seed), sleep)
                await desk.run(todo.values(), take)

        asyncio.run(whole())
    return [done[request.key] for request in requests]


def key(variable: str | None) -> str:
    """The key in an environment variable; any word where none is needed. Raises UserError, which does not repeat it."""
    if variable is None:
        return "none"
    where = f"environment: {variable}"
    value = os.environ.get(variable, "").strip()
    if not value:
        raise UserError(where, "no key; this endpoint needs one")
    if not (value.isascii() and value.isprintable()) or " " in value:
        # Left alone it would end in an error of the HTTP library that quotes the whole header.
        raise UserError(where, "not a key: it holds a space, a line's end or a character beyond ASCII")
    return value


def address(url: str) -> str:
    """The address, if it is one. Raises UserError."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
        parts = urlsplit("")
    if not sound:
        raise UserError("base_url", "not an address: expected http(s)://host[:port]/path")
    if "@" in parts.netloc:
        raise UserError("base_url", "it holds a user name or key; keys come from the environment (key_variable)")
    return url
