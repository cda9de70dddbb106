"""A project of its own under .cache that shares the root's packages and whatever else is linked into it.

The control and the catalogue run the same stages on other params or other rows; nothing of theirs lands in data/.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from flows.tracking import environment

SHARED = (".packages", "constraints.txt", "packages.txt")


def share(root: Path, project: Path, names: Sequence[str] = ()) -> None:
    """Link what every stage reads, and `names`, from the root into the project."""
    project.mkdir(parents=True, exist_ok=True)
    for name in (*SHARED, *names):
        link(root / name, project / name)


def link(target: Path, place: Path) -> None:
    """Put a relative link to `target` at `place`, over an old one."""
    place.unlink(missing_ok=True)
    place.symlink_to(os.path.relpath(target, place.parent))


def stage(root: Path, project: Path, *words: str) -> int:
    """Run a stage of the root's code in the project. Returns its exit code."""
    command = [sys.executable, "-m", *words]
    settings = {**environment(), "PYTHONPATH": str(root)}
    return subprocess.run(command, cwd=project, env=settings, check=False).returncode
