"""Verifiable problems, their difficulty, and training rows in the shapes Hugging Face tools read."""

from typing import Literal

from pydantic import JsonValue

from stages.core.records.base import Record
from stages.core.records.dialogue import Split


class Problem(Record):
    """A question with an answer that a verifier can judge without a model."""

    id: str
    parents: tuple[str, ...] = ()
    family: str
    """reasoning-gym's name of the generator, or the user's."""
    question: str
    answer: str
    verifier: Literal["number", "text"]
    difficulty: dict[str, JsonValue] = {}
    """The generator's own dial settings for this item."""
    split: Split


class SftRow(Record):
    """`messages` and `tools` as chat templates take them; `source` says which pool it came from."""

    id: str
    parents: tuple[str, ...]
    source: Literal["dialogue", "call", "problem"]
    split: Split
    messages: tuple[dict[str, JsonValue], ...]
    tools: tuple[dict[str, JsonValue], ...] = ()


class RlRow(Record):
    """One prompt for RL. A dialogue turn replays `before` on `scenario` first; a problem has `problem` only."""

    id: str
    parents: tuple[str, ...]
    source: Literal["dialogue", "problem"]
    split: Split
    prompt: tuple[dict[str, JsonValue], ...]
    tools: tuple[dict[str, JsonValue], ...] = ()
    dialogue: str | None = None
    """Id of the dialogue in trajectories' dialogues.jsonl, and which of its turns."""
    turn: int | None = None
    problem: Problem | None = None
