"""Parameters of `merge`: which merges are tried, and how candidates are scored on dev."""

from typing import Annotated, Literal

from pydantic import Field

from stages.core.decoding import Decoding
from stages.core.params.section import Section


class Soup(Section):
    """Uniform average of the SFT checkpoints, the last among them."""

    method: Literal["soup"]
    """Names the method."""


class Linear(Section):
    """Straight line from SFT (t = 0) to RL (t = 1)."""

    method: Literal["linear"]
    """Names the method."""
    t: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = Field(min_length=1)
    """One candidate a value."""


Method = Annotated[Soup | Linear, Field(discriminator="method")]


class Params(Section):
    """Section `merge` of params.yaml."""

    threads: int = Field(ge=1, le=256)
    """CPU threads of torch while scoring."""
    methods: tuple[Method, ...]
    """Merges that stand as candidates beside sft and rl; may be empty."""
    dialogues: int = Field(ge=1)
    """Dev dialogues each candidate plays."""
    calls: int = Field(ge=0)
    """Dev single calls each candidate makes."""
    problems: int = Field(ge=0)
    """Dev problems each candidate answers."""
    batch_size: int = Field(ge=1)
    """Items played at once."""
    max_calls_per_turn: int = Field(ge=1)
    """A turn with more calls fails."""
    max_new_tokens: int = Field(ge=1)
    """Tokens of one message."""
    decoding: Decoding
    """How candidates answer: as final will."""
    seed: int = Field(ge=0)
    """Draws the dev items."""
    worst_rl: float = Field(ge=-1, le=0)
    """RL and merges with it are out when the lower paired bound against sft is below this (-0.05 is 5 points)."""
