"""The whole stage on the tasks environment, with the real sentence model."""

import json
from pathlib import Path

import pytest

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.params import load
from stages.toolgraph.run import Chain, run
from tests.fixtures.tasks import tasks_environment, tasks_scenario


def catalogue(folder: Path) -> Path:
    """A catalogue of one environment."""
    home = folder / "environments" / "google-tasks-v1"
    home.mkdir(parents=True)
    (home / "environment.json").write_text(tasks_environment().model_dump_json(by_alias=True))
    jsonl.write(home / "scenarios.jsonl", [tasks_scenario()])
    (home / "gate.json").write_text('{"passed": true}')
    return home.parent


def test_two_runs_write_the_same_bytes_and_every_tool_is_in_a_chain(tmp_path):
    inputs = {"environments": catalogue(tmp_path)}
    written = []
    for name in ("a", "b"):
        out = tmp_path / name
        out.mkdir()
        summary = run(load("toolgraph"), inputs, out)
        written.append([(out / file).read_bytes() for file in ("graph.json", "chains.jsonl")])
    assert written[0] == written[1]
    assert (
        summary.metrics["tools_left_out"] == 0
        and summary.metrics["random_walk"]["valid_rate"] < 0.5
        and summary.metrics["valid_rate"] == 1
    )
    tools = {tool.name for tool in tasks_environment().tools}
    for chain in jsonl.read(tmp_path / "a" / "chains.jsonl", Chain):
        assert set(chain.tools) <= tools and chain.parents[0].startswith("google-tasks-v1/")
    graph = json.loads(written[0][0])
    assert {node["kind"] for node in graph["nodes"]} == {"tool", "parameter"}


def test_an_empty_catalogue_is_a_named_error(tmp_path):
    with pytest.raises(UserError, match="no environments here"):
        run(load("toolgraph"), {"environments": tmp_path}, tmp_path)
