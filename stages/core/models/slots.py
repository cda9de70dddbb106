"""The keys and values of a batch in one buffer made ahead: nothing is copied when a token is appended.

A row's token number c lies in column c of its slot, so rows of different lengths need no padding between turns and a
position is its column. The rows at work stand in the first slots, and attention reads a view of those alone: a finished
row costs nothing. transformers' DynamicCache appends by concatenation, which moves the whole cache at every token.
"""

from typing import Any

import torch
from transformers.cache_utils import Cache, CacheLayerMixin

STEP = 128
"""Columns are added by this many at a time."""


class Plan:
    """Where the next forward pass writes and how far it reads; shared by all layers of one cache."""

    def __init__(self) -> None:
        self.columns = torch.zeros(0, 0, dtype=torch.long)
        """(rows at work, new tokens): each new token's column."""
        self.span = 0
        """Columns that exist after the pass."""
        self.even = True
        """All rows write to the same columns."""


class Layer(CacheLayerMixin):
    """Keys and values of one layer, (slots, heads, columns, width). Unwritten columns hold zeros, never NaN."""

    def __init__(self, slots: int, plan: Plan) -> None:
        super().__init__()
        self.slots = slots
        self.plan = plan

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """Make empty buffers of the states' type."""
        self.keys = key_states.new_zeros(self.slots, key_states.shape[1], 0, key_states.shape[3])
        self.values = value_states.new_zeros(self.slots, value_states.shape[1], 0, value_states.shape[3])
        self.is_initialized = True

    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any):
        """Write the new states (rows, heads, new, width) by the plan; views of all that may be read."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        assert self.keys is not None and self.values is not None
        self.keys = self._write(self.keys, key_states)
        self.values = self._write(self.values, value_states)
        rows = key_states.shape[0]
        return self.keys[:rows, :, : self.plan.span], self.values[:rows, :, : self.plan.span]

    def _write(self, held: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
        plan = self.plan
        if held.shape[2] < plan.span:
            room = -(-plan.span // STEP) * STEP
            grown = held.new_zeros(held.shape[0], held.shape[1], room, held.shape[3])
            grown[:, :, : held.shape[2]] = held
            held = grown
        rows, _, count, _ = new.shape
        if plan.even:
            first = int(plan.columns[0, 0])
            held[:rows, :, first : first + count] = new
        else:
            held[torch.arange(rows, device=new.device)[:, None], :, plan.columns] = new.transpose(1, 2)
        return held

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Columns read, and the first of them."""
        return self.plan.span, 0

    def get_seq_length(self) -> int:
        """Columns before this pass; positions are always given, so this only tells an empty cache from a used one."""
        return self.plan.span

    def get_max_length(self) -> int:
        """No limit."""
        return -1


class Slots(Cache):
    """A cache for `count` rows of a model with `layers` layers of full attention."""

    def __init__(self, layers: int, count: int) -> None:
        self.plan = Plan()
        super().__init__(layers=[Layer(count, self.plan) for _ in range(layers)])

    def aim(self, columns: torch.Tensor) -> None:
        """Say where the next pass writes: (rows, new tokens), rows being the first slots."""
        self.plan.columns = columns
        self.plan.span = int(columns.max()) + 1
        self.plan.even = bool((columns[:, 0] == columns[0, 0]).all())

    def swap(self, one: int, other: int) -> None:
        """Exchange two slots."""
        order, turned = [one, other], [other, one]
        for held in self._buffers():
            held[order] = held[turned]

    def copy(self, source: int, targets: list[int]) -> None:
        """Give the targets what the source holds."""
        for held in self._buffers():
            held[targets] = held[source].clone()

    def _buffers(self) -> list[torch.Tensor]:
        layers = [layer for layer in self.layers if isinstance(layer, Layer) and layer.is_initialized]
        return [held for layer in layers for held in (layer.keys, layer.values) if held is not None]
