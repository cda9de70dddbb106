"""Params of `toolgraph`: when two parameters are linked, and how chains are drawn."""

from typing import Literal

from pydantic import Field

from stages.core.params.section import Section


class Params(Section):
    """The section `toolgraph`."""

    seed: int = Field(ge=0)
    """Seed of the sampler."""
    precision: float = Field(gt=0, le=1)
    """Share of known pairs above the embedding threshold that must be true links; the threshold is calibrated to it."""
    cross: bool
    """Whether embeddings may link tools of different environments."""
    prefer: Literal["any", "unvisited"]
    """`any`: EnvFactory's draws; `unvisited`: tools and links that earlier chains left out come first."""
    chains: int = Field(ge=1, le=2000)
    """Chains drawn for each environment."""
    min_nodes: int = Field(ge=1, le=20)
    """Fewest tools in a chain."""
    max_nodes: int = Field(ge=1, le=20)
    """Most tools in a chain."""
    depth: int = Field(ge=1, le=8)
    """How deep producers of producers are looked for (paper 3, repository 5)."""
    skip_optional: float = Field(ge=0, le=1)
    """Probability that an optional input is left alone."""
    skip_satisfied: float = Field(ge=0, le=1)
    """Probability that an input already supplied gets no further producer."""
