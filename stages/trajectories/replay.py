"""`python -m stages.trajectories.replay [data/trajectories] [data/environments]`: every row replays in a fresh process.

Each worker process starts empty, reads the exported row and the catalogue, and executes the row's reference calls.
Prints `replayed N of N`; exit 1 when one does not reach its recorded digests.
"""

import multiprocessing
import sys
from functools import lru_cache
from pathlib import Path

from stages.core import jsonl
from stages.core.engine import Runtime
from stages.core.engine.catalogue import Entry, entry, load
from stages.core.errors import UserError
from stages.core.records import Dialogue
from stages.core.replay import replay as replay_row

WORKERS = 2


@lru_cache(maxsize=1)
def _catalogue(folder: str) -> dict[str, Entry]:
    return load(Path(folder))


@lru_cache(maxsize=64)
def _runtime(folder: str, environment: str) -> Runtime:
    return Runtime(entry(_catalogue(folder), environment).environment)


def check(work: tuple[str, str]) -> str | None:
    """Replay one exported line (folder of the catalogue, the line). What went wrong, or None."""
    folder, line = work
    dialogue = Dialogue.model_validate_json(line)
    try:
        return _problem(folder, dialogue)
    except UserError as error:
        return f"{dialogue.id}: {error}"


def _problem(folder: str, dialogue: Dialogue) -> str | None:
    try:
        runtime = _runtime(folder, dialogue.environment)
    except KeyError as missing:
        return f"{dialogue.id}: no environment {missing.args[0]}"
    problem = replay_row(runtime, dialogue)
    return f"{dialogue.id}: {problem}" if problem else None


def replay(trajectories: Path, environments: Path) -> tuple[int, list[str]]:
    """How many rows there are, and the problems found. Raises UserError for a missing file."""
    rows = list(jsonl.read(trajectories / "dialogues.jsonl", Dialogue))
    if not rows:
        raise UserError(str(trajectories / "dialogues.jsonl"), "no dialogues here")
    load(environments)  # a bad catalogue is named here, once; an exception of ours does not cross the process border
    work = [(str(environments), row.model_dump_json(by_alias=True)) for row in rows]
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        problems = [found for found in pool.imap(check, work, chunksize=16) if found]
    return len(rows), problems


def main() -> None:
    """Print the count; exit 1 on any failure, 2 on bad input."""
    folders = [Path(argument) for argument in sys.argv[1:]]
    try:
        total, problems = replay(*(folders or [Path("data/trajectories"), Path("data/environments")]))
    except UserError as error:
        print(f"replay: {error}", file=sys.stderr)
        sys.exit(2)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"replayed {total - len(problems)} of {total}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
