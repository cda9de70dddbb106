"""Which prompts come next, one module a method: a pure function of the pool, what was seen before, and the seed.

Everything a method may learn from is in `history`, which the trainer's own log keeps; so a resumed run chooses as the
killed one would have, and no method has state of its own to save.
"""

from typing import NamedTuple


class Visit(NamedTuple):
    """A prompt that was asked: at which generation (from 1), and what its rollouts earned."""

    step: int
    row: str
    rewards: tuple[float, ...]


def slots(step: int, groups: int, problem_share: float) -> dict[str, tuple[int, int]]:
    """Source -> (prompts of it asked before, prompts of it to ask now), so that the share holds over any stretch.

    Args:
        step: generations done.
        groups: prompts a generation.
        problem_share: of them, problems.
    """
    before, after = (int(count * groups * problem_share + 1e-9) for count in (step, step + 1))
    return {
        "dialogue": (step * groups - before, groups - (after - before)),
        "problem": (before, after - before),
    }
