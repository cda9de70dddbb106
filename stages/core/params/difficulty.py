"""Parameters of `difficulty`: who scores, where the split lies, and the comparison of the scorers."""

from typing import Literal

from pydantic import Field

from stages.core.params.llm import Engine
from stages.core.params.section import Section


class Params(Section):
    """Section `difficulty` of params.yaml."""

    seed: int = Field(ge=0)
    """Draws the compared problems and the samples."""
    scorer: Literal["reference", "pass_rate", "llm"]
    """Whose scores decide the split. The two model scorers ask about every training problem: `pass_rate` the base model,
    `llm` whom `llm` names."""
    llm: Engine
    """Who gives the scores of `llm`: the base model under a grammar (`local`), or an endpoint, whose reply must be one
    digit. `compared` asks it too, unless 0."""
    tau: int = Field(ge=1, le=5)
    """Scores up to tau go to SFT, higher ones to RL."""
    compared: int = Field(ge=0, le=400)
    """So many problems are scored by all three scorers, for their rank correlation with `reference`; 0 asks no model."""
    samples: int = Field(ge=1, le=64)
    """Answers a problem for `pass_rate`."""
    temperature: float = Field(gt=0, le=2)
    """Of those answers, and of the second try at a score that could not be read."""
    shots: int = Field(ge=0, le=8)
    """Worked examples shown before each of those answers: a base model without any talks around the number."""
    max_new_tokens: int = Field(ge=1, le=2048)
    """Of those answers."""
    batch_size: int = Field(ge=1)
    """Answers of `pass_rate` drawn at once."""
    threads: int = Field(ge=1, le=256)
    """CPU threads of torch for `pass_rate`; more may change the bytes."""
