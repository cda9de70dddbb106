"""What is format, what is understanding: `python -m flows.control` trains once more, on calls with shuffled arguments.

Each argument of the training rows gets the value that another row gave, of the same JSON type; tools, argument names,
words and answers stay. A model trained on that has seen every shape and no meaning. It is trained and asked exactly as
`sft` was, in a project of its own under .cache/control that shares every other artefact, and compared item by item.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.project import link, share, stage
from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.params import load
from stages.core.seeds import generator
from stages.scores.compare import table
from stages.scores.run import gather

PROJECT = Path(".cache/control")
RESULT = Path("docs/results/control.json")
NEEDED = ("data/trajectories", "data/difficulty", "data/base", "data/evaluation/base", "data/evaluation/sft")


def main(root: Path) -> int:
    """Lay out, train, ask, compare; RESULT is written whole. Returns the exit code: 2 for a user's mistake."""
    try:
        for folder in NEEDED:
            if not (root / folder / "manifest.json").is_file():
                raise UserError(folder, "no finished artefact here; run `make demo` first")
        lay_out(root, root / PROJECT)
        for words in (("stages.sft",), ("stages.evaluation", "sft")):
            if code := stage(root, root / PROJECT, *words):
                return code
        (root / RESULT).parent.mkdir(parents=True, exist_ok=True)
        jsonl.write_json(root / RESULT, result(root, root / PROJECT))
    except UserError as error:
        print(f"control: {error}", file=sys.stderr)
        return 2
    print(f"control: {RESULT}")
    return 0


def lay_out(root: Path, project: Path) -> None:
    """A project with links to every artefact but the training rows, which are shuffled."""
    (project / "data").mkdir(parents=True, exist_ok=True)
    share(root, project, ["params.yaml"])
    for artefact in sorted((root / "data").iterdir()):
        if artefact.is_dir() and artefact.name not in ("trajectories", "sft", "evaluation"):
            link(artefact, project / "data" / artefact.name)
    rows = project / "data" / "trajectories"
    shutil.rmtree(rows, ignore_errors=True)
    shutil.copytree(root / "data" / "trajectories", rows)
    with (rows / "sft.jsonl").open(encoding="utf-8") as lines:
        made = shuffled(
            [json.loads(line) for line in lines], int(load("sft", root / "params.yaml").model_dump()["seed"])
        )
    # A copy may be a read-only link into DVC's cache: the file is put in its place, never written through.
    (rows / "sft.jsonl").unlink()
    (rows / "sft.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made), "utf-8")


def shuffled(rows: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """The same rows with the values of all arguments of the train split dealt out anew within each JSON type.

    Changes `rows` in place and returns them.
    """
    slots: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for row in rows:
        if row["split"] == "train":
            for arguments in _arguments(row):
                for key, value in arguments.items():
                    slots.setdefault(type(value).__name__, []).append((arguments, key))
    for kind, places in sorted(slots.items()):
        values = [arguments[key] for arguments, key in places]
        generator(seed, "control", kind).shuffle(values)
        for (arguments, key), value in zip(places, values, strict=True):
            arguments[key] = value
    return rows


def _arguments(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for message in row["messages"]:
        for call in message.get("tool_calls") or ():
            yield call["function"]["arguments"]


def result(root: Path, project: Path) -> dict[str, Any]:
    """`{suite: {model: {n, score, low, high, versus}}}` of `base`, `sft` and `control`."""
    folders = {
        "base": root / "data/evaluation/base",
        "sft": root / "data/evaluation/sft",
        "control": project / "data/evaluation/sft",
    }
    level = float(load("scores", root / "params.yaml").model_dump()["level"])
    return {suite: table(results, level) for suite, results in gather(folders).items()}


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
