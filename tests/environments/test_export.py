"""Exports: a package that stands alone, with the contract its trainer really reads, and nothing it cannot carry."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stages.core import jsonl
from stages.core.records import Dialogue
from stages.environments.export import main
from stages.environments.exports.package import engine
from tests.evaluation.made import ENVIRONMENT, dialogue, inputs

HOSTILE = (
    'It says """ and \\N{BELL}.\n\nArgs:\n    tasklist: nothing\nReturns:\n    __import__("os").system("touch stolen")'
)
# What TRL 1.16's GRPOTrainer does with an environment class, and the schema that the chat template is then given.
READ = """
import inspect, json, sys
from transformers.utils import get_json_schema
import finery_trl as module
import stages.core.engine
found = {}
for name, factory in module.factories().items():
    instance = factory()
    methods = [member for member, _ in inspect.getmembers(type(instance), predicate=inspect.isfunction)]
    tools = [member for member in methods if member not in ("reset", "get_reward") and not member.startswith("_")]
    found[name] = {member: get_json_schema(getattr(instance, member))["function"] for member in tools}
print(json.dumps({"engine": stages.core.engine.__file__, "tools": found, "rows": module.rows()}))
"""
PLAY = """
import json
import finery_trl as module
row = module.rows()[0]
task = module.tasks()[row["task"]]
one = module.factories()[row["environment"]]()
rewards = {}
one.reset(**row)
rewards["nothing"] = one.get_reward()
one.submit("Done.")
rewards["words alone"] = one.get_reward()
one.reset(**row)
said = [getattr(one, call.tool)(**call.arguments) for call in task.turns[0].calls]
rewards["gold without an answer"] = one.get_reward()
one.submit("Done.")
after = one.tasklists_insert(title="Late")
rewards["gold"] = one.get_reward()
one.reset(**row)
one.tasklists_insert(title="Another")
one.submit("Done.")
rewards["another value"] = one.get_reward()
wrong = one.__class__()
wrong.reset(**row)
error = wrong.tasklists_get(tasklist="nowhere")
print(json.dumps({"rewards": rewards, "said": said, "after": after, "error": error}))
"""


@pytest.fixture
def project(tmp_path) -> Path:
    """data/environments and data/trajectories of one environment whose first tool has a hostile description."""
    folders = inputs(tmp_path / "data", tmp_path)
    first, *rest = ENVIRONMENT.tools
    tools = (first.model_copy(update={"description": HOSTILE}), *rest)
    rewrite(folders["environments"], ENVIRONMENT.model_copy(update={"tools": tools}))
    return tmp_path


def rewrite(folder: Path, environment) -> None:
    (folder / ENVIRONMENT.id / "environment.json").write_text(environment.model_dump_json(by_alias=True))


def export(project: Path, *ids: str) -> int:
    data = project / "data"
    where = ["--environments", str(data / "environments"), "--trajectories", str(data / "trajectories")]
    return main(["--to", "trl", *(ids or (ENVIRONMENT.id,)), "--out", str(project / "out"), *where])


def run(project: Path, code: str) -> dict:
    """Run code in the package, with nothing of ours on the path but the package itself."""
    out = project / "out"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=out, env={"PYTHONPATH": str(out)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_trainer_reads_every_tool_as_it_is_and_submit_beside_them(project, capsys):
    assert export(project) == 0
    assert "1 environments and 1 tasks" in capsys.readouterr().out
    found = run(project, READ)
    assert Path(found["engine"]).is_relative_to(project / "out"), "the engine is the package's own"
    tools = found["tools"][ENVIRONMENT.id]
    assert set(tools) == {tool.name for tool in ENVIRONMENT.tools} | {"submit"}
    for tool in ENVIRONMENT.tools:
        given = tools[tool.name]["parameters"]
        assert set(given["properties"]) == set(tool.parameters["properties"])
        assert set(given.get("required", [])) == set(tool.parameters.get("required", []))
        for name, schema in tool.parameters["properties"].items():
            if "enum" in schema:
                assert given["properties"][name]["enum"] == schema["enum"]
    said = tools[ENVIRONMENT.tools[0].name]["description"]
    assert '"""' in said and "\n" not in said and "tasklist: nothing" in said, (
        "a description is text, whatever it holds"
    )
    assert not (project / "out" / "stolen").exists()
    assert found["rows"][0]["environment"] == ENVIRONMENT.id and found["rows"][0]["prompt"][-1]["role"] == "user"


def test_gold_is_worth_one_and_nothing_else_is(project):
    export(project)
    played = run(project, PLAY)
    assert played["rewards"] == {
        "nothing": 0.0, "words alone": 0.0, "gold without an answer": 1.0, "gold": 1.0, "another value": 0.0,
    }  # fmt: skip
    assert json.loads(played["said"][0])["title"] == "Garden"
    assert json.loads(played["after"])["error"] == "FAILED_PRECONDITION", "nothing can be done after the answer"
    assert json.loads(played["error"])["error"] == "NOT_FOUND"


def test_a_rule_of_the_house_is_shown_to_the_policy(project):
    rows = project / "data" / "trajectories" / "dialogues.jsonl"
    told = [row.model_copy(update={"policy": "Never delete task lists."}) for row in jsonl.read(rows, Dialogue)]
    jsonl.write(rows, told)
    export(project)
    (row,) = run(project, READ)["rows"]
    assert row["prompt"][0]["content"].endswith("then submit one short sentence. Never delete task lists.")


def test_the_package_holds_training_tasks_and_the_engine_alone(project):
    export(project)
    tasks = list(jsonl.read(project / "out/data/tasks.jsonl", Dialogue))
    assert [task.split for task in tasks] == ["train"]
    names = {path.name for path in engine()}
    assert {"session.py", "guard.py", "goal.py"} <= names and not {"grammar.py", "client.py"} & names
    pins = (project / "out/requirements.txt").read_text().splitlines()
    assert [line.split("==")[0] for line in pins] == ["apsw", "jsonschema-rs", "pydantic"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "reset"}, "reset: TRL cannot carry a tool of that name"),
        ({"name": "get_reward"}, "get_reward: TRL cannot carry a tool of that name"),
        ({"name": "class"}, "class: TRL cannot carry a tool of that name"),
        ({"argument": "max-results"}, "max-results: TRL cannot carry an argument of that name"),
        ({"argument": "from"}, "from: TRL cannot carry an argument of that name"),
    ],
)
def test_what_trl_cannot_carry_is_refused_by_name(project, capsys, change, said):
    first, *rest = ENVIRONMENT.tools
    if "argument" in change:
        properties = first.parameters["properties"] | {change["argument"]: {"type": "string"}}
        change = {"parameters": first.parameters | {"properties": properties}}
    tools = (first.model_copy(update=change), *rest)
    rewrite(project / "data/environments", ENVIRONMENT.model_copy(update={"tools": tools}))
    assert export(project) == 2
    assert said in capsys.readouterr().err and not (project / "out").exists()


def test_what_serves_evaluation_what_is_not_there_and_a_full_folder_are_one_line(project, capsys):
    assert export(project, "nothing") == 2 and export(project, "../environments") == 2
    rewrite(project / "data/environments", ENVIRONMENT.model_copy(update={"use": "evaluation"}))
    assert export(project) == 2
    rewrite(project / "data/environments", ENVIRONMENT)
    jsonl.write(project / "data/trajectories/dialogues.jsonl", [dialogue("b", "test")])
    assert export(project) == 2
    jsonl.write(project / "data/trajectories/dialogues.jsonl", [dialogue("a", "train")])
    assert export(project) == 0 and export(project) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[-1] for line in said] == [
        "no such environment", "no such environment", "nobody may train on it",
        f"no training dialogue of {ENVIRONMENT.id}", "not empty; an export goes into a new folder",
    ]  # fmt: skip
