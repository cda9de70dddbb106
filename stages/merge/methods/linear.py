"""Linear interpolation: (1 - t) A + t B. The weights sum to 1 by construction; nothing is normalised unasked."""

import torch


def linear(a: torch.Tensor, b: torch.Tensor, t: float) -> torch.Tensor:
    """The point at `t` in [0, 1] between two tensors of one shape, in A's type; exactly A at 0 and exactly B at 1."""
    start, end = a.double(), b.double()
    return (start * (1 - t) + end * t).to(a.dtype)
