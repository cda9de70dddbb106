"""Parameters of dialogues that LLMs write: who writes, who solves, who judges, and how much of each."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stages.core.params.base import Section
from stages.core.params.llm import Endpoint, Engine, Local


class Same(Section):
    """The writer's engine, and the writer's account with it."""

    method: Literal["same"]


class Writer(Section):
    """Who writes plans and users' words."""

    engine: Engine
    """A local engine answers with the base model's folder."""
    temperature: float = Field(ge=0, le=2)
    max_new_tokens: int = Field(ge=16, le=32768)
    """Of one reply."""


class Role(Section):
    """Who else is asked."""

    engine: Annotated[Endpoint | Local | Same, Field(discriminator="method")]
    temperature: float = Field(ge=0, le=2)
    max_new_tokens: int = Field(ge=16, le=32768)
    """Of one reply."""


class Refine(Section):
    """Shares of the turns whose words are made harder; a turn whose new words are not proved keeps the plain ones."""

    implicit_reference: float = Field(ge=0, le=1)
    """A thing is described where it was named."""
    action_compression: float = Field(ge=0, le=1)
    """Steps that can be inferred are not said."""
    ambiguity: float = Field(ge=0, le=1)
    """A wish is implied that only what is there makes clear."""
    goal_expansion: float = Field(ge=0, le=1)
    """Something more is asked, which changes nothing."""

    @model_validator(mode="after")
    def _one_a_turn(self) -> "Refine":
        total = self.implicit_reference + self.action_compression + self.ambiguity + self.goal_expansion
        if total > 1 + 1e-9:
            raise ValueError("the shares add up to more than 1")
        return self


class Written(Section):
    """LLMs write the dialogues from chains of tools; only what is executed and proved is taken."""

    method: Literal["written"]
    writer: Writer
    solver: Role
    judge: Role
    candidates: int = Field(ge=1, le=16)
    """Solvers a turn, each on a session of its own."""
    steps: int = Field(ge=1, le=50)
    """Replies of one solver."""
    calls: int = Field(ge=1, le=15)
    """Calls of a turn's reference, after those that are not needed were taken out."""
    tries: int = Field(ge=1, le=10)
    """Of a plan, of a user's message and of a judgement, the first included; each later one is told what was wrong."""
    longest: int = Field(ge=20, le=4000)
    """Characters of a user's message."""
    rows: int = Field(ge=1, le=100)
    """Rows of each table that the writer sees."""
    spare: float = Field(ge=0, le=10)
    """Further dialogues begun in place of those that came to nothing, as a share of the wanted ones."""
    refine: Refine
    structured: bool
    """Send the replies' JSON schemas as `response_format`; false for a server that has no such option."""
    dry_run: bool
    """Say what it would cost, ask nobody and end."""

    @model_validator(mode="after")
    def _possible(self) -> "Written":
        locals_ = any(role.engine.method == "local" for role in (self.writer, self.solver, self.judge))
        if self.structured and locals_:
            raise ValueError("structured must be false: the local engine has no response_format")
        if self.candidates > 1 and not self.solver.temperature:
            raise ValueError("solver.temperature 0 gives every candidate the same reply: take one candidate")
        return self
