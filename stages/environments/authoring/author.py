"""Ask an LLM for environments: the talks about all of them go on at once, a round of questions at a time.

What passes lies in the artefact like any other environment, with `author.json` beside it: each step, what was wrong, what was
kept. What does not pass is rejected with its reason and never enters the catalogue.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.llm.asking import Asking
from stages.core.llm.request import Answer, Failure, Request
from stages.core.params.environments import Llm, Params
from stages.core.records import Api, Rejected, Source
from stages.environments.authoring import interface
from stages.environments.authoring.loop import Ask, Bounds, Outcome, Talk, Task, write
from stages.environments.authoring.written import About
from stages.environments.built import Built, put
from stages.environments.gate import Settings


class Authored(NamedTuple):
    """What came of it. `metrics` says what was asked, `spent` what this run paid for."""

    built: list[Built]
    rejected: list[Rejected]
    metrics: dict[str, Any]
    spent: dict[str, float]


def tasks(author: Llm, described: Sequence[tuple[Api, set[str]]], params: Params) -> list[Task]:
    """Everything that the author is to write: the ideas, then what the compiler left out of the APIs named.

    Args:
        author: who names both.
        described: those APIs, each with the operations that became tools.
        params: say what is held out.

    Raises:
        UserError: two things would have one id, or nothing of an API can be offered.
    """
    found = []
    for idea in author.ideas:
        id = f"authored-{idea.id}"
        source = Source(
            package="author",
            version=author.engine.model,
            path=idea.id,
            sha256=hashlib.sha256(idea.idea.encode()).hexdigest(),
            licence="as the model's terms say",
        )
        found.append(Task(About(id, idea.domain, "author", _use(id, "author", params), source, 0), idea.idea, None))
    for api, covered in described:
        proposal = interface.of_api(api, covered, author.tools)
        if proposal is None:
            raise UserError(
                f"params.yaml: environments.author.apis: {api.id}",
                "the compiler left out no operation that could be offered",
            )
        id = f"{api.id}-authored"
        about = About(id, api.domain, api.publisher, _use(id, api.publisher, params), api.source, len(api.operations))
        found.append(Task(about, f"{api.title}: {api.description}", proposal))
    ids = [task.about.id for task in found]
    for id in ids:
        if ids.count(id) > 1:
            raise UserError("params.yaml: environments.author", f"two things to write have the id {id}")
    return found


def _use(id: str, publisher: str, params: Params) -> Literal["train", "evaluation"]:
    held = publisher in params.held_out.publishers or id in params.held_out.apis
    return "evaluation" if held else "train"


def run(wanted: Sequence[Task], author: Llm, params: Params, out: Path) -> Authored:
    """Write them, and put what passed into `out`. Raises UserError from the engine (see `Asking.ask`)."""
    settings = Settings(params.seed, params.gate.mutants, params.gate.mutation_score)
    bounds = Bounds(author.tools, author.attempts, author.revisions)
    outcomes: dict[str, Outcome] = {}
    with Asking(author.engine, Path(), stage="environments", seed=params.seed) as asking:
        talks: dict[str, Talk] = {task.about.id: write(task, bounds, settings) for task in wanted}
        asked = {id: next(talk) for id, talk in talks.items()}
        while asked:
            replies = asking.ask([_request(ask, author, asking.model) for ask in asked.values()])
            for id, reply in zip(list(asked), replies, strict=True):
                _go_on(id, talks[id], reply, asked, outcomes)
        asking.export(out / "llm.jsonl")
        used, spent = asking.metrics(), asking.spent()
    built, rejected = [], []
    for task in wanted:
        outcome = outcomes[task.about.id]
        if outcome.version is None:
            rejected.append(Rejected(id=task.about.id, reason=outcome.reason, detail=outcome.detail))
            continue
        made = Built(outcome.version.environment, outcome.version.verdict.scenarios, outcome.version.verdict.gate)
        built.append(made)
        folder = out / task.about.id
        folder.mkdir()
        put(made, folder)
        jsonl.write_json(
            folder / "author.json", {"idea": task.idea, "model": author.engine.model, "steps": outcome.history}
        )
    revisions = sum(step["step"] == "revise" for outcome in outcomes.values() for step in outcome.history)
    return Authored(
        built, rejected, {"wanted": len(wanted), "passed": len(built), "revisions": revisions, **used}, spent
    )


def _go_on(id: str, talk: Talk, reply: Answer | Failure, asked: dict[str, Ask], outcomes: dict[str, Outcome]) -> None:
    try:
        asked[id] = talk.send(reply)
    except StopIteration as end:
        outcomes[id] = end.value
        del asked[id]


def _request(ask: Ask, author: Llm, model: str) -> Request:
    schema = {"name": ask.expected.__name__.lower(), "schema": ask.expected.model_json_schema()}
    return Request(
        model=model,
        messages=ask.messages,
        temperature=author.temperature,
        max_tokens=author.max_new_tokens,
        extra={"response_format": {"type": "json_schema", "json_schema": schema}} if author.structured else {},  # type: ignore[dict-item]
        sample=ask.sample,
    )
