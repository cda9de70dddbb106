"""An environment behind MCP, spoken to by a real client of the SDK over stdio and over HTTP."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx
import pytest
from mcp import Client, StdioServerParameters

from stages.core.engine import Runtime, catalogue
from stages.core.engine.mcp import SESSION
from stages.core.params import load
from stages.environments.built import build_once, take
from stages.environments.serve import main, start
from tests.environments.api import boards

ROOT = Path.cwd()
ENVIRONMENT = "user-boards"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """An artefact with one environment."""
    root = tmp_path_factory.mktemp("serve")
    (root / "kept").mkdir()
    (root / "environments").mkdir()
    take(build_once(boards(), load("environments"), False, "code", root / "kept"), root / "environments")
    return root / "environments"


def words(folder: Path, *more: str) -> list[str]:
    return ["-m", "stages.environments.serve", ENVIRONMENT, "--environments", str(folder), *more]


def over_stdio(folder: Path) -> StdioServerParameters:
    return StdioServerParameters(command=sys.executable, args=words(folder), cwd=ROOT)


@pytest.fixture(scope="module")
def port(folder) -> Iterator[int]:
    """A server over HTTP."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = free.getsockname()[1]
    command = [sys.executable, *words(folder, "--http", str(found))]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
    try:
        for _ in range(600):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", found)) == 0:
                    break
            time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        process.wait()


def here(folder: Path):
    """The same session in this process."""
    entry = catalogue.load(folder)[ENVIRONMENT]
    return entry.environment, Runtime(entry.environment).open(start(entry.scenarios, None))


def told(result) -> object:
    return json.loads(result.content[0].text)


def test_a_client_over_stdio_sees_the_tools_word_for_word_and_gets_what_the_engine_gives(folder):
    environment, session = here(folder)

    async def talk() -> None:
        async with Client(over_stdio(folder)) as client:
            tools = (await client.list_tools()).tools
            assert [(t.name, t.description, t.input_schema) for t in tools] == [
                (t.name, t.description, t.parameters) for t in environment.tools
            ]
            assert [t.annotations.read_only_hint for t in tools] == [not t.writes for t in environment.tools]
            for name, arguments in (
                ("boards_create", {"name": "north", "note": "ours"}),
                ("cards_create", {"board": "north", "title": "Buy rice", "tags": {"a": "b"}}),
                ("cards_list", {"board": "north"}),
            ):
                given = await client.call_tool(name, arguments)
                value = session.call(name, arguments).value
                assert not given.is_error and told(given) == value == given.structured_content
            assert told(await client.call_tool("cards_list", {"board": "north"}))["items"]

    anyio.run(talk)


def test_what_goes_wrong_is_the_tools_error_in_the_engines_words(folder):
    _, session = here(folder)

    async def talk() -> None:
        async with Client(over_stdio(folder)) as client:
            for name, arguments in (
                ("cards_get", {"board": "nowhere", "card": "c1"}),
                ("cards_get", {"board": 7}),
                ("no_such_tool", {}),
                ("reset", {}),
            ):
                given = await client.call_tool(name, arguments)
                result = session.call(name, arguments)
                assert given.is_error and told(given) == {"error": result.error, "message": result.message}

    anyio.run(talk)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_two_clients_over_http_do_not_see_each_others_writes(folder, port, mode):
    async def talk() -> None:
        url = f"http://127.0.0.1:{port}/mcp"
        async with Client(url, mode=mode) as one, Client(url, mode=mode) as other:
            # The newest protocol has no sessions, so each client names its own.
            mine, theirs = ({"meta": {SESSION: f"{mode} {name}"}} for name in ("one", "other"))
            made = await one.call_tool("boards_create", {"name": f"{mode}-board"}, **mine)
            assert not made.is_error
            assert not (await one.call_tool("cards_list", {"board": f"{mode}-board"}, **mine)).is_error
            missing = await other.call_tool("cards_list", {"board": f"{mode}-board"}, **theirs)
            assert missing.is_error and told(missing)["error"] == "NOT_FOUND"

    anyio.run(talk)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Host": "evil.example"}, 421), ({"Host": "evil.example:80"}, 421), ({"Origin": "http://evil.example"}, 403),
     ({"Origin": "null"}, 403)],
)  # fmt: skip
def test_a_wrong_host_or_origin_is_refused(port, headers, status):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accept = {"Accept": "application/json, text/event-stream"}
    found = httpx.post(f"http://127.0.0.1:{port}/mcp", json=body, headers=accept | headers)
    assert found.status_code == status


def test_it_listens_on_loopback_alone(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: it only says by which address we would
            own = probe.getsockname()[0]
        except OSError:
            own = "127.0.0.2"  # no route out: another loopback address, on which nobody listens either
    with socket.socket() as other:
        assert other.connect_ex((own, port)) != 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "no such environment (there are user-boards, ...)"),
        (["../environments/user-boards"], "no such environment"),
        ([ENVIRONMENT, "--scenario", "none"], "no start state of that id"),
        ([ENVIRONMENT, "--http", "70000"], "a port between 1 and 65535 is expected"),
    ],
)
def test_a_mistake_is_one_line(folder, capsys, arguments, said):
    assert main([*arguments, "--environments", str(folder)]) == 2
    assert said in capsys.readouterr().err
