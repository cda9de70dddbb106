"""Everything the page is made of, read and typed: what `run` gathers and the sections take."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from stages.core.engine.catalogue import Entry
from stages.core.records import Dialogue, Rejected
from stages.core.scoring.result import ItemResult
from stages.report.graph import Reads

STAGES = {
    "sources": "typed API descriptions, each pinned by package version and sha256",
    "base": "the base model as a plain folder",
    "environments": "stateful tool environments that passed the gate",
    "toolgraph": "which tool's output feeds which tool's input, and chains that can be played",
    "trajectories": "multi-turn tool dialogues and single calls, executed and replayed",
    "problems": "verifiable problems, split and without duplicates",
    "difficulty": "difficulty from 1 to 5, and the split between SFT and RL",
    "sft": "a model trained on dialogues, calls and taught problems",
    "rl": "a model trained on verified rewards",
    "merge": "soups and interpolations; `final`, the best candidate on dev",
    "evaluation": "what each model did on each item of each suite",
    "scores": "intervals and paired tests",
    "report": "this page",
}
"""What each stage of the chain makes, in its order."""


class Part(NamedTuple):
    """What every stage leaves behind: its numbers, its refused rows, and the params it ran with."""

    metrics: Mapping[str, Any]
    rejected: tuple[Rejected, ...] = ()
    params: Mapping[str, Any] = {}


class Replayed(NamedTuple):
    """How many dialogues were executed again while the page was written, and what went wrong."""

    dialogues: int
    problems: tuple[str, ...]


class Material(NamedTuple):
    """Parts by stage word (a matrix item as `evaluation/final`); what no stage made is empty or None."""

    graph: Reads
    parts: Mapping[str, Part]
    catalogue: Mapping[str, Entry]
    choices: Mapping[str, str]
    """Environment id -> why its API was chosen."""
    dialogues: tuple[Dialogue, ...]
    replayed: Replayed
    choice: Mapping[str, Any] | None
    """merge's choice.json."""
    own: tuple[ItemResult, ...]
    """`final` on the held-out tasks."""
    runs: tuple[Mapping[str, Any], ...]
    """Lines of `.runs`: what this machine measured."""
    machine: Mapping[str, Any]

    def metrics(self, word: str) -> Mapping[str, Any]:
        """A stage's metrics; empty when the stage has made nothing."""
        return self.parts[word].metrics if word in self.parts else {}
