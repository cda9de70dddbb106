"""A project small enough for the pico model: one environment, a dialogue of each split, call rows, problems."""

import json
from pathlib import Path
from typing import Any

from stages.core import jsonl
from stages.core.engine import Runtime
from stages.core.params.evaluation import Params
from stages.core.params.load import parse
from stages.core.records import Call, CallItem, Dialogue, Goal, Outcome, Problem, Turn
from stages.evaluation import bfcl
from tests.fixtures import tasks

ENVIRONMENT = tasks.tasks_environment()
ROOT = Path(__file__).resolve().parents[2]
PINS = {
    "questions_sha256": "82dd63ba502eb2520c6b5d1d9a5c4b590e03ff261565175561f6228a367d1991",
    "answers_sha256": "90cd5bc653690ee8e459b5b3f3fc9458606f7f3fcbf795bb51b7dc581f8c86dc",
}
MODEL = {"folder": "data/base", "model": "model", "prompt": "plain", "decoding": "free"}


def params(**model: str) -> Params:
    """Three items a suite, replies of a few tokens, one model called `one`."""
    suite = {"items": 3, "batch_size": 2, "max_new_tokens": 6}
    section = {
        "models": {"one": {**MODEL, **model}},
        "seed": 3,
        "threads": 1,
        "dtype": "float32",
        "shots": 2,
        "environments": {**suite, "max_calls_per_turn": 2},
        "bfcl_simple": {**suite, **PINS},
        "problems": suite,
    }
    made = parse("evaluation", section, "params.yaml")
    assert isinstance(made, Params)
    return made


def dialogue(name: str, split: Any) -> Dialogue:
    """Two turns that make a list each."""
    session = Runtime(ENVIRONMENT).open(tasks.tasks_scenario())
    start, turns = session.digest(), []
    for title in ("Garden", name):
        call = Call(tool="tasklists_insert", arguments={"title": title})
        value = session.call(call.tool, dict(call.arguments)).value
        goal = Goal(digest=session.goal_digest())
        turn = Turn(
            user=f"Make a list called {title}.",
            calls=(call,),
            outcomes=(Outcome(value=value),),
            answer="Done.",
            goal=goal,
        )
        turns.append(turn)
    return Dialogue(
        id=f"dialogue-{name}",
        parents=(),
        environment=ENVIRONMENT.id,
        split=split,
        scenario=tasks.tasks_scenario(),
        tools=("tasklists_insert",),
        turns=tuple(turns),
        start_digest=start,
        end_digest=session.digest(),
    )


def call_row(name: str, split: Any) -> CallItem:
    """A row with one call."""
    tool: dict[str, Any] = {"name": name, "description": "", "parameters": {"type": "object", "properties": {}}}
    gold = (Call(tool=name, arguments={}),)
    return CallItem(id=f"call-{name}", user=f"Do {name}.", tools=(tool,), gold=gold, split=split)


def problem(number: int, split: Any) -> Problem:
    """A sum of ones."""
    question = "What is " + " + ".join(["1"] * number) + "?"
    return Problem(
        id=f"problem-{number}",
        family="sum",
        question=question,
        answer=str(number),
        verifier="number",
        split=split,
    )


GATE = {
    "passed": True,
    "checks": {"gold_passes": {"passed": True, "cases": 8, "detail": "all as the oracle says"}},
    "mutation": {"seeded": 40, "killed": 40, "score": 1.0, "survivors": [], "kinds": {}, "equivalent": []},
}


def inputs(folder: Path, model: Path) -> dict[str, Path]:
    """Write the artefacts and return them by word."""
    words = ("base", "environments", "trajectories", "problems")
    where = {word: folder / word for word in words}
    for path in where.values():
        path.mkdir(parents=True)
    (where["base"] / "model").symlink_to(model)
    home = where["environments"] / ENVIRONMENT.id
    home.mkdir()
    (home / "environment.json").write_text(ENVIRONMENT.model_dump_json(by_alias=True))
    (home / "gate.json").write_text(json.dumps(GATE))
    jsonl.write(home / "scenarios.jsonl", [tasks.tasks_scenario()])
    dialogues = [dialogue("a", "train"), dialogue("b", "test"), dialogue("c", "test"), dialogue("d", "dev")]
    jsonl.write(where["trajectories"] / "dialogues.jsonl", dialogues)
    rows = [call_row("one", "train"), call_row("two", "train"), call_row("three", "dev")]
    jsonl.write(where["trajectories"] / "calls.jsonl", rows)
    problems = [problem(n, "train" if n < 4 else "test") for n in range(1, 8)]
    jsonl.write(where["problems"] / "problems.jsonl", problems)
    return where


def benchmark() -> list[CallItem]:
    """All of BFCL's simple Python items, from the unpacked package."""
    return bfcl.load(ROOT / ".packages", PINS["questions_sha256"], PINS["answers_sha256"])
