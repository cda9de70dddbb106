"""Parameters of `rl`: what is asked, how it is rewarded, and how the model learns from it."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stages.core.params.section import Section


class GoalReward(Section):
    """1 for the goal, less for calls that worked, minus calls beyond the reference's (core/rollouts/reward.py)."""

    method: Literal["goal"]
    """Names the method."""
    valid: float = Field(ge=0, le=0.5)
    """Most that calls can earn without the goal."""
    length: float = Field(ge=0, le=0.5)
    """Most that extra calls can cost."""


class EnvFactoryReward(Section):
    """EnvFactory's mix of matched calls and end state (core/rollouts/reward.py)."""

    method: Literal["envfactory"]
    """Names the method."""
    alpha: float = Field(ge=0, le=1)
    """Weight of the calls against the state."""


Reward = Annotated[GoalReward | EnvFactoryReward, Field(discriminator="method")]


class Objective(Section):
    """What the clipped objectives share."""

    clip_low: float = Field(gt=0, le=1)
    """The probability ratio counts down to 1 - clip_low."""
    clip_high: float = Field(gt=0, le=10)
    """The probability ratio counts up to 1 + clip_high."""
    std_floor: float = Field(gt=0, le=1)
    """Rewards of a group are divided by their standard deviation, but never by less than this."""
    mean: Literal["token", "sequence"]
    """Every token of the batch weighs the same, or every rollout."""
    beta: float = Field(ge=0, lt=1)
    """Weight of the KL term to the start model; 0 for none."""


class Grpo(Objective):
    """GRPO: the clipped surrogate of PPO over group-normalised rewards."""

    method: Literal["grpo"]
    """Names the method."""


class Cispo(Objective):
    """CISPO: the same advantages; the clipped ratio is a constant weight, so that no token's gradient is dropped."""

    method: Literal["cispo"]
    """Names the method."""


class Uniform(Section):
    """Every prompt once, in random order, before any comes again."""

    method: Literal["uniform"]
    """Names the method."""


Algorithm = Annotated[Grpo | Cispo, Field(discriminator="method")]


class Params(Section):
    """Section `rl` of params.yaml."""

    seed: int = Field(ge=0)
    """Draws prompts and replies."""
    threads: int = Field(ge=1, le=256)
    """CPU threads of torch. They change the last bits of the weights, so they are tracked."""
    precision: Literal["bfloat16", "float32"]
    """Type that the model speaks in and that training multiplies in; the trained weights stay float32."""
    start: str = Field(pattern=r"^sft(/\d+)?$")
    """Where training starts: `sft`, or `sft/<step>` for one of its early checkpoints."""
    steps: int = Field(ge=1)
    """Generations, each followed by `updates` steps of the optimiser."""
    updates: int = Field(ge=1, le=16)
    """Optimiser steps on one generation."""
    groups: int = Field(ge=1)
    """Prompts a generation."""
    group_size: int = Field(ge=2)
    """Rollouts a prompt."""
    problem_share: float = Field(ge=0, le=1)
    """Share of the prompts that are problems; the others are dialogue turns."""
    max_prompt: int = Field(ge=16)
    """A row whose prompt is longer (tokens) is rejected, never cut."""
    max_length: int = Field(ge=16)
    """A rollout that would grow beyond this (tokens, prompt included) ends there."""
    max_new_tokens: int = Field(ge=1)
    """Tokens of one message."""
    max_calls_per_turn: int = Field(ge=1)
    """A turn with more calls fails."""
    temperature: float = Field(gt=0, le=2)
    """Of sampling, and of the log-probabilities that the loss compares."""
    learning_rate: float = Field(gt=0, le=1e-5)
    """Constant rate of AdamW. The bound is where a small model stops forgetting its SFT: 3e-5 undid it in 20 steps."""
    weight_decay: float = Field(ge=0, lt=1)
    """AdamW's decay."""
    max_grad_norm: float = Field(gt=0)
    """Gradients are clipped to this norm."""
    save_every: int = Field(ge=1)
    """Generations between two checkpoints; a killed run resumes from the last."""
    kl_every: int = Field(ge=1)
    """Generations between two measurements of the distance from the start model."""
    reward: Reward
    """What a dialogue turn earns; a problem earns 1 or 0 by its verifier."""
    algorithm: Algorithm
    """From rewards to advantages, and which loss they go into."""
    selection: Uniform
    """Which prompts come next."""

    @model_validator(mode="after")
    def _fits(self) -> "Params":
        if self.max_prompt + self.max_new_tokens > self.max_length:
            raise ValueError("max_length must hold max_prompt and max_new_tokens")
        return self
