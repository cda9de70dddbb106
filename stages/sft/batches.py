"""The order of training: batches of similar length (padding costs as much as text), batches in random order."""

from collections.abc import Sequence

from stages.core.seeds import generator

CHUNK = 16
"""Batches whose rows are sorted together: small enough to mix pools over a run, large enough to waste little."""


def order(lengths: Sequence[int], batch_size: int, epochs: int, seed: int) -> list[int]:
    """Indices of rows in the order of training, epoch after epoch; each run of `batch_size` is one step.

    Only an epoch's last batch may be short; it is filled up from the front of the same epoch's order, so that every
    step has the same number of rows.

    Args:
        lengths: tokens of each row.
        batch_size: rows a step.
        epochs: passes.
        seed: names the order.
    """
    indices: list[int] = []
    for epoch in range(epochs):
        random = generator(seed, "sft", "order", epoch)
        rows = list(range(len(lengths)))
        random.shuffle(rows)
        rows += rows[: -len(rows) % batch_size]
        size = CHUNK * batch_size
        batches: list[list[int]] = []
        for start in range(0, len(rows), size):
            chunk = sorted(rows[start : start + size], key=lambda row: lengths[row])
            batches += [chunk[at : at + batch_size] for at in range(0, len(chunk), batch_size)]
        random.shuffle(batches)
        indices += [row for batch in batches for row in batch]
    return indices


def milestones(steps: int, count: int) -> list[int]:
    """`count` steps, evenly spaced, the last one `steps` itself; fewer where there are fewer steps."""
    return sorted({max(1, round(steps * part / count)) for part in range(1, count + 1)})
