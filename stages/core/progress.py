"""One progress line: which stage, which step, how far, how fast, how long yet. On stderr, so stdout stays results."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def track(items: Iterable[T], stage: str, step: str, total: int | None = None, unit: str = "item") -> Iterator[T]:
    """Yield the items while showing `stage: step`, rate and time left. Off a terminal it prints at most every 15 s."""
    terminal = sys.stderr.isatty()
    yield from tqdm(
        items,
        desc=f"{stage}: {step}",
        total=total,
        unit=unit,
        mininterval=0.5 if terminal else 15,
        dynamic_ncols=terminal,
        ascii=not terminal,
    )


def bar(stage: str, step: str, total: int, unit: str = "item") -> tqdm:
    """The same line for work that is not a loop: call `.update(n)`, and `.close()` at the end."""
    terminal = sys.stderr.isatty()
    return tqdm(
        desc=f"{stage}: {step}",
        total=total,
        unit=unit,
        mininterval=0.5 if terminal else 15,
        dynamic_ncols=terminal,
        ascii=not terminal,
    )
