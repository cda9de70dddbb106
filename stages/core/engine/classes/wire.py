"""The line to the limited process: numbered requests, answers in bounded time and of bounded size, one at a time.

The process is never trusted. An answer counts if it starts with the secret of this process and the number of the
request; one with an earlier number was left by a call that was interrupted, and is dropped. Whatever else comes, or
when nothing comes, the process is killed, and from then on every request says why by StateLost: nobody starts another
process in its place, whose objects would be fresh ones.
"""

import os
import secrets
import select
import subprocess
import sys
import threading
import time
from pathlib import Path

from stages.core.engine.faults import StateLost

WORKER = Path(__file__).with_name("worker.py")
LARGEST = 8_000_000
"""Bytes of one request or one answer."""
PART = 65_536


class Wire:
    """A limited process and the two pipes to it. Threads wait for each other; other processes are refused.

    Args:
        patience: seconds that a request and its answer may take.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._secret = secrets.token_hex(16).encode()
        self._number = 0
        self._rest = bytearray()
        self.lost: str | None = None
        """Why there is no process any more."""
        # -I: no user site, no PYTHON* variables, no working folder on the path. The environment is empty.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"LC_ALL": "C.UTF-8"},
            close_fds=True,
            bufsize=0,
        )
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._pipes = self._process.stdin, self._process.stdout, self._process.stderr
        self._in, self._out = self._pipes[0].fileno(), self._pipes[1].fileno()
        # A process that does not read must not make us wait for ever either.
        os.set_blocking(self._in, False)
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(self._out, select.POLLIN)
        self._writable.register(self._in, select.POLLOUT)
        self._greeting = self._secret + b"\n"

    def ask(self, text: bytes) -> bytes:
        """The JSON of the answer to the JSON of a request. Raises StateLost; ValueError for a request over LARGEST."""
        if len(text) > LARGEST:
            raise ValueError(f"a request of more than {LARGEST} bytes")
        with self._lock:
            if self.lost is not None:
                raise StateLost(self.lost)
            if os.getpid() != self._owner:
                raise StateLost(f"its process belongs to process {self._owner}, of which this one is a fork")
            self._number += 1
            until = time.monotonic() + self._patience
            self._send(b"%b%d %b\n" % (self._greeting, self._number, text), until)
            self._greeting = b""
            while True:
                line = self._line(until)
                secret, _, rest = line.partition(b" ")
                number, _, answer = rest.partition(b" ")
                if secret != self._secret or not number.isdigit() or len(number) > 20 or int(number) > self._number:
                    raise self.end("said what nobody asked")
                if int(number) == self._number:
                    return answer

    def end(self, why: str) -> StateLost:
        """Kill the process for a reason. Returns the error to raise."""
        if self.lost is None:
            self.lost = why
        self._process.kill()
        self._process.wait()
        return StateLost(self.lost)

    def close(self) -> None:
        """End the process. Who waits for an answer in another thread gets StateLost."""
        if os.getpid() == self._owner:
            self.end("closed")
        with self._lock:
            for pipe in self._pipes:
                pipe.close()

    def _send(self, line: bytes, until: float) -> None:
        sent, view = 0, memoryview(line)
        try:
            while sent < len(line):
                try:
                    sent += os.write(self._in, view[sent:])
                except BlockingIOError:
                    if not self._writable.poll(max(0.0, until - time.monotonic()) * 1000):
                        raise self.end("does not listen") from None
        except OSError:
            raise self.end(self._last_words()) from None
        finally:
            if sent < len(line) and self.lost is None:
                # Interrupted: what came next would be read as the rest of this line.
                self.end("a request was interrupted half-way")

    def _line(self, until: float) -> bytes:
        seen = 0
        while (end := self._rest.find(b"\n", seen)) < 0:
            seen = len(self._rest)
            if not self._readable.poll(max(0.0, until - time.monotonic()) * 1000):
                raise self.end("silent for too long")
            part = os.read(self._out, PART)
            if not part:
                raise self.end(self._last_words())
            if seen + len(part) > LARGEST:
                raise self.end("too long an answer")
            self._rest += part
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return line

    def _last_words(self) -> str:
        try:
            ended = self._process.wait(1)
        except subprocess.TimeoutExpired:
            return "closed its side of the line"
        os.set_blocking(self._pipes[2].fileno(), False)
        said = (self._pipes[2].read(PART) or b"").decode("utf-8", "replace").strip()
        return f"the process ended with {ended}" + (f": {said.rsplit(chr(10), 1)[-1][:200]}" if said else "")
