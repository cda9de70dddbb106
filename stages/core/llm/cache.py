"""Answers on disk, one row a request key. SQLite in WAL mode: several processes may share it and a kill loses nothing.

An answer is stored the moment it arrives, before anyone sees it, so no answer is ever paid for twice. One that came to
its own end also answers the same request with a higher limit (curator#697): only what was cut off is asked again.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.llm.request import Answer, Request
from stages.core.records.base import Record

FINISHED = ("stop", "tool_calls")
"""How an answer ends that no limit cut."""


class Kept(Record):
    """One line of `llm.jsonl`: the request and its answer."""

    request: Request
    answer: Answer


class Cache:
    """A file of answers. Use it as a context manager, or call `close`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS answers(key TEXT PRIMARY KEY, unlimited TEXT NOT NULL, request TEXT NOT NULL,"
            " answer TEXT NOT NULL) STRICT"
        )
        self._connection.execute("CREATE INDEX IF NOT EXISTS by_unlimited ON answers(unlimited)")

    def get(self, request: Request) -> Answer | None:
        """The answer to this request, or a finished one to the same request with a lower `max_tokens`, or None."""
        row = self._connection.execute("SELECT answer FROM answers WHERE key = ?", (request.key,)).fetchone()
        if row:
            return Answer.model_validate_json(row[0])
        others = "SELECT request, answer FROM answers WHERE unlimited = ? ORDER BY key"
        for asked, said in self._connection.execute(others, (request.unlimited,)):
            answer = Answer.model_validate_json(said)
            if answer.finish in FINISHED and Request.model_validate_json(asked).max_tokens < request.max_tokens:
                return answer.model_copy(update={"key": request.key})
        return None

    def put(self, request: Request, answer: Answer) -> None:
        """Store an answer; the first one to a request stays."""
        self._connection.execute(
            "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?)",
            (request.key, request.unlimited, request.model_dump_json(), answer.model_dump_json()),
        )

    def export(self, path: Path, requests: Iterable[Request]) -> int:
        """Write `llm.jsonl`: these requests with their answers, by key, so the bytes do not depend on arrival."""
        wanted = sorted({request.key: request for request in requests}.items())
        found = ((request, self.get(request)) for _, request in wanted)
        return jsonl.write(path, (Kept(request=request, answer=answer) for request, answer in found if answer))

    def refill(self, path: Path) -> int:
        """Take in an exported `llm.jsonl`, as in a fresh clone. Returns the lines read. Raises UserError."""
        count = 0
        for kept in jsonl.read(path, Kept):
            if kept.answer.key != kept.request.key:
                raise UserError(f"{path}:{count + 1}", "the answer's key is not that of its request")
            self.put(kept.request, kept.answer)
            count += 1
        return count

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> "Cache":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
