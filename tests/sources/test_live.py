"""Live MCP servers over stdio: only where params allow it, over all pages, in bounded time, the child ended."""

import hashlib
import json
import os
import sys
from pathlib import Path

import pytest

from stages.core.errors import UserError
from stages.core.params import load
from stages.core.params.load import parse
from stages.environments.built import build_once, take
from stages.sources import live, run, user
from stages.sources.live import listing
from tests.environments.api import boards
from tests.sources.test_tool_list import DIALECTS, TOOLS
from tests.sources.test_tool_list import read as read_tools
from tests.test_house import DOCUMENT

SHOP = (sys.executable, "-m", "tests.sources.shop_server")


def test_all_pages_of_a_live_server_are_read_like_a_list_in_a_file(tmp_path):
    api = user.read_server((*SHOP, "shop"), "commerce", tmp_path, "params.yaml: sources.openapi.0")
    assert (api.id, api.version) == ("user-corner-shop", "1.2.0")
    assert api.operations == read_tools(DIALECTS["mcp"]).operations and len(api.operations) == len(TOOLS) == 9
    data = (tmp_path / "listings" / api.source.path).read_bytes()
    assert api.source.sha256 == hashlib.sha256(data).hexdigest() and api.source.package == "mcp"
    assert [tool["name"] for tool in json.loads(data)["tools"]] == list(TOOLS)


def test_what_a_live_server_says_is_the_same_bytes_twice(tmp_path):
    apis = [user.read_server((*SHOP, "shop"), "commerce", tmp_path, "x") for _ in range(2)]
    assert apis[0] == apis[1]


def test_an_environment_of_ours_can_be_read_back_from_its_own_server(tmp_path):
    for name in ("kept", "environments"):
        (tmp_path / name).mkdir()
    take(build_once(boards(), load("environments"), False, "code", tmp_path / "kept"), tmp_path / "environments")
    words = ("-m", "stages.environments.serve", "user-boards", "--environments", str(tmp_path / "environments"))
    api = user.read_server((sys.executable, *words), "office", tmp_path, "x")
    environment = json.loads((tmp_path / "environments/user-boards/environment.json").read_text())
    assert [o.name for o in api.operations] == [tool["name"] for tool in environment["tools"]]


def test_no_command_runs_unless_params_say_so(tmp_path):
    left = tmp_path / "left"
    given = {**DOCUMENT["sources"], "openapi": [{"mcp": ["touch", str(left)], "domain": "other"}]}
    params = parse("sources", given, "params.yaml")
    with pytest.raises(UserError, match=r"params\.yaml: sources\.openapi\.0: .*`sources\.run_commands: true`"):
        run.run(params, {}, tmp_path)
    assert not left.exists()


def test_the_stage_reads_a_live_server_where_params_allow_it(tmp_path):
    few = {"google": [], "aws": [], "swagger": [], "breadth": {"google": [], "methods": 1, "python": [], "specs": []}}
    own = {"openapi": [{"mcp": [*SHOP, "shop"], "domain": "commerce"}], "run_commands": True}
    summary = run.run(parse("sources", {**DOCUMENT["sources"], **few, **own}, "params.yaml"), {}, tmp_path)
    assert summary.metrics["operations"] == 9
    assert [path.name for path in (tmp_path / "listings").iterdir()] == ["corner-shop.json"]


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ((*SHOP, "gone"), "(it said: SHOP_KEY is not set)"),
        (("no-such-command-here",), "No such file or directory"),
        (("sh", "-c", "exit 0"), "no list of tools: "),
        (("sh", "-c", "cat >/dev/null & echo hello"), "no list of tools: "),
        (("a\0b",), "no list of tools: "),
    ],
    ids=["it gives up", "no command", "it ends at once", "it babbles", "a NUL in its name"],
)
def test_a_server_that_is_none_is_one_line(command, problem):
    with pytest.raises(UserError) as caught:
        listing(command, "params.yaml: sources.openapi.0", 30)
    assert caught.value.where == "params.yaml: sources.openapi.0"
    assert problem in str(caught.value) and "\n" not in str(caught.value) and len(str(caught.value)) < 500


def test_a_list_without_an_end_is_cut(monkeypatch):
    monkeypatch.setattr(live, "PAGES", 5)
    with pytest.raises(UserError, match="more than 5 pages of tools"):
        listing((*SHOP, "endless"), "x")


def test_too_many_tools_are_refused(monkeypatch):
    monkeypatch.setattr(live, "TOOLS", 5)
    with pytest.raises(UserError, match="more than 5 tools"):
        listing((*SHOP, "shop"), "x")


def running(pid: Path) -> bool:
    try:
        os.kill(int(pid.read_text()), 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("stubborn", ["", "trap '' TERM HUP; "])
def test_a_server_that_never_answers_is_ended(tmp_path, stubborn):
    pid = tmp_path / "pid"
    script = f"{stubborn}echo $$ > {pid}; while true; do sleep 0.1; done"
    with pytest.raises(UserError, match="not done after 1 s"):
        listing(("sh", "-c", script), "x", 1)
    assert not pid.exists() or not running(pid)


def test_a_server_gets_none_of_our_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "canary")
    with pytest.raises(UserError):
        listing(("sh", "-c", f"env > {tmp_path / 'seen'}"), "x")
    assert "canary" not in (tmp_path / "seen").read_text()
