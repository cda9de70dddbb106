"""A model folder behind `transformers serve`, asked over HTTP: the embedded OpenAI-compatible endpoint, offline."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from stages.core.llm import local
from stages.core.llm.cache import Cache
from stages.core.llm.client import ask
from stages.core.llm.request import Answer, Request
from tests.core.llm.test_client import endpoint, meter

OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
TOOL = {
    "type": "function",
    "function": {
        "name": "tasks_list",
        "description": "Lists tasks.",
        "parameters": {"type": "object", "properties": {"maxResults": {"type": "integer"}}},
    },
}


@pytest.fixture(scope="module")
def served(pico_model_folder, tmp_path_factory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).with_name("transformers")
    command = [str(program), "serve", str(pico_model_folder), "--device", "cpu", "--dtype", "float32"]
    log = tmp_path_factory.mktemp("serve") / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            env={**os.environ, **OFFLINE},
            stdout=out,
            stderr=out,
        )
        try:
            for _ in range(240):
                assert server.poll() is None, log.read_text()
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                    break
                except (urllib.error.URLError, ConnectionError, TimeoutError):
                    time.sleep(0.5)
            else:
                raise AssertionError(log.read_text())
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
            server.wait(30)


@pytest.mark.slow
def test_a_served_folder_answers_as_the_local_engine_does(served, pico_model, pico_model_folder, tokenizer, tmp_path):
    """Both see the same prompt, tools and all: the template travels with the folder."""
    texts = ("hi", "a much longer question than that", "one")
    requests = [
        Request(
            model=str(pico_model_folder),
            messages=({"role": "system", "content": "Be brief."}, {"role": "user", "content": text}),
            tools=tools,
            max_tokens=8,
        )
        for text in texts
        for tools in ((), (TOOL,))
    ]
    with Cache(tmp_path / "far") as far, Cache(tmp_path / "near") as near:
        there = ask(requests, endpoint(served, concurrency=2, timeout=60.0), far, meter(), stage="t")
        here = local.ask(requests, pico_model, tokenizer, near, stage="t", batch_size=4)
    assert all(isinstance(one, Answer) for one in there)
    for one, other in zip(there, here, strict=True):
        assert (one.text, one.prompt_tokens, one.finish) == (other.text, other.prompt_tokens, other.finish)
