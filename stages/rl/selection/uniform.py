"""Uniform selection: every prompt of the pool once, in random order, before any comes again."""

from collections.abc import Sequence

from stages.core.seeds import generator
from stages.rl.selection import Visit


def choose(pool: Sequence[str], before: int, count: int, history: Sequence[Visit], seed: int, source: str) -> list[int]:
    """Indices into the pool of the next prompts.

    Args:
        pool: row ids in a fixed order, at least one.
        before: prompts of this pool that were asked before.
        count: how many to ask now.
        history: not used here.
        seed: names the order.
        source: the pool's name.
    """
    order: list[int] = []
    first = before // len(pool)
    for lap in range(first, (before + count - 1) // len(pool) + 1):
        indices = list(range(len(pool)))
        generator(seed, "rl", "select", source, lap).shuffle(indices)
        order += indices
    start = before - first * len(pool)
    return order[start : start + count]
