"""A Prefect server to talk to: the one PREFECT_API_URL names, or our own on a free port, stopped when we leave."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

HOME = Path(".prefect")


@contextlib.contextmanager
def running(timeout: int) -> Iterator[str]:
    """Yield the API address. Starts a server with its home inside the project unless one is configured.

    Raises TimeoutError if the server does not answer within `timeout` seconds.
    """
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    given = os.environ.get("PREFECT_API_URL")
    if given:
        _wait(given, timeout, None)
        yield given
        return
    HOME.mkdir(exist_ok=True)
    os.environ["PREFECT_HOME"] = str(HOME.resolve())
    # A failed stage is told in its own one line; Prefect's log of it would be a traceback for a user's mistake.
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    port = _free_port()
    address = f"http://127.0.0.1:{port}/api"
    with (HOME / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(address, timeout, server)
        os.environ["PREFECT_API_URL"] = address
        yield address
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(address: str, timeout: int, server: subprocess.Popen | None) -> None:
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if server is not None and server.poll() is not None:
            raise TimeoutError(f"the Prefect server ended at once; see {HOME / 'server.log'}")
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise TimeoutError(f"no Prefect server answered at {address} within {timeout} s")
