"""The suites: what each asks, and how a model's prompt and decoding change the asking. Each gives one result an item.

`environments`: held-out dialogues, played in the live environment. `bfcl_simple`: single calls of a public benchmark.
`problems`: questions whose answer alone counts; no tool is shown, so `required` has nothing to force and no such suite.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from stages.core import jsonl
from stages.core.engine import catalogue
from stages.core.errors import UserError
from stages.core.params.evaluation import Model, Params
from stages.core.records import CallItem, Dialogue, Problem
from stages.core.rollouts.play import PlaySettings
from stages.core.scoring import calls, environments, problems
from stages.core.scoring.result import ItemResult
from stages.core.seeds import generator
from stages.core.stage import Inputs
from stages.evaluation import bfcl, examples

T = TypeVar("T", Dialogue, Problem)
PACKAGES = Path(".packages")


class Subject(NamedTuple):
    """Who answers: the loaded model, its tokenizer, and how it is asked."""

    model: Any
    tokenizer: Any
    spec: Model

    @property
    def few_shot(self) -> bool:
        """Whether worked examples stand before each item."""
        return self.spec.prompt == "few_shot"


def play(subject: Subject, params: Params, inputs: Inputs) -> list[ItemResult]:
    """Suite `environments`: dialogues of the test split. Raises UserError if there are none."""
    where = inputs["trajectories"] / "dialogues.jsonl"
    dialogues = list(jsonl.read(where, Dialogue))
    held = catalogue.environments(catalogue.load(inputs["environments"]), (one.environment for one in dialogues))
    own = params.environments
    shown = examples.dialogue(dialogues, held, params.shots, params.seed) if subject.few_shot else []
    return environments.score(
        subject.model,
        subject.tokenizer,
        _draw(dialogues, own.items, params.seed, where),
        held,
        PlaySettings(own.max_calls_per_turn, own.max_new_tokens, own.batch_size),
        decoding=subject.spec.decoding,
        prefix_messages=shown,
        stage="evaluation",
    )


def call(subject: Subject, params: Params, inputs: Inputs) -> list[ItemResult]:
    """Suite `bfcl_simple`. Raises UserError for a missing or changed benchmark."""
    own = params.bfcl_simple
    items = bfcl.load(PACKAGES, own.questions_sha256, own.answers_sha256)
    rows = jsonl.read(inputs["trajectories"] / "calls.jsonl", CallItem)
    return calls.score(
        subject.model,
        subject.tokenizer,
        bfcl.draw(items, own.items, params.seed),
        max_new_tokens=own.max_new_tokens,
        batch_size=own.batch_size,
        decoding=subject.spec.decoding,
        prefix_messages=examples.calls(rows, params.shots, params.seed) if subject.few_shot else [],
        stage="evaluation",
    )


def answer(subject: Subject, params: Params, inputs: Inputs) -> list[ItemResult]:
    """Suite `problems`: problems of the test split. Raises UserError if there are none."""
    where = inputs["problems"] / "problems.jsonl"
    asked, own = list(jsonl.read(where, Problem)), params.problems
    return problems.score(
        subject.model,
        subject.tokenizer,
        _draw(asked, own.items, params.seed, where),
        max_new_tokens=own.max_new_tokens,
        batch_size=own.batch_size,
        examples=problems.examples(asked, params.shots, params.seed) if subject.few_shot else {},
        stage="evaluation",
    )


SUITES = {"environments": play, "bfcl_simple": call, "problems": answer}


def of(spec: Model) -> list[str]:
    """The suites a model is asked."""
    return [name for name in SUITES if not (name == "problems" and spec.decoding == "required")]


def _draw(items: Sequence[T], count: int, seed: int, where: Path) -> list[T]:
    pool = sorted((item for item in items if item.split == "test"), key=lambda item: item.id)
    if not pool:
        raise UserError(str(where), "no item of the test split")
    return sorted(
        generator(seed, "evaluation", where.stem).sample(pool, min(count, len(pool))), key=lambda item: item.id
    )
