"""Answers on disk, one row a request key. SQLite in WAL mode: several processes may share it and a kill loses nothing.

An answer is stored the moment it arrives, before anyone sees it, so no answer is ever paid for twice.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from stages.core import jsonl
from stages.core.llm.request import Answer, Request
from stages.core.records.base import Record


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
            "CREATE TABLE IF NOT EXISTS kept(key TEXT PRIMARY KEY, request TEXT NOT NULL, answer TEXT NOT NULL) STRICT"
        )

    def get(self, request: Request) -> Answer | None:
        """The answer to exactly this request, or None."""
        row = self._connection.execute("SELECT answer FROM kept WHERE key = ?", (request.key,)).fetchone()
        return Answer.model_validate_json(row[0]) if row else None

    def put(self, request: Request, answer: Answer) -> None:
        """Store an answer; the first one to a request stays."""
        self._connection.execute(
            "INSERT OR IGNORE INTO kept VALUES (?, ?, ?)",
            (request.key, request.model_dump_json(), answer.model_dump_json()),
        )

    def export(self, path: Path, requests: Iterable[Request]) -> int:
        """Write `llm.jsonl`: these requests with their answers, by key, so the bytes do not depend on arrival."""
        wanted = sorted({request.key: request for request in requests}.items())
        found = ((request, self.get(request)) for _, request in wanted)
        return jsonl.write(path, (Kept(request=request, answer=answer) for request, answer in found if answer))

    def refill(self, path: Path) -> int:
        """Take in an exported `llm.jsonl`, as in a fresh clone. Returns the lines read."""
        count = 0
        for kept in jsonl.read(path, Kept):
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
