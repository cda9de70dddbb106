"""The graph of stages, as plain data: who feeds whom, what lies upstream, what is ready, what takes longest."""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple


class Stage(NamedTuple):
    """One stage of dvc.yaml, matrix items resolved: `evaluation@sft`."""

    name: str
    deps: tuple[str, ...]
    outs: tuple[str, ...]

    @property
    def word(self) -> str:
        """The stage's word, without the matrix item."""
        return self.name.split("@")[0]


def edges(stages: Iterable[Stage]) -> dict[str, set[str]]:
    """Stage name -> names of the stages whose outs it reads. Raises ValueError on a cycle."""
    stages = list(stages)
    parents = {
        stage.name: {
            other.name
            for other in stages
            if other.name != stage.name and any(_inside(dep, out) for dep in stage.deps for out in other.outs)
        }
        for stage in stages
    }
    order(parents)
    return parents


def _inside(path: str, folder: str) -> bool:
    parts, root = PurePosixPath(path).parts, PurePosixPath(folder).parts
    return parts[: len(root)] == root or root[: len(parts)] == parts


def order(parents: dict[str, set[str]]) -> list[str]:
    """Names so that each comes after all it reads; ties by name. Raises ValueError on a cycle."""
    done: list[str] = []
    left = dict(parents)
    while left:
        ready = sorted(name for name, needs in left.items() if not (needs & left.keys()))
        if not ready:
            raise ValueError(f"the stages read each other in a circle: {', '.join(sorted(left))}")
        done.extend(ready)
        for name in ready:
            del left[name]
    return done


def upstream(parents: dict[str, set[str]], target: str) -> set[str]:
    """`target` and everything it needs, directly or not. Raises KeyError for an unknown name."""
    todo, seen = [target], set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(parents[name])
    return seen


def downstream(parents: dict[str, set[str]], changed: set[str]) -> set[str]:
    """`changed` and everything that reads them, directly or not."""
    affected = set(changed)
    for name in order(parents):
        if parents[name] & affected:
            affected.add(name)
    return affected


def remaining(parents: dict[str, set[str]], todo: set[str], seconds: dict[str, float], slots: int) -> float:
    """Seconds until `todo` is done: the longer of the critical path and the work shared over the slots."""
    finish: dict[str, float] = {}
    for name in order(parents):
        if name in todo:
            before = max((finish[parent] for parent in parents[name] if parent in finish), default=0.0)
            finish[name] = before + seconds.get(name, 60.0)
    return max(max(finish.values(), default=0.0), sum(seconds.get(name, 60.0) for name in todo) / slots)
