"""Parameters of `difficulty`: who scores, where the split lies, and the comparison of the scorers."""

from typing import Literal

from pydantic import Field

from stages.core.params.section import Section


class Params(Section):
    """Section `difficulty` of params.yaml."""

    seed: int = Field(ge=0)
    """Draws the compared problems and the samples."""
    scorer: Literal["reference", "pass_rate", "llm"]
    """Whose scores decide the split. The two model scorers ask the base model about every training problem."""
    tau: int = Field(ge=1, le=5)
    """Scores up to tau go to SFT, higher ones to RL."""
    compared: int = Field(ge=0, le=400)
    """So many problems are scored by all three scorers, for their rank correlation with `reference`; 0 asks no model."""
    samples: int = Field(ge=1, le=64)
    """Answers a problem for `pass_rate`."""
    temperature: float = Field(gt=0, le=2)
    """Of those answers."""
    shots: int = Field(ge=0, le=8)
    """Worked examples shown before each of those answers: a base model without any talks around the number."""
    max_new_tokens: int = Field(ge=1, le=2048)
    """Of those answers."""
    batch_size: int = Field(ge=1)
    """Prompts at once."""
    threads: int = Field(ge=1, le=256)
    """CPU threads of torch; more may change the bytes."""
