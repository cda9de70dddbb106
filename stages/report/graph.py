"""dvc.yaml as a graph of stages: who reads whom, which arrows say something new, and in which layer each one stands.

A stage that DVC runs once an item (`foreach`, `matrix`) is one node; its items' paths are resolved, so that the arrow
from `sft` to `evaluation` is there although dvc.yaml says `${item.folder}`.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

_NAME = re.compile(r"\$\{([\w.-]+)\}")
Reads = dict[str, tuple[str, ...]]
"""Stage word -> the words it reads, both in the order of dvc.yaml."""


def reads(document: Mapping[str, Any], params: Mapping[str, Any]) -> Reads:
    """The graph of a dvc.yaml that was read; `params` is params.yaml, for what the document refers to."""
    deps: dict[str, list[str]] = {}
    outs: dict[str, list[str]] = {}
    for word, stage in document.get("stages", {}).items():
        body = stage.get("do", stage)
        found = [(_paths(body, "deps", scope), _paths(body, "outs", scope)) for scope in _items(stage, params)]
        deps[word] = [path for some, _ in found for path in some]
        outs[word] = [path for _, some in found for path in some]
    return {
        word: tuple(
            other
            for other in outs
            if other != word and any(_meet(dep, out) for dep in deps[word] for out in outs[other])
        )
        for word in deps
    }


def _items(stage: Mapping[str, Any], params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the names of a template stand for, once for each item; once in all for an ordinary stage."""
    if "matrix" in stage:
        axes = {axis: _known(values, params) for axis, values in stage["matrix"].items()}
        for combination in itertools.product(*axes.values()):
            yield {**params, "item": dict(zip(axes, combination, strict=True))}
        return
    items = _known(stage.get("foreach", [None]), params)
    if isinstance(items, Mapping):
        yield from ({**params, "key": key, "item": item} for key, item in items.items())
    else:
        yield from ({**params, "item": item} for item in items)


def _known(values: Any, params: Mapping[str, Any]) -> Any:
    match = _NAME.fullmatch(values) if isinstance(values, str) else None
    return (_look_up(match[1], params) or []) if match else values


def _paths(body: Mapping[str, Any], kind: str, scope: Mapping[str, Any]) -> list[str]:
    entries = [next(iter(entry)) if isinstance(entry, Mapping) else str(entry) for entry in body.get(kind, [])]
    return [_NAME.sub(lambda match: str(_look_up(match[1], scope) or match[0]), entry) for entry in entries]


def _look_up(name: str, scope: Mapping[str, Any]) -> Any:
    value: Any = scope
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _meet(dep: str, out: str) -> bool:
    """A stage reads another's out, a file in it, or the folder above several outs."""
    one, two = PurePosixPath(dep).parts, PurePosixPath(out).parts
    short = min(len(one), len(two))
    return one[:short] == two[:short]


def order(graph: Reads) -> list[str]:
    """Words so that each comes after all it reads, else as dvc.yaml has them. Raises ValueError on a circle."""
    done: list[str] = []
    left = list(graph)
    while left:
        ready = [word for word in left if not set(graph[word]) & set(left)]
        if not ready:
            raise ValueError(f"the stages read each other in a circle: {', '.join(left)}")
        done.append(ready[0])
        left.remove(ready[0])
    return done


def reduced(graph: Reads) -> Reads:
    """The same graph without the arrows that a longer way already implies."""
    above: dict[str, set[str]] = {}
    for word in order(graph):
        above[word] = set(graph[word]).union(*(above[parent] for parent in graph[word]))
    return {
        word: tuple(parent for parent in parents if not any(parent in above[other] for other in parents))
        for word, parents in graph.items()
    }


def layers(graph: Reads) -> list[list[str]]:
    """Rows of words from top to bottom, each as low as its readers allow, so that arrows are short."""
    height: dict[str, int] = {}
    for word in reversed(order(graph)):
        height[word] = max((height[other] + 1 for other in graph if word in graph[other]), default=0)
    top = max(height.values(), default=-1)
    return [[word for word in graph if height[word] == top - row] for row in range(top + 1)]
