"""One try of one request, and what it came to: an answer, or a reason with whether another try may help."""

from typing import NamedTuple

import openai

from stages.core.errors import UserError
from stages.core.llm.request import Answer, Request
from stages.core.llm.waiting import retry_after
from stages.core.params.llm import Endpoint

FOR_ALL = {401: "the key is not accepted", 402: "the account has no money", 404: "no such address or model"}
"""Statuses that every further request would get too."""
AGAIN = (408, 409, 425)
"""Statuses below 500 that pass: time-out, conflict, too early. 429 has its own reason."""
UNSENT = ("ConnectError", "ConnectTimeout", "PoolTimeout")
"""Errors of the HTTP library (by name: which library it is depends on openai's version) after which nothing was sent."""


class Attempt(NamedTuple):
    """With an `answer` the rest is empty. `billed`: it may have been charged although no answer came."""

    answer: Answer | None
    reason: str = ""
    detail: str = ""
    again: bool = False
    billed: bool = False
    asked: float | None = None
    """Seconds the server wants to be left alone."""


async def attempt(client: openai.AsyncOpenAI, request: Request, endpoint: Endpoint) -> Attempt:
    """Send it once. Raises UserError for what would end every other request the same way."""
    try:
        reply = await client.post("/chat/completions", body=request.body(), cast_to=dict[str, object])
        return Attempt(_parse(request, reply))
    except openai.APIConnectionError as error:
        billed = type(error.__cause__).__name__ not in UNSENT
        if isinstance(error, openai.APITimeoutError):
            return Attempt(None, "timeout", f"no answer in {endpoint.timeout} s", again=True, billed=billed)
        return Attempt(None, "unreachable", "the connection broke", again=True, billed=billed)
    except openai.APIStatusError as error:
        return _refusal(error, endpoint)
    except (openai.APIResponseValidationError, ValueError) as error:
        return Attempt(None, "malformed", type(error).__name__, again=True, billed=True)


def _refusal(error: openai.APIStatusError, endpoint: Endpoint) -> Attempt:
    # The body is not repeated: providers quote the key in it.
    status, asked = error.status_code, retry_after(error.response.headers)
    if status in FOR_ALL:
        key = f" (key from {endpoint.key_variable})" if endpoint.key_variable else ""
        raise UserError(endpoint.base_url, f"HTTP {status}: {FOR_ALL[status]}{key}") from None
    if status == 429:
        return Attempt(None, "rate_limited", "HTTP 429", again=True, asked=asked)
    if status >= 500 or status in AGAIN:
        return Attempt(None, "unreachable", f"HTTP {status}", again=True, asked=asked)
    return Attempt(None, "refused", f"HTTP {status}")


def _parse(request: Request, reply: object) -> Answer:
    """Raises ValueError for what is no chat completion."""
    if not isinstance(reply, dict):
        raise ValueError("not an object")
    try:
        choice = reply["choices"][0]
        message, usage = choice["message"], reply.get("usage") or {}
        answer = Answer(
            key=request.key,
            text=message.get("content") or "",
            tool_calls=tuple(message.get("tool_calls") or ()),
            finish=choice.get("finish_reason") or "stop",
            prompt_tokens=int(usage.get("prompt_tokens") or 0),
            new_tokens=int(usage.get("completion_tokens") or 0),
        )
        answer.model_dump_json()  # a lone surrogate cannot be stored: a ValueError here and not in the cache
        return answer
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"not a chat completion: {type(error).__name__}") from None
