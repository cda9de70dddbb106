"""The parent's side: one limited process, many sessions in it, each with the interface of the engine's `Session`.

The process is never trusted. Its answers are JSON of bounded size, it is given bounded time, and when it is silent it
is killed: its sessions are then lost and say so by HostLost.
"""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from stages.core.engine.session import Entry, Result
from stages.core.errors import UserError
from stages.core.records import content_id

WORKER = Path(__file__).with_name("worker.py")
LARGEST = 8_000_000
"""Bytes of one request or one answer."""


class HostLost(RuntimeError):
    """The process has died or was killed; no session in it can go on."""


class Bounds(NamedTuple):
    """Of one process: seconds of one call, seconds until it is killed, memory in MB."""

    seconds: float = 5.0
    patience: float = 15.0
    megabytes: int = 2_048


class Host:
    """A limited process with classes loaded. Use it as a context, or `close` it.

    Args:
        folders: where the classes' modules are found, beside the interpreter's own.
        classes: class -> module it lies in.
        tools: class -> its methods that may be called.
        bounds: time and memory.

    Raises UserError when the classes cannot be loaded.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        classes: Mapping[str, str],
        tools: Mapping[str, Sequence[str]],
        bounds: Bounds | None = None,
    ) -> None:
        self.bounds = bounds or Bounds()
        self.tools = {name: tuple(tools[name]) for name in classes}
        # -I: no user site, no PYTHON* variables, no working folder on the path. The environment is empty.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"LC_ALL": "C.UTF-8"},
            close_fds=True,
        )
        self._rest = b""
        given = {
            "path": [str(folder.resolve()) for folder in folders],
            "classes": dict(classes),
            "tools": self.tools,
            "seconds": self.bounds.seconds,
            "megabytes": self.bounds.megabytes,
        }
        try:
            self.ask(given)
        except HostLost as error:
            raise UserError("classes", f"could not be loaded: {error}") from None

    def __enter__(self) -> "Host":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process and all its sessions."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def open(self, classes: Sequence[str], config: Mapping[str, Any], *, long_context: bool = False) -> "ClassSession":
        """A session on fresh objects of these classes, loaded with their parts of `config`."""
        unknown = [name for name in classes if name not in self.tools]
        if unknown:
            raise UserError(f"classes: {unknown[0]}", "not loaded in this process")
        request = {"do": "open", "classes": list(classes), "config": dict(config), "long": long_context}
        return ClassSession(self, self.ask(request), request, [])

    def ask(self, request: Mapping[str, Any]) -> Any:
        """One request, one answer. Raises HostLost when there is none in time."""
        line = json.dumps(request, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        if len(line) > LARGEST:
            raise ValueError(f"a request of more than {LARGEST} bytes")
        if self._process.poll() is not None or self._process.stdin is None:
            raise HostLost(self._last_words())
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except OSError:
            raise HostLost(self._last_words()) from None
        answer = json.loads(self._line())
        if "broken" in answer:
            raise HostLost(answer["broken"])
        return answer["ok"]

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        pipe, until = self._process.stdout.fileno(), time.monotonic() + self.bounds.patience
        while b"\n" not in self._rest:
            ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
            part = os.read(pipe, 65_536) if ready else b""
            if not part or len(self._rest) > LARGEST:
                why = "silent for too long" if not ready else self._last_words() if not part else "too long an answer"
                self._process.kill()
                raise HostLost(why)
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _last_words(self) -> str:
        self._process.kill()
        self._process.wait()
        stderr = self._process.stderr
        said = stderr.read().decode("utf-8", "replace").strip() if stderr and not stderr.closed else ""
        return said.rsplit("\n", 1)[-1][:300] or f"the process ended with {self._process.returncode}"


class ClassSession:
    """Objects of one dialogue. `call` never raises for what a caller may get wrong."""

    def __init__(self, host: Host, number: int, start: Mapping[str, Any], log: list[Entry]) -> None:
        self._host, self._number, self._start = host, number, start
        self.log = log
        """Every call since the start or the last reset, in order."""

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Result:
        """Call a method by name. Errors: UNKNOWN_TOOL, INVALID_ARGUMENT, FAILED (the class said so), INTERNAL (it
        raised), RESOURCE_EXHAUSTED (the session is closed then). Raises HostLost when the process is gone.
        """
        result = self._called(tool, arguments)
        kept = dict(arguments) if isinstance(arguments, Mapping) else {}
        self.log.append(Entry(str(tool), kept, result))
        return result

    def _called(self, tool: str, arguments: Mapping[str, Any]) -> Result:
        if not isinstance(arguments, Mapping) or not all(isinstance(key, str) for key in arguments):
            return Result(False, None, "INVALID_ARGUMENT", "arguments are no JSON object")
        request = {"do": "call", "session": self._number, "tool": str(tool), "arguments": dict(arguments)}
        try:
            error, value = self._host.ask(request)
        except (TypeError, ValueError, RecursionError) as problem:
            return Result(False, None, "INVALID_ARGUMENT", f"arguments are not JSON: {problem}"[:200])
        return Result(True, value) if error is None else Result(False, None, error, value)

    def state(self) -> dict[str, Any]:
        """The attributes of every object, as JSON."""
        return self._host.ask({"do": "state", "session": self._number})

    def digest(self) -> str:
        """A hash of the whole state, random generators included."""
        return content_id("state", self.state())

    def fork(self) -> "ClassSession":
        """An independent session in the same state."""
        number = self._host.ask({"do": "fork", "session": self._number})
        return ClassSession(self._host, number, self._start, list(self.log))

    def reset(self) -> None:
        """Back to the start."""
        self.close()
        self._number = self._host.ask(self._start)
        self.log = []

    def close(self) -> None:
        """Give the objects up."""
        self._host.ask({"do": "close", "session": self._number})
