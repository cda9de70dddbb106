"""The only place that calls DVC."""

import json
import os
import subprocess
import sys
from pathlib import Path

from flows.graph import Stage


class StageFailed(Exception):
    """A stage's command ended with a non-zero code; its own output says why."""

    def __init__(self, name: str, code: int) -> None:
        super().__init__(f"stage {name} failed (exit {code})")
        self.name = name
        self.code = code


def environment() -> dict[str, str]:
    """Variables for a stage: this interpreter first on PATH, nothing phones home, models come from folders only."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {
        **os.environ,
        "PATH": path,
        "DVC_NO_ANALYTICS": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "GX_ANALYTICS_ENABLED": "false",
        "TRL_EXPERIMENTAL_SILENCE": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _dvc(*words: str) -> list[str]:
    return [sys.executable, "-m", "dvc", *words]


def stages() -> list[Stage]:
    """Every stage of dvc.yaml with matrix items resolved, deps and outs relative to the project."""
    from dvc.repo import Repo  # half a second to import, and most commands never get here

    root = Path.cwd()
    with Repo(str(root)) as repo:
        found = []
        for stage in repo.index.stages:
            deps = tuple(Path(dep.fs_path).relative_to(root).as_posix() for dep in stage.deps if _is_path(dep, root))
            outs = tuple(Path(out.fs_path).relative_to(root).as_posix() for out in stage.outs)
            found.append(Stage(stage.addressing, deps, outs))
    return found


def _is_path(dep: object, root: Path) -> bool:
    return type(dep).__name__ == "Dependency" and Path(dep.fs_path).is_relative_to(root)  # type: ignore[attr-defined]


def stale(target: str) -> set[str]:
    """Names of the stages upstream of `target` (itself included) whose deps, params, command or outs changed."""
    done = subprocess.run(
        _dvc("status", "--with-deps", "--json", target), env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"dvc status failed: {done.stderr.strip().splitlines()[-1:]}")
    return set(json.loads(done.stdout or "{}"))


def reproduce(name: str, log: Path) -> None:
    """Run one stage if it is stale, its output to `log` as it comes. Raises StageFailed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        command = _dvc("repro", "--single-item", name)
        done = subprocess.run(command, env=environment(), stdout=out, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise StageFailed(name, done.returncode)
