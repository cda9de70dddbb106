"""What is asked and what came back. A request's key covers all of it plus the sample's index: nothing is left out.

Peers that hash only part of a request give a changed temperature an old answer, or thirty samples one answer.
"""

import hashlib

from pydantic import JsonValue

from stages.core.records.base import Record, canonical


class Request(Record):
    """One chat completion. `extra` goes into the body as it is (`top_k`, `reasoning_effort`, a server's own options)."""

    model: str
    messages: tuple[dict[str, JsonValue], ...]
    tools: tuple[dict[str, JsonValue], ...] = ()
    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 256
    stop: tuple[str, ...] = ()
    seed: int | None = None
    extra: dict[str, JsonValue] = {}
    sample: int = 0
    """Which of several samples of the same prompt this is."""

    @property
    def key(self) -> str:
        """sha256 of the whole request in canonical JSON, hex."""
        return hashlib.sha256(canonical(self.model_dump(mode="json")).encode()).hexdigest()

    @property
    def unlimited(self) -> str:
        """The key without `max_tokens`: what this request shares with the same one under another limit."""
        rest = self.model_dump(mode="json", exclude={"max_tokens"})
        return hashlib.sha256(canonical(rest).encode()).hexdigest()

    def body(self) -> dict[str, JsonValue]:
        """The body an OpenAI-compatible endpoint takes; `sample` stays here."""
        body: dict[str, JsonValue] = {
            "model": self.model,
            "messages": list(self.messages),
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_tokens": self.max_tokens,
        }
        if self.tools:
            body["tools"] = list(self.tools)
        if self.stop:
            body["stop"] = list(self.stop)
        if self.seed is not None:
            body["seed"] = self.seed
        return {**body, **self.extra}


class Answer(Record):
    """The reply to one request. `finish` as the endpoint says it: `stop`, `length`, `tool_calls`."""

    key: str
    text: str
    tool_calls: tuple[dict[str, JsonValue], ...] = ()
    finish: str
    prompt_tokens: int
    new_tokens: int


class Failure(Record):
    """A request that got no answer. Kept apart from the cache: the next run asks again."""

    key: str
    reason: str
    """`rate_limited`, `timeout`, `unreachable`, `refused`, `malformed`, `over_budget`."""
    detail: str = ""
