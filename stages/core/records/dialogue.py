"""Tool dialogues, their goals and their proofs, in terms that replay from the row alone plus its environment."""

from typing import Literal

from pydantic import JsonValue

from stages.core.records.base import Record
from stages.core.records.environment import Scenario

Split = Literal["train", "dev", "test"]


class Call(Record):
    """One tool call as the model writes it."""

    tool: str
    arguments: dict[str, JsonValue]


class Outcome(Record):
    """What a call gave back: exactly one of value and error."""

    value: JsonValue = None
    error: str | None = None
    """Code, `NOT_FOUND`."""
    message: str | None = None


class Span(Record):
    """Where an argument's value came from. `argument` is its name in the call."""

    call: int
    """Index of the call inside its turn."""
    argument: str
    origin: Literal["user", "result", "default"]
    """user: in this or an earlier user turn; result: in an earlier call's value; default: the schema's."""
    turn: int | None = None
    text: str | None = None
    """The user's words, verbatim (`next Friday`), when origin is user."""
    path: str | None = None
    """Where in the result (`items.0.id`), when origin is result; `call_index` says whose."""
    call_index: int | None = None
    """Index over all calls of the dialogue so far."""


class Goal(Record):
    """What must hold at the end of a turn. The final message must contain every text of `says`."""

    digest: str
    """Goal digest of the state (PROGRAMS): equal means the end state is right, nothing else broken."""
    says: tuple[str, ...] = ()
    """Values asked for, as a person would read them; compared case-insensitively, numbers by value."""
    reads: tuple[str, ...] = ()
    """Where something is asked: tools whose results must show every value said. A right one that none showed is a guess."""
    asks: tuple[str, ...] = ()
    """Where something is missing: the final message must be a question with one of these words in it."""
    declines: bool = False
    """The request cannot or must not be met: the final message must say so."""


Case = Literal["missing_parameter", "missing_function", "recovery", "no_call", "policy", "parallel", "plain"]
"""What is hard about a turn; `plain`: nothing of these."""


Refinement = Literal["implicit_reference", "ambiguity", "action_compression", "goal_expansion"]
"""A way in which a turn's words are less plain than its calls."""


class Turn(Record):
    """A user's message, the reference calls with their outcomes, and the assistant's closing words."""

    user: str
    calls: tuple[Call, ...]
    outcomes: tuple[Outcome, ...]
    answer: str
    goal: Goal
    messages: tuple[int, ...] = ()
    """How many calls each assistant message makes, in order; empty: one each."""
    spans: tuple[Span, ...] = ()
    template: str = ""
    """Which grammar template wrote the user's words; templates are split too."""
    case: Case = "plain"
    refined: tuple[Refinement, ...] = ()
    """Refinements of the words, in the order of the requests."""
    ways: tuple[tuple[Call, ...], ...] = ()
    """The other ways of the fewest calls to the goal, without arguments that do not matter; empty where none was looked for."""
    masked: tuple[tuple[int, str], ...] = ()
    """(call, argument) of the reference whose value does not matter, found by leaving it out or changing it."""


class Dialogue(Record):
    """A verified dialogue. `tools` are the names shown to the model (needed ones and distractors), in order."""

    id: str
    parents: tuple[str, ...]
    """Scenario id, chain id and tool ids."""
    environment: str
    split: Split
    scenario: Scenario
    tools: tuple[str, ...]
    turns: tuple[Turn, ...]
    start_digest: str
    """Replay digest (exact) of the loaded scenario."""
    end_digest: str
    """Replay digest after the last call."""
    policy: str = ""
    """A rule of the house, shown after the system message's own words; empty: none."""


class CallItem(Record):
    """A single call without state: one user message, shown tools, accepted values. BFCL's shape and our own rows."""

    id: str
    parents: tuple[str, ...] = ()
    user: str
    tools: tuple[dict[str, JsonValue], ...]
    """OpenAI-style function objects `{name, description, parameters}`, parameters in JSON Schema."""
    gold: tuple[Call, ...]
    accepted: tuple[dict[str, tuple[JsonValue, ...]], ...] = ()
    """A dict a gold call: argument -> accepted values; "" among them means it may be left out. Empty: gold alone."""
    split: Split
    spans: tuple[Span, ...] = ()
    template: str = ""
