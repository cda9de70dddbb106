"""Workers over one list of requests, at most `concurrency` under way; nothing that is paid for is thrown away.

On Ctrl+C, and on a mistake that ends the run, nothing new is sent and what is under way still comes in; a second Ctrl+C
drops it. A request that could pass the ceiling waits until another one has shown what it really cost. An endpoint that
answers nobody is given up, not asked ten thousand times more.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator

import openai

from stages.core.llm.attempt import Attempt, attempt
from stages.core.llm.cache import Cache
from stages.core.llm.cost import Meter
from stages.core.llm.request import Answer, Failure, Request
from stages.core.llm.waiting import Patience
from stages.core.params.llm import Endpoint

Sleep = Callable[[float], Awaitable[None]]
SILENCE = 40
"""After so many failures in a row (or five a worker, if that is more) the rest is not asked."""


class Desk:
    """Use once: `await run(requests, take)`."""

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        endpoint: Endpoint,
        cache: Cache,
        meter: Meter,
        jitter: random.Random,
        sleep: Sleep,
    ) -> None:
        self._client, self._endpoint, self._cache, self._meter = client, endpoint, cache, meter
        self._jitter, self._sleep = jitter, sleep
        self._closed = False
        self._resting: set[asyncio.Task | None] = set()
        self._settled = asyncio.Event()
        self._failed = 0
        self._reason = ""

    async def run(self, requests: Iterable[Request], take: Callable[[Answer | Failure], None]) -> None:
        """Hand every reply to `take` as it arrives. Raises what `attempt` and the cache raise."""
        queue = iter(requests)
        workers = [asyncio.create_task(self._work(queue, take)) for _ in range(self._endpoint.concurrency)]
        try:
            await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
        finally:  # also when Ctrl+C cancelled this task, which cancels no worker
            self._closed = True
            for task in self._resting:
                if task:
                    task.cancel()
            await asyncio.wait(workers)
        for worker in workers:
            if not worker.cancelled():
                worker.result()

    async def _work(self, queue: Iterator[Request], take: Callable[[Answer | Failure], None]) -> None:
        while not self._closed and (request := next(queue, None)) is not None:
            take(await self._answer(request))

    async def _answer(self, request: Request) -> Answer | Failure:
        if self._failed >= max(SILENCE, 5 * self._endpoint.concurrency):
            detail = f"not asked: {self._failed} requests in a row had no answer"
            return Failure(key=request.key, reason=self._reason, detail=detail)
        patience = Patience(self._endpoint.patience, self._jitter)
        tried = Attempt(None)
        for left in reversed(range(self._endpoint.attempts)):
            if not await self._afford(request):
                detail = f"max_cost {self._meter.max_cost} could be passed"
                return Failure(key=request.key, reason="over_budget", detail=detail)
            tried = await self._try(request)
            if tried.answer is not None:
                self._failed = 0
                return tried.answer
            wait = patience.wait(tried.asked) if tried.again and left and not self._closed else None
            if wait is None:
                break
            await self._rest(self._sleep(wait))
        self._failed, self._reason = self._failed + 1, tried.reason
        return Failure(key=request.key, reason=tried.reason, detail=tried.detail)

    async def _try(self, request: Request) -> Attempt:
        tried = Attempt(None, billed=True)  # if this is cut off, nobody knows what the server did
        try:
            tried = await attempt(self._client, request, self._endpoint)
            if tried.answer is not None:
                self._cache.put(request, tried.answer)
            return tried
        finally:
            self._meter.settle(request, tried.answer, billed=tried.billed)
            self._settled.set()
            self._settled = asyncio.Event()

    async def _afford(self, request: Request) -> bool:
        while not self._meter.reserve(request):
            if self._meter.idle:
                return False
            await self._rest(self._settled.wait())
        return True

    async def _rest(self, something: Awaitable[object]) -> None:
        """Wait for something that may be given up at once when the desk closes."""
        task = asyncio.current_task()
        self._resting.add(task)
        try:
            await something
        finally:
            self._resting.discard(task)
