"""Parameters of `sft`: which rows, how many tokens, and how the model learns them."""

from typing import Literal

from pydantic import Field, model_validator

from stages.core.params.section import Section


class Shares(Section):
    """What part of the token budget each pool gets; the three sum to 1. What a small pool leaves goes to the others."""

    dialogue: float = Field(ge=0, le=1)
    """Multi-turn dialogues."""
    call: float = Field(ge=0, le=1)
    """Single calls."""
    problem: float = Field(ge=0, le=1)
    """Problems with taught responses."""

    @model_validator(mode="after")
    def _whole(self) -> "Shares":
        if abs(self.dialogue + self.call + self.problem - 1) > 1e-6:
            raise ValueError("the shares must sum to 1")
        return self


class Params(Section):
    """Section `sft` of params.yaml."""

    seed: int = Field(ge=0)
    """Draws the sample and the order of batches."""
    threads: int = Field(ge=1, le=256)
    """CPU threads of torch. They change the last bits of the weights, so they are tracked."""
    shares: Shares
    """Parts of the budget a pool."""
    max_tokens: int = Field(ge=1)
    """Tokens one epoch computes, prompts included; a beginning that packed rows share counts once."""
    max_length: int = Field(ge=16)
    """A longer row (tokens) is rejected, never cut."""
    pack_length: int = Field(ge=1)
    """Tokens of a packed sequence; a row longer than this stands alone."""
    epochs: int = Field(ge=1)
    """Passes over the sample."""
    batch_size: int = Field(ge=1)
    """Packed sequences a step."""
    learning_rate: float = Field(gt=0, lt=1)
    """Peak rate of AdamW."""
    schedule: Literal["cosine", "linear", "constant_with_warmup"]
    """Shape of the learning rate over the steps."""
    warmup: float = Field(ge=0, lt=1)
    """Share of the steps in which the rate climbs."""
    beta2: float = Field(gt=0, lt=1)
    """Adam's memory of squared gradients; 0.999 remembers the first steps longer than a run of a hundred lasts."""
    weight_decay: float = Field(ge=0, lt=1)
    """AdamW's decay."""
    max_grad_norm: float = Field(gt=0)
    """Gradients are clipped to this norm."""
    checkpoints: int = Field(ge=1)
    """Models kept, evenly spaced over the steps, the final one among them; a killed run resumes from the last."""
