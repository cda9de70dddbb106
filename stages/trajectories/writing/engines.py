"""Who answers whom: the writer's, the solvers' and the judge's questions go to their engines, each batch at once.

Everything goes through `Asking`: what was answered once is never paid for again, and `max_cost` holds for each engine.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import JsonValue

from stages.core import jsonl
from stages.core.llm.asking import Asking
from stages.core.llm.cache import Kept
from stages.core.llm.request import Answer, Failure, Request
from stages.core.params.writing import Role, Same, Writer, Written
from stages.trajectories.writing.asks import Ask, Who


class Engines:
    """Use as a context manager. Roles whose engine is the same one share one account with it."""

    def __init__(self, author: Written, base: Path, *, seed: int) -> None:
        """`base` is the model folder that a local engine answers with; `seed` feeds the jitter of waits alone."""
        self._author = author
        engines = {"writer": author.writer.engine, "solver": author.solver.engine, "judge": author.judge.engine}
        self._askings: list[Asking] = []
        self._of: dict[str, Asking] = {}
        for who, engine in engines.items():
            known = next((name for name in self._of if engines[name] == engine), None)
            if isinstance(engine, Same) or known:
                self._of[who] = self._of[known or "writer"]
                continue
            self._of[who] = Asking(engine, base, stage="trajectories", seed=seed)
            self._askings.append(self._of[who])

    def request(self, ask: Ask) -> Request:
        """The question as it is sent and kept."""
        role = role_of(self._author, ask.who)
        extra: dict[str, JsonValue] = {}
        if ask.expected is not None and self._author.structured:
            schema: JsonValue = {"name": ask.expected.__name__.lower(), "schema": ask.expected.model_json_schema()}
            extra = {"response_format": {"type": "json_schema", "json_schema": schema}}
        return Request(
            model=self._of[ask.who].model,
            messages=ask.messages,
            tools=ask.tools,
            temperature=role.temperature,
            max_tokens=role.max_new_tokens,
            extra=extra,
            sample=ask.sample,
        )

    def ask(self, asks: Sequence[Ask]) -> list[Answer | Failure]:
        """Replies in the order of the questions, those of one engine in one batch. Raises UserError (see `Asking.ask`)."""
        requests = [self.request(ask) for ask in asks]
        replies: dict[int, Answer | Failure] = {}
        for asking in self._askings:
            mine = [place for place, ask in enumerate(asks) if self._of[ask.who] is asking]
            if mine:
                replies |= zip(mine, asking.ask([requests[place] for place in mine]), strict=True)
        return [replies[place] for place in range(len(asks))]

    def metrics(self) -> dict[str, Any]:
        """What was asked and what it came to, over all engines; `failed` by reason."""
        whole: dict[str, Any] = {"requests": 0, "answered": 0, "failed": {}, "prompt_tokens": 0, "new_tokens": 0}
        for asking in self._askings:
            for name, value in asking.metrics().items():
                if name == "failed":
                    for reason, times in value.items():
                        whole["failed"][reason] = whole["failed"].get(reason, 0) + times
                else:
                    whole[name] += value
        return whole | {"failed": dict(sorted(whole["failed"].items()))}

    def spent(self) -> dict[str, float]:
        """What this run itself paid for, over all engines."""
        bills = [asking.spent() for asking in self._askings]
        return {name: round(sum(bill[name] for bill in bills), 6) for name in bills[0]}

    def export(self, path: Path) -> int:
        """Write one `llm.jsonl` of all that was asked here and answered, by key. Returns the lines."""
        found: dict[str, Kept] = {}
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            for number, asking in enumerate(self._askings):
                part = Path(folder) / f"{number}.jsonl"
                asking.export(part)
                found |= {kept.request.key: kept for kept in jsonl.read(part, Kept)}
        return jsonl.write(path, (found[key] for key in sorted(found)))

    def __enter__(self) -> "Engines":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for asking in self._askings:
            asking.__exit__(kind, error, trace)


def role_of(author: Written, who: Who) -> Writer | Role:
    """The params of a role."""
    return {"writer": author.writer, "solver": author.solver, "judge": author.judge}[who]
