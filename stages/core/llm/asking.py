"""A stage's questions to the engine its params name: one cache for all stages and runs, one account.

The cache lies beside the runs' own work folders, not in one of them: those are keyed by params, inputs and code, and what
was answered once must answer again after any of these changed. Nothing that the cache holds needs the endpoint, its key
or the model.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from stages.core.errors import UserError
from stages.core.lineage import file_hash
from stages.core.llm import client
from stages.core.llm.cache import Cache
from stages.core.llm.cost import Meter
from stages.core.llm.request import Answer, Failure, Request
from stages.core.params.llm import Endpoint, Engine, Local
from stages.core.stage import CACHE

PLACE = CACHE / "llm" / "answers.sqlite"
"""From the project's folder, as all paths of a run."""
PASSING = ("unreachable", "timeout", "rate_limited")
"""Failures that another run may not meet."""


class Asking:
    """Use as a context manager: `ask` as often as needed, then `metrics`, `spent` and `export`."""

    def __init__(self, engine: Engine, folder: Path, *, stage: str, seed: int = 0) -> None:
        """`folder` is the model folder that a local engine answers with; `seed` feeds the jitter of waits alone."""
        self._engine, self._folder, self._stage, self._seed = engine, folder, stage, seed
        self.model = engine.model if isinstance(engine, Endpoint) else f"folder {_weights(folder)}"
        """What requests must carry as their `model`: local weights by their hash, since a path says nothing."""
        paid = isinstance(engine, Endpoint)
        self._meter = Meter(engine.input_price, engine.output_price, engine.max_cost) if paid else Meter(0, 0, None)
        self._cache = Cache(PLACE)
        self._asked: dict[str, Request] = {}
        self._replies: dict[str, Answer | Failure] = {}

    def ask(self, requests: Sequence[Request]) -> list[Answer | Failure]:
        """Replies in the order of `requests`; a request past `max_cost` gets a Failure `over_budget`.

        Raises:
            UserError: no key, no address, a mistake that would refuse every request, or most requests had no answer.
        """
        missing = [one for one in {one.key: one for one in requests}.values() if self._cache.get(one) is None]
        replies: dict[str, Answer | Failure] = {reply.key: reply for reply in self._fresh(missing)}
        for request in requests:
            kept = self._cache.get(request)
            if kept is not None:
                replies[request.key] = kept
        self._asked.update((one.key, one) for one in requests)
        self._replies.update(replies)
        if isinstance(self._engine, Endpoint):
            _judge(self._engine.base_url, replies, self._replies, {one.key for one in missing})
        return [replies[one.key] for one in requests]

    def metrics(self) -> dict[str, Any]:
        """What was asked and what it came to, the cache's answers included: the same whoever paid for them."""
        answers = [reply for reply in self._replies.values() if isinstance(reply, Answer)]
        failed = Counter(reply.reason for reply in self._replies.values() if isinstance(reply, Failure))
        return {
            "requests": len(self._replies),
            "answered": len(answers),
            "failed": dict(sorted(failed.items())),
            "prompt_tokens": sum(answer.prompt_tokens for answer in answers),
            "new_tokens": sum(answer.new_tokens for answer in answers),
        }

    def spent(self) -> dict[str, float]:
        """What this run itself paid for; nothing for a local engine and for what the cache held."""
        meter = self._meter
        return {
            "llm_calls": meter.calls,
            "llm_prompt_tokens": meter.prompt_tokens,
            "llm_new_tokens": meter.new_tokens,
            "llm_cost": round(meter.cost, 6),
        }

    def export(self, path: Path) -> int:
        """Write `llm.jsonl`: all that was asked here and answered. Returns the lines."""
        return self._cache.export(path, self._asked.values())

    def __enter__(self) -> "Asking":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._cache.close()

    def _fresh(self, missing: list[Request]) -> Sequence[Answer | Failure]:
        engine = self._engine
        if not missing:
            return []
        if isinstance(engine, Endpoint):
            return client.ask(missing, engine, self._cache, self._meter, stage=self._stage, seed=self._seed)
        return self._local(missing, engine)

    def _local(self, missing: list[Request], engine: Local) -> list[Answer]:
        # torch takes seconds to import, and an endpoint needs none of it.
        from stages.core.llm import local
        from stages.core.models import folder

        model = folder.load_model(self._folder, threads=engine.threads)
        tokenizer = folder.load_tokenizer(self._folder)
        return local.ask(missing, model, tokenizer, self._cache, stage=self._stage, batch_size=engine.batch_size)


def _weights(folder: Path) -> str:
    """One hash over a model folder's files. Raises UserError if there are none."""
    files = sorted(path for path in folder.glob("*") if path.is_file())
    if not files:
        raise UserError(str(folder), "no model folder here to ask")
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.name}\0{file_hash(path)}\0".encode())
    return digest.hexdigest()


Replies = Mapping[str, Answer | Failure]


def _judge(url: str, now: Replies, ever: Replies, sent: set[str]) -> None:
    """A few failures are the caller's to count; raises UserError when most of what was asked came to nothing.

    Passing failures are measured against what had to be sent now, the others against all that was ever asked here: one
    question that a server always refuses must not end a run which has only this one left to ask in this round.
    """
    failed, unaffordable = _failed(now)
    passing = [reply for reply in failed if reply.reason in PASSING]
    ever_failed, ever_unaffordable = _failed(ever)
    for found, of in ((passing, len(sent) - unaffordable), (ever_failed, len(ever) - ever_unaffordable)):
        if 2 * len(found) > of:
            first = found[0]
            problem = f"{len(found)} of {of} requests had no answer ({first.reason}: {first.detail})"
            raise UserError(url, f"{problem}; answers that came are kept, so a further run asks the rest alone")


def _failed(replies: Replies) -> tuple[list[Failure], int]:
    """The failures that say something of the endpoint, and how many requests could not be afforded."""
    failed = [reply for reply in replies.values() if isinstance(reply, Failure)]
    found = [reply for reply in failed if reply.reason != "over_budget"]
    return found, len(failed) - len(found)
