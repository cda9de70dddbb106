"""Exports tried by the trainers' own code, each in a virtual environment of its own, since they pin what they need.

`make exports` builds the environments in .cache/exports and runs this file; elsewhere it has nothing to run in.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from stages.environments.export import main
from tests.evaluation.made import ENVIRONMENT, inputs

VENVS = Path(".cache/exports").resolve()
# A rollout's log as its tool server leaves it, scored by verifiers; the reply is empty, and nothing is asked for.
SCORE = """
import asyncio, json
import verifiers.v1 as vf
from finery_verifiers import FineryTaskset, Log
from stages.environments.exports.tasks import tasks
from verifiers.v1.trace import Trace, TraceTask

async def score(task, calls):
    of = TraceTask(type=type(task).__name__, data=task.data, key=task.key, hash=task.hash)
    who = vf.AgentInfo(config=vf.AgentConfig(), name="test", trainable=False)
    trace = Trace(task=of, state=Log(calls=calls), agent=who)
    await task.score(trace)
    return trace.reward

async def main():
    task = next(iter(vf.load_taskset(vf.TasksetConfig(id="finery_verifiers"))))
    gold = [call.model_dump() for call in tasks()[task.data.task].turns[0].calls]
    other = [call | {"arguments": call["arguments"] | {"title": "Other"}} for call in gold]
    rewards = [await score(task, calls) for calls in (gold, other, [], [*gold, *gold])]
    print(json.dumps({"rewards": rewards, "prompt": task.data.prompt}))

asyncio.run(main())
"""
# The server on loopback, driven by OpenEnv's own client.
EPISODES = """
import asyncio, json, threading, time
import uvicorn
from finery_openenv import app
from openenv import GenericEnvClient
from stages.environments.exports.tasks import tasks

server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
threading.Thread(target=server.run, daemon=True).start()
while not server.started:
    time.sleep(0.05)
port = server.servers[0].sockets[0].getsockname()[1]
turn = next(iter(tasks().values())).turns[0]

async def episode(client, calls):
    begun = await client.reset(index=0)
    rewards, done = [], []
    for call in (*calls, ("submit", {"answer": "Done."}), ("submit", {"answer": "Again."})):
        result = await client.step({"type": "call_tool", "tool_name": call[0], "arguments": call[1]})
        rewards.append(result.reward)
        done.append(result.done)
    return rewards, done, begun.observation["metadata"]["prompt"]

async def main():
    async with GenericEnvClient(base_url=f"http://127.0.0.1:{port}") as client:
        await client.reset(index=0)
        listed = await client.step({"type": "list_tools"})
        gold = [(call.tool, dict(call.arguments)) for call in turn.calls]
        played = [await episode(client, calls) for calls in (gold, [], [(n, a | {"title": "Other"}) for n, a in gold])]
    print(json.dumps({"tools": listed.observation["tools"], "played": played}))

asyncio.run(main())
"""


def python(trainer: str) -> Path:
    """That trainer's interpreter; skips where it was not built."""
    found = VENVS / trainer / "bin"
    if not found.is_dir():
        pytest.skip(f"no virtual environment with {trainer}: `make exports` builds it")
    return found


def exported(tmp_path: Path, trainer: str) -> Path:
    """A package of one environment and one task."""
    inputs(tmp_path / "data", tmp_path)
    where = [
        "--environments",
        str(tmp_path / "data/environments"),
        "--trajectories",
        str(tmp_path / "data/trajectories"),
    ]
    assert main(["--to", trainer, ENVIRONMENT.id, "--out", str(tmp_path / "out"), *where]) == 0
    return tmp_path / "out"


def run(command: list[str | Path], out: Path) -> str:
    """A command that must succeed, with the package and nothing else of ours on the path."""
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ["PATH"]])
    env = {"PYTHONPATH": str(out), "PATH": path, "HOME": str(out)}
    done = subprocess.run(command, cwd=out, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


def test_verifiers_finds_every_reference_valid_and_no_untouched_task_solved(tmp_path):
    bin_, out = python("verifiers"), exported(tmp_path, "verifiers")
    told = ["--runtime.type", "subprocess", "-o", str(tmp_path), "--run.dir", "report"]
    run([bin_ / "vf-validate", "finery_verifiers", *told], out)
    checks = json.loads((tmp_path / "report/summary.json").read_text())["checks"]
    assert {check: found["valid"] for check, found in checks.items()} == {"gold": 1, "noop": 1}


def test_verifiers_pays_for_the_log_of_calls_alone(tmp_path):
    bin_, out = python("verifiers"), exported(tmp_path, "verifiers")
    found = json.loads(run([bin_ / "python", "-c", SCORE], out).splitlines()[-1])
    assert found["rewards"] == [1.0, 0.0, 0.0, 0.0], "gold, another value, nothing, gold twice"


def test_openenv_accepts_the_manifest_and_what_the_gate_says_is_in_it(tmp_path):
    bin_, out = python("openenv"), exported(tmp_path, "openenv")
    assert "Verdict: PASS" in run([bin_ / "openenv", "validate", str(out), "--level", "static"], out)


def test_openenv_pays_once_when_an_answer_is_submitted(tmp_path):
    bin_, out = python("openenv"), exported(tmp_path, "openenv")
    found = json.loads(run([bin_ / "python", "-c", EPISODES], out).splitlines()[-1])
    (gold, done, prompt), (nothing, *_), (other, *_) = found["played"]
    assert [reward or 0.0 for reward in gold] == [0.0, 1.0, 0.0] and done == [False, True, True]
    assert sum(reward or 0.0 for reward in nothing) == sum(reward or 0.0 for reward in other) == 0.0
    names = [tool["name"] for tool in found["tools"]]
    assert names[-1] == "submit" and not {"verify", "reset", "state"} & set(names) and prompt
