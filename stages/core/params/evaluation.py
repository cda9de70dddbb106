"""Parameters of `evaluation`: which models stand side by side, on which suites, and how they answer."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from stages.core.decoding import Decoding
from stages.core.params.section import Section

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class Model(Section):
    """One column of the score table."""

    folder: Literal["data/base", "data/sft", "data/rl", "data/merge"]
    """The artefact that holds it."""
    model: Literal["model", "final"]
    """Its folder inside the artefact."""
    prompt: Literal["plain", "few_shot"]
    """few_shot: worked examples of the train split stand before each item."""
    decoding: Decoding
    """required: a grammar forces one valid call (bfcl_simple), or the first message of each turn (environments).
    auto: every message is words or valid calls."""


class Suite(Section):
    """Size and limits of one suite."""

    items: int = Field(ge=1)
    """Most items; drawn by seed where there are more."""
    batch_size: int = Field(ge=1)
    """Items answered at once."""
    max_new_tokens: int = Field(ge=1)
    """Tokens of one message."""


class Bfcl(Suite):
    """BFCL's simple Python calls."""

    questions_sha256: Sha256
    """Of the package's file of questions: a score always names the same ones."""
    answers_sha256: Sha256
    """Of its file of accepted answers."""


class Environments(Suite):
    """Dialogues of the test split, played in held-out environments."""

    max_calls_per_turn: int = Field(ge=1)
    """A turn with more calls fails."""


class Params(Section):
    """Section `evaluation` of params.yaml."""

    models: dict[Name, Model] = Field(min_length=1)
    """By name; the name is the folder under data/evaluation."""
    seed: int = Field(ge=0)
    """Draws items and worked examples."""
    threads: int = Field(ge=1, le=256)
    """CPU threads of torch; more may change the bytes."""
    dtype: Literal["bfloat16", "float32"]
    """Of the weights while they answer."""
    shots: int = Field(ge=1, le=8)
    """Worked examples of a few_shot prompt; in environments, the turns of one dialogue."""
    environments: Environments
    """Suite `environments`."""
    bfcl_simple: Bfcl
    """Suite `bfcl_simple`."""
    problems: Suite
    """Suite `problems`. A model with `required` calls skips it: there is no call to force."""
