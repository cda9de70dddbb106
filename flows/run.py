"""The Prefect flow itself: one task a stage, ready stages side by side, an artifact a stage with its metrics."""

import json
import time
from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.futures import PrefectFuture, as_completed

from flows import pipeline as line
from flows import tracking
from stages.core.params.execution import Params


@task(task_run_name="{name}")
def stage(name: str) -> float:
    """Run one stage through DVC and publish its metrics. Returns the seconds it took. Raises StageFailed."""
    started = time.monotonic()
    tracking.reproduce(name, line.LOGS / f"{name}.log")
    metrics = Path("data") / name.replace("@", "/") / "metrics.json"
    if metrics.is_file():
        shown = json.dumps(json.loads(metrics.read_text()), indent=1)[:8000]
        create_markdown_artifact(
            key=name.replace("@", "-").replace("_", "-"),
            markdown=f"`{metrics}`\n\n```json\n{shown}\n```",
            description=f"what {name} made",
        )
    return time.monotonic() - started


@flow(name="finery", log_prints=False)
def pipeline(target: str, parents: dict[str, list[str]], todo: list[str], execution: Params) -> None:
    """Run `todo` in the order of `parents`, as many side by side as the slots hold. Raises StageFailed.

    A stage is submitted when everything it reads is done: a worker never sleeps on a stage that waits.
    """
    needs = {name: set(before) for name, before in parents.items()}
    left = set(todo)
    since: dict[str, float] = {}
    running: dict[str, PrefectFuture] = {}
    while left or running:
        free = execution.slots - sum(_weight(name, execution) for name in running)
        for name in sorted(left, key=lambda name: (-_weight(name, execution), name)):
            blocked = needs[name] & (left | running.keys())
            if not blocked and (_weight(name, execution) <= free or not running):
                running[name] = stage.submit(name)
                since[name] = time.monotonic()
                left.discard(name)
                free -= _weight(name, execution)
        started = {name: since[name] for name in running}
        print(line.progress(needs, left | running.keys(), started, execution.slots), flush=True)
        for name in _finished(running):
            seconds = running.pop(name).result()
            print(f"done {name} in {seconds:.0f} s", flush=True)


def _weight(name: str, execution: Params) -> int:
    return min(execution.weights.get(name.split("@")[0], 1), execution.slots)


def _finished(running: dict[str, PrefectFuture]) -> list[str]:
    """Names of the stages that have ended; empty if none did within half a minute, so that the line moves on."""
    try:
        first = next(as_completed(list(running.values()), timeout=30))
    except TimeoutError:
        return []
    return [name for name, future in running.items() if future is first or future.state.is_final()]
