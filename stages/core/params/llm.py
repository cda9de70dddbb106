"""Who answers: an OpenAI-compatible endpoint, or a model folder in this process. Embedded in a stage's own section."""

from typing import Annotated, Literal

from pydantic import Field

from stages.core.params.section import Section


class Server(Section):
    """An OpenAI-compatible server. The key stands in the environment, never in params."""

    method: Literal["endpoint"]
    base_url: str
    model: str
    key_variable: str | None
    """Name of the environment variable that holds the key; null for a server that asks none."""
    timeout: float = Field(gt=0, le=3600)
    """Seconds for one request."""
    attempts: int = Field(ge=1, le=20)
    """Tries of one request, the first included."""
    patience: float = Field(ge=0, le=3600)
    """Most seconds one request may wait between its tries, all waits together, whatever Retry-After says."""
    max_cost: float | None = Field(ge=0)
    """No request is sent that could take the total past this; null for no ceiling."""


class Endpoint(Server):
    """One that completes chats."""

    concurrency: int = Field(ge=1, le=1024)
    """Requests under way at once."""
    input_price: float = Field(ge=0)
    """Money a million prompt tokens."""
    output_price: float = Field(ge=0)
    """Money a million new tokens."""


class Embedder(Server):
    """One that has `/embeddings`."""

    batch: int = Field(ge=1, le=2048)
    """Texts of one request."""
    price: float = Field(ge=0)
    """Money a million tokens."""


class Local(Section):
    """A model folder, answered in this process; free, slow, and the same bytes every time."""

    method: Literal["local"]
    batch_size: int = Field(ge=1, le=256)
    threads: int = Field(ge=1, le=256)


Engine = Annotated[Endpoint | Local, Field(discriminator="method")]
