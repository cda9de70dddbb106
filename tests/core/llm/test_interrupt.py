"""A run that is killed or interrupted: what was answered is kept, nothing is paid for twice (FAULTS 7)."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from stages.core.llm.cache import Cache
from tests.core.llm.server import Server, good
from tests.core.llm.test_client import request

ROOT = Path(__file__).resolve().parents[3]
RUN = """
import signal, sys
from pathlib import Path
from stages.core.llm.cache import Cache
from stages.core.llm.client import ask
from tests.core.llm.test_client import endpoint, meter, request
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have had it ignored
with Cache(Path(sys.argv[2])) as cache:
    ask([request(str(i)) for i in range(40)], endpoint(sys.argv[1], concurrency=2), cache, meter(), stage="t")
"""


def start(url: str, cache: Path) -> subprocess.Popen:
    command = [sys.executable, "-c", RUN, url, str(cache)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)


def kept(path: Path) -> set[str]:
    with Cache(path) as cache:
        return {str(i) for i in range(40) if cache.get(request(str(i)))}


def asked(server: Server) -> list[str]:
    return [json.loads(json.dumps(body))["messages"][0]["content"] for body in server.seen]


def test_a_killed_run_resumes_and_pays_for_nothing_twice(tmp_path):
    """distilabel#1065. What was answered before the kill is never asked again; in flight there were at most two."""
    process: list[subprocess.Popen] = []

    def behave(body: dict, count: int):
        if count == 20:
            process[0].kill()
        return good(body)

    with Server(behave) as server:
        process.append(start(server.url, tmp_path / "c"))
        assert process[0].wait(60) == -signal.SIGKILL
        before, first = kept(tmp_path / "c"), len(server.seen)
        assert before
        assert start(server.url, tmp_path / "c").wait(60) == 0
        again = set(asked(server)[first:])
    assert not before & again, "calls paid twice"
    assert before | again == {str(i) for i in range(40)}


def test_an_interrupted_run_sends_nothing_more_and_keeps_all_that_was_sent(tmp_path):
    """distilabel#648: Ctrl+C lost the batches under way."""
    process: list[subprocess.Popen] = []

    def behave(body: dict, count: int):
        if count == 10:
            process[0].send_signal(signal.SIGINT)
        if count >= 9:
            time.sleep(0.3)  # both replies come after the interrupt
        return good(body)

    with Server(behave) as server:
        process.append(start(server.url, tmp_path / "c"))
        assert process[0].wait(60) == -signal.SIGINT
        assert 10 <= len(server.seen) < 40
        assert kept(tmp_path / "c") == set(asked(server))


def test_an_interrupt_ends_waiting_between_tries_at_once(tmp_path):
    process: list[subprocess.Popen] = []

    def behave(body: dict, count: int):
        if count == 2:
            process[0].send_signal(signal.SIGINT)
        return 429, {"retry-after": "50"}, b"{}"

    with Server(behave) as server:
        process.append(start(server.url, tmp_path / "c"))
        assert process[0].wait(30) == -signal.SIGINT
    assert len(server.seen) == 2
