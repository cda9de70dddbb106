"""Parameters of `trajectories`: how many dialogues and calls, who words them, and what a model may be shown of each."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stages.core.params.base import Section
from stages.core.params.llm import Engine
from stages.core.params.writing import Written


class Grammar(Section):
    """The grammar's wordings stay: free, and proved by the way they are made."""

    method: Literal["grammar"]


class Llm(Section):
    """An LLM puts what the grammar's user says into other words; a turn keeps the grammar's where these are not proved."""

    method: Literal["llm"]
    engine: Engine
    """Who is asked; a local engine answers with the base model's folder."""
    temperature: float = Field(ge=0, le=2)
    """Of the new words."""
    max_new_tokens: int = Field(ge=16, le=8192)
    """Of one reply: all user turns of a dialogue as JSON."""
    longest: float = Field(ge=1, le=4)
    """New words may have so many times the characters of the old ones, and a few more."""
    structured: bool
    """Send the reply's JSON schema as `response_format`; false for a server that has no such option."""

    @model_validator(mode="after")
    def _only_endpoints_take_a_schema(self) -> "Llm":
        if self.structured and self.engine.method == "local":
            raise ValueError("structured must be false: the local engine has no response_format")
        return self


Author = Annotated[Grammar | Llm | Written, Field(discriminator="method")]


class Hard(Section):
    """Shares of the dialogues that each hard case is put into, where they have a place for it."""

    missing_parameter: float = Field(ge=0, le=1)
    """A value is left out of a request; the assistant must ask, and the user then tells it."""
    missing_function: float = Field(ge=0, le=1)
    """No shown tool does what is asked last; the assistant must say so."""
    policy: float = Field(ge=0, le=1)
    """A rule in the system message forbids what is asked last; the assistant must say so."""
    recovery: float = Field(ge=0, le=1)
    """The first call takes a name for a key and fails; it stays in the history and is not taught."""
    no_call: float = Field(ge=0, le=1)
    """The last words need no tool."""
    parallel: float = Field(ge=0, le=1)
    """Calls that need not wait for each other are one message. Two are 70 tokens in the middle and 95 at most in the demo, so
    `max_new_tokens` of rl, merge and evaluation should allow for them; one by one they reach the goal too."""


class Refine(Section):
    """Shares of the turns that each refinement is tried on, where they have a place for it."""

    implicit_reference: float = Field(ge=0, le=1)
    """A row is described and no longer named."""
    ambiguity: float = Field(ge=0, le=1)
    """A row is left open; a constraint settles which one."""
    action_compression: float = Field(ge=0, le=1)
    """A step that the others force is not asked for."""
    goal_expansion: float = Field(ge=0, le=1)
    """The next turn's request is asked for in the same turn."""
    joined: int = Field(ge=1, le=8)
    """Requests of one turn at most."""


class Planner(Section):
    """The search for all shortest ways; a dialogue is rejected where a reference is longer or the search cannot tell."""

    calls: int = Field(ge=0, le=8)
    """Calls of a turn that it looks at, at most; 0: no dialogue is planned, and none has other ways."""
    states: int = Field(ge=1)
    """Calls tried and nodes visited in a turn, at most."""


class Near(Section):
    """Likeness from which a later dialogue that does the same on the same start state is a duplicate; 1.0: none is."""

    words: float = Field(gt=0, le=1)
    """Jaccard index of word shingles; 0.8 are the same words but one in a dozen."""
    meaning: float = Field(gt=0, le=1)
    """Cosine of sentence vectors, of the least like turns; for an LLM's words."""


class Params(Section):
    """Section `trajectories` of params.yaml."""

    seed: int = Field(ge=0)
    """Of every generator."""
    train_dialogues: int = Field(ge=1)
    """Dialogues for training."""
    dev_dialogues: int = Field(ge=0)
    """Tasks to choose models by."""
    test_dialogues: int = Field(ge=1)
    """Tasks on held-out environments; shared evenly between them."""
    dev_environments: tuple[str, ...] = Field(min_length=1)
    """Ids of training-side environments set aside for dev."""
    pairs: int = Field(ge=0)
    """Pairs of environments of one domain, in each split, over which dialogues are made as over single ones; 0: none."""
    min_turns: int = Field(ge=1, le=24)
    """User turns of a training dialogue at least, before refinement joins some."""
    max_turns: int = Field(ge=1, le=24)
    """And at most; held-out tasks have at most two."""
    calls: int = Field(ge=1)
    """Single-call rows."""
    calls_each: int = Field(ge=1)
    """Rows of one function at most."""
    calls_together: int = Field(ge=1)
    """Rows that show a function in the same way and ask different things of it; training computes what they share once."""
    dev_calls: int = Field(ge=0)
    """Of these, rows set aside for dev (other functions than in training)."""
    tools: int = Field(ge=1, le=32)
    """Tools shown in a dialogue: the needed ones and others of the same environment."""
    schema_tokens: int = Field(ge=50)
    """Tokens of the tools shown."""
    result_tokens: int = Field(ge=32)
    """Tokens of one tool result."""
    call_tokens: int = Field(ge=16)
    """Tokens of one call in a dialogue, and of its closing words."""
    single_call_tokens: int = Field(ge=16)
    """Tokens of the call in a single-call row: public functions have longer names and more arguments."""
    call_row_tokens: int = Field(ge=50)
    """Tokens of a single-call row, tools and all."""
    refine: Refine
    """Calibrated refinement of the users' words."""
    hard: Hard
    """Hard cases of real use."""
    planner: Planner
    """Whether references are proved to be shortest, and how far that is looked into."""
    author: Author
    """Who words the dialogues' user turns, or writes the dialogues."""
    near: Near
    """Near-duplicates, which are left out."""

    @model_validator(mode="after")
    def _some_for_training(self) -> "Params":
        if self.min_turns > self.max_turns:
            raise ValueError("min_turns may not exceed max_turns")
        if self.dev_calls >= self.calls:
            raise ValueError("dev_calls must be fewer than calls")
        return self
