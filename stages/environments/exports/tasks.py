"""What every exported package knows of its tasks: it travels with them and reads the `data` folder beside it.

A task is the first turn of a dialogue: the start state, the user's words, the goal and the reference.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from stages.core.engine import Runtime, Session
from stages.core.engine.session import Result
from stages.core.records import Call, Dialogue, Environment
from stages.core.rollouts.goal import reached

DATA = Path(__file__).resolve().parents[3] / "data"


@cache
def tasks() -> dict[str, Dialogue]:
    """Task id -> the dialogue whose first turn it is, in the order of the file."""
    lines = (DATA / "tasks.jsonl").read_text("utf-8").splitlines()
    return {found.id: found for found in map(Dialogue.model_validate_json, lines)}


@cache
def runtimes() -> dict[str, Runtime]:
    """Environment id -> its engine."""
    found = [Environment.model_validate_json(path.read_bytes()) for path in sorted(DATA.glob("*/environment.json"))]
    return {environment.id: Runtime(environment) for environment in found}


def begin(task: str) -> Session:
    """A session at the task's start state."""
    return runtimes()[tasks()[task].environment].open(tasks()[task].scenario)


def passes(session: Session, task: str, answer: str) -> bool:
    """Whether the state is right, nothing else is broken, and the answer says what was asked for."""
    return reached(session, tasks()[task].turns[0].goal, answer).passed


def replayed(task: str, calls: Sequence[Call]) -> Session:
    """A session after these calls, made from the start."""
    session = begin(task)
    for call in calls:
        session.call(call.tool, dict(call.arguments))
    return session


def shown(result: Result) -> Any:
    """What the model is shown of a call: its value, or the error with its message."""
    return result.value if result.ok else {"error": result.error, "message": result.message}
