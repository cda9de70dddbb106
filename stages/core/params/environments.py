"""Params of `environments`: how much of an API is kept, the start states, what is held out, how strict the gate is."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from stages.core.params.llm import Endpoint
from stages.core.params.section import Section
from stages.core.params.sources import Domain

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=48)]


class Scenarios(Section):
    """Start states an environment gets, by complexity."""

    simple: int = Field(ge=0, le=50)
    """States of 1 or 2 rows a table."""
    medium: int = Field(ge=1, le=50)
    """States of 3 to 5 rows a table."""
    complex: int = Field(ge=0, le=50)
    """States of 5 to 8 rows a table."""
    boundary: int = Field(ge=1, le=3)
    """Empty tables, null in all optional fields, more rows than a page."""
    refused: int = Field(ge=1, le=8)
    """Broken states that the engine must turn away."""


class HeldOut(Section):
    """What serves evaluation only; the rest serves training."""

    publishers: tuple[str, ...]
    """Publishers held out whole: aws, jupyter, google, user."""
    apis: tuple[str, ...]
    """Further ids of single APIs."""


class Gate(Section):
    """How environments are judged."""

    mutants: int = Field(ge=1, le=100)
    """Seeded bugs of each kind, at most."""
    mutation_score: float = Field(ge=0.0, le=1.0)
    """Least share of seeded bugs that the checks must notice."""


class Minimum(Section):
    """Least results; fewer end the stage with an error."""

    environments: int = Field(ge=1)
    """Environments that passed the gate."""
    tools: int = Field(ge=1)
    """Tools in them."""


class Idea(Section):
    """An environment in plain words."""

    id: Slug
    """Its environment is called `authored-` and this."""
    idea: str = Field(min_length=10, max_length=2000)
    """What it is about, as one would tell a colleague."""
    domain: Domain
    """What it is about, in one word."""


class Nobody(Section):
    """Only the compiler makes environments."""

    method: Literal["none"]


class Llm(Section):
    """An LLM writes environments: of ideas, and of what the compiler left out of an API."""

    method: Literal["llm"]
    engine: Endpoint
    """Who is asked."""
    ideas: tuple[Idea, ...]
    """Environments of ideas."""
    apis: tuple[str, ...]
    """Ids of APIs of `sources`: the operations that became no tool are written as an environment of their own."""
    tools: int = Field(ge=1, le=32)
    """Tools of one environment at most."""
    attempts: int = Field(ge=1, le=10)
    """Replies asked for at each step before the environment is given up."""
    revisions: int = Field(ge=0, le=20)
    """Revisions of an environment that failed its trials."""
    temperature: float = Field(ge=0, le=2)
    """Of every reply."""
    max_new_tokens: int = Field(ge=256, le=65536)
    """Of one reply."""
    structured: bool
    """Send the reply's JSON schema as `response_format`; false for a server that has no such option."""


Author = Annotated[Nobody | Llm, Field(discriminator="method")]


class Params(Section):
    """The section `environments`."""

    seed: int = Field(ge=0)
    """Seed of scenarios, cases and mutants."""
    max_fields: int = Field(ge=1, le=30)
    """Optional fields kept of a resource, the most useful first."""
    rules: tuple[Literal["state", "existing", "tags", "batch", "policy", "copy", "undelete", "query"], ...]
    """Families of rules beyond create, read, update and delete; state: cancel, pause, enable and their like;
    existing: resources that nothing creates, whose rows are there from the start; tags: TagResource and its like;
    batch: rows got, made, changed or deleted many at once; policy: getIamPolicy and setIamPolicy; copy: a row
    copied under another name or moved to another parent; undelete: deletes that can be undone; query: lists by search, several
    values, times and in other orders."""
    scenarios: Scenarios
    """Start states."""
    held_out: HeldOut
    """What serves evaluation."""
    gate: Gate
    """Checks."""
    author: Author
    """Who writes what no rule covers."""
    minimum: Minimum
    """Least results."""
