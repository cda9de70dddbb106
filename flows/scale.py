"""Ten thousand dialogues over some hundred environments: `python -m flows.scale`.

`sources` to `trajectories` run with profiles/scale.yaml over params.yaml, in a project of its own under .cache/scale. The
last of them is measured, its worker processes included; then every row is replayed. Environments that were built before
and have not changed are taken as they are.
"""

import argparse
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psutil
import yaml

from flows import profile
from flows.project import link, share, stage
from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.records import Dialogue

PROJECT = Path(".cache/scale")
BEFORE = ("sources", "environments", "toolgraph")
PAUSE = 0.5
"""Seconds between two looks at the memory."""


class Cost(NamedTuple):
    """What a stage took: its exit code, wall seconds, and the most memory that its processes held at once, in bytes."""

    code: int
    seconds: float
    memory: int


def main(root: Path, most: int | None, dialogues: int | None) -> int:
    """Make, measure, replay. Returns the exit code: 2 for a user's mistake.

    Args:
        root: the project, whose base model counts the tokens.
        most: a sample: so many APIs explored at most; None: all.
        dialogues: for training; None: as many as the profile says.
    """
    project = root / PROJECT
    try:
        if not (root / "data/base/manifest.json").is_file():
            raise UserError("data/base", "no finished artefact here; run `make demo` first")
        lay_out(root, project, most, dialogues)
    except UserError as error:
        print(f"scale: {error}", file=sys.stderr)
        return 2
    for word in BEFORE:
        if code := stage(root, project, f"stages.{word}"):
            return code
    cost = measured(lambda: stage(root, project, "stages.trajectories"))
    if cost.code:
        return cost.code
    print(line(project, cost), flush=True)
    return stage(root, project, "stages.trajectories.replay")


def lay_out(root: Path, project: Path, most: int | None, dialogues: int | None) -> None:
    """The project's params: the root's with the profile over them. Raises UserError."""
    (project / "data").mkdir(parents=True, exist_ok=True)
    share(root, project)
    link(root / "data/base", project / "data/base")
    params = project / "params.yaml"
    params.write_bytes((root / "params.yaml").read_bytes())
    profile.apply("scale", params)
    document = yaml.safe_load(params.read_text("utf-8"))
    if most is not None:
        document["sources"]["explore"]["most"] = most
        document["environments"]["minimum"] = {"environments": 1, "tools": 1}
    if dialogues is not None:
        document["trajectories"]["train_dialogues"] = dialogues
    params.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")


def measured(work: Callable[[], int]) -> Cost:
    """Run `work`, which starts processes; look at the memory of all of them, workers of workers too, until it is done."""
    done, most = threading.Event(), 0

    def look() -> None:
        nonlocal most
        while not done.wait(PAUSE):
            most = max(most, sum(map(held, psutil.Process().children(recursive=True))))

    watch = threading.Thread(target=look)
    began = time.perf_counter()
    watch.start()
    try:
        code = work()
    finally:
        seconds = time.perf_counter() - began
        done.set()
        watch.join()
    return Cost(code, seconds, most)


def held(process: psutil.Process) -> int:
    """Bytes a process holds, what it shares with others by its part (Linux) or in full; 0 of one that has ended."""
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0
    return getattr(memory, "pss", memory.rss)


def line(project: Path, cost: Cost) -> str:
    """How many dialogues, in how many environments, in what time and memory."""
    rows = list(jsonl.read(project / "data/trajectories/dialogues.jsonl", Dialogue))
    environments = len({row.environment for row in rows})
    return (
        f"dialogues {len(rows)} environments {environments} seconds {cost.seconds:.0f} "
        f"each second {len(rows) / cost.seconds:.1f} memory {cost.memory / 1e9:.2f} GB"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m flows.scale", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--most", type=int, help="explore so many APIs only: a sample")
    parser.add_argument("--dialogues", type=int, help="make so many for training")
    arguments = parser.parse_args()
    sys.exit(main(Path.cwd(), arguments.most, arguments.dialogues))
