"""What every export holds: the environments' files, tasks with their goals, and the engine as it stands here.

The engine travels as the modules it consists of, followed by their imports, so that the package needs nothing of this
project: `pip install -e` of its folder brings three pinned distributions.
"""

import shutil
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from stages.core import jsonl
from stages.core.closure import ROOT, imports
from stages.core.engine import catalogue
from stages.core.engine.catalogue import Entry
from stages.core.errors import UserError
from stages.core.records import Dialogue

NEEDED = ("apsw", "jsonschema-rs", "pydantic")
START = ("stages/environments/exports/tasks.py", "stages/core/dialogues.py")
PARTS = ("environment.json", "scenarios.jsonl", "gate.json")


def entries(folder: Path, ids: Sequence[str]) -> dict[str, Entry]:
    """The environments of those ids. Raises UserError for one that is not there or serves evaluation only."""
    found = {}
    for id in ids:
        if "/" in id or not (folder / id / "environment.json").is_file():
            raise UserError(f"{folder}/{id}", "no such environment")
        found[id] = catalogue.read(folder / id)
        if found[id].environment.use == "evaluation":
            raise UserError(id, "serves evaluation only: nobody may train on it")
    return found


def tasks(trajectories: Path, found: dict[str, Entry]) -> Iterator[Dialogue]:
    """Training dialogues of these environments. Raises UserError when there is none."""
    told = [
        dialogue
        for dialogue in jsonl.read(trajectories / "dialogues.jsonl", Dialogue)
        if dialogue.split == "train" and dialogue.environment in found
    ]
    if not told:
        raise UserError(str(trajectories), f"no training dialogue of {', '.join(found)}")
    yield from told


PROJECT = """[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "1.0.0"
requires-python = ">=3.11"
dynamic = ["dependencies"]

[tool.setuptools]
py-modules = ["{name}"]

[tool.setuptools.packages.find]
include = ["stages*"]

[tool.setuptools.dynamic]
dependencies = {{file = ["requirements.txt"]}}
"""


def write(out: Path, folder: Path, found: dict[str, Entry], dialogues: Iterator[Dialogue], module: Path) -> int:
    """Fill the empty folder `out`; `module` is the trainer's own. Returns how many tasks it holds. Raises UserError."""
    if out.exists() and any(out.iterdir()):
        raise UserError(str(out), "not empty; an export goes into a new folder")
    told = list(dialogues)
    for id in found:
        (out / "data" / id).mkdir(parents=True)
        for name in PARTS:
            shutil.copyfile(folder / id / name, out / "data" / id / name)
    jsonl.write(out / "data" / "tasks.jsonl", told)
    for path in engine():
        target = out / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    shutil.copyfile(module, out / module.name)
    (out / "pyproject.toml").write_text(PROJECT.format(name=module.stem), "utf-8")
    (out / "requirements.txt").write_text("".join(f"{name}=={version(name)}\n" for name in NEEDED), "utf-8")
    return len(told)


def engine() -> list[Path]:
    """Every module that a session and its goals need, sorted."""
    todo = [ROOT / name for name in START]
    seen: set[Path] = set()
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += imports(path) - seen
    return sorted(seen)
