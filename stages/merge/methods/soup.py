"""Uniform soup (Wortsman et al., arXiv 2203.05482): the mean of the models' weights."""

from collections.abc import Sequence

import torch


def soup(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    """Mean of tensors of one shape, in their type. Summed in float64, so that identical tensors give themselves."""
    total = torch.zeros(tensors[0].shape, dtype=torch.float64)
    for tensor in tensors:
        total += tensor
    return (total / len(tensors)).to(tensors[0].dtype)
