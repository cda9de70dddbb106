"""The order of training: every row once an epoch, in packed sequences, and the steps whose model is kept."""

from collections.abc import Sequence

from stages.sft.packing import Packed, pack
from stages.sft.rows import Example


def sequences(examples: Sequence[Example], size: int, batch_size: int, epochs: int, seed: int) -> list[Packed]:
    """Packed sequences in the order of training, epoch after epoch; each run of `batch_size` is one step.

    Only an epoch's last step may lack sequences; it is filled up from the front of the same epoch, so that every step
    has the same number.
    """
    ordered: list[Packed] = []
    for epoch in range(epochs):
        packed = pack(examples, size, seed, "sft", "order", epoch)
        ordered += packed + (packed * batch_size)[: -len(packed) % batch_size]
    return ordered


def milestones(steps: int, count: int) -> list[int]:
    """`count` steps, evenly spaced, the last one `steps` itself; fewer where there are fewer steps."""
    return sorted({max(1, round(steps * part / count)) for part in range(1, count + 1)})
