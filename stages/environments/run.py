"""sources -> environments: each API recognised, compiled, given start states and judged; only what passes is kept.

Out: `<id>/environment.json`, `<id>/scenarios.jsonl`, `<id>/gate.json` for each environment of the catalogue. With an author
there are also environments that an LLM wrote, each with its `author.json`, and what was asked in `llm.jsonl`.

Every environment is also kept under .cache by the hash of what it depends on: of hundreds of APIs, one that changed is
built again and the others are taken as they are.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

from stages.core import jsonl
from stages.core.closure import code_hash
from stages.core.errors import UserError
from stages.core.params.environments import Params
from stages.core.progress import track
from stages.core.records import Api, Rejected
from stages.core.stage import Inputs, Summary
from stages.environments.authoring import author
from stages.environments.authoring.loop import Task
from stages.environments.built import Kept, build_once, figures, take
from stages.environments.figures import metrics
from stages.environments.held_out import nouns, unseen
from stages.environments.recognise import recognise
from stages.environments.shapes import ApiShape


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Build and judge every environment; raises UserError when too few pass."""
    workers = Parallel(n_jobs=os.cpu_count() or 1, return_as="generator")
    path = inputs["sources"] / "apis.jsonl"
    shapes = _shapes(path, params, workers)
    tasks = _tasks(path, shapes, params)
    rejected = [
        Rejected(id=s.id, reason="no_writing_tool" if s.tools else "no_entities", detail=str(s.left_out))
        for s in shapes
        if not _writes(s)
    ]
    kept = _kept_in(out)
    code = code_hash("environments")
    wanted = [shape for shape in shapes if _writes(shape)]
    # The largest first, so that no worker is left alone with it at the end; then back in the order of the sources.
    largest = sorted(range(len(wanted)), key=lambda place: -len(wanted[place].tools))
    made = workers(
        delayed(build_once)(wanted[place], params, _held(wanted[place], params), code, kept) for place in largest
    )
    finished: list[Kept] = list(track(made, "environments", "built and judged", total=len(wanted)))  # type: ignore[arg-type]
    results = [result for _, result in sorted(zip(largest, finished, strict=True), key=lambda pair: pair[0])]
    # A worker's CPU seconds count as ours once it has ended.
    get_reusable_executor().shutdown(wait=True)
    built = [result.figures for result in results if result.rejected is None]
    rejected += [result.rejected for result in results if result.rejected is not None]
    written = author.run(tasks, params.author, params, out) if params.author.method == "llm" else None
    if written is not None:
        built += [figures(made) for made in written.built]
        rejected += written.rejected
    tools = sum(item["tools"] for item in built)
    if len(built) < params.minimum.environments or tools < params.minimum.tools:
        first = f"; {rejected[0].id}: {rejected[0].reason}: {rejected[0].detail[:200]}" if rejected else ""
        raise UserError("environments", f"only {len(built)} environments with {tools} tools passed the gate{first}")
    for item in results:
        if item.rejected is None:
            take(item, out)
    _forget(kept, results)
    found = metrics(built, len(rejected)) | ({"author": written.metrics} if written else {})
    return Summary(metrics=found, rejected=rejected, spent=written.spent if written else {})


def _tasks(path: Path, shapes: Sequence[ApiShape], params: Params) -> list[Task]:
    """What an author is to write; nothing where there is none. Raises UserError."""
    if params.author.method != "llm":
        return []
    places = {shape.id: number for number, shape in enumerate(shapes)}
    unknown = [id for id in params.author.apis if id not in places]
    if unknown:
        raise UserError(f"params.yaml: environments.author.apis: {unknown[0]}", "no API of that id in sources")
    spans = jsonl.spans(path)
    described = [
        (jsonl.read_at(path, spans[places[id]], Api), {tool.operation for tool in shapes[places[id]].tools})
        for id in params.author.apis
    ]
    return author.tasks(params.author, described, params)


def _shapes(path: Path, params: Params, workers: Parallel) -> list[ApiShape]:
    """What each API means, held-out ones without the nouns that training has. Raises UserError."""
    spans = jsonl.spans(path)
    read = workers(delayed(_shape)(path, span, params) for span in spans)
    shapes: list[ApiShape] = list(track(read, "environments", "recognised", total=len(spans)))  # type: ignore[arg-type]
    named = {f"authored-{idea.id}" for idea in params.author.ideas} if params.author.method == "llm" else set()
    named |= {f"{id}-authored" for id in params.author.apis} if params.author.method == "llm" else set()
    unknown = sorted(set(params.held_out.apis) - {shape.id for shape in shapes} - named)
    if unknown:
        raise UserError(f"params.yaml: environments.held_out.apis: {unknown[0]}", "no API of that id in sources")
    train = nouns(shape for shape in shapes if not _held(shape, params))
    return [unseen(shape, train) if _held(shape, params) else shape for shape in shapes]


def _shape(path: Path, span: tuple[int, int], params: Params) -> ApiShape:
    return recognise(jsonl.read_at(path, span, Api), params.max_fields, params.rules)


def _writes(shape: ApiShape) -> bool:
    """Whether anything can be done in it: an environment that only shows has no goal to reach."""
    return any(tool.writes for tool in shape.tools)


def _held(shape: ApiShape, params: Params) -> bool:
    return shape.publisher in params.held_out.publishers or shape.id in params.held_out.apis


def _kept_in(out: Path) -> Path:
    """The folder of kept environments, beside the work folders of all runs; parts of a killed run go."""
    kept = out.parent.parent / "kept"
    kept.mkdir(exist_ok=True)
    for part in kept.glob(".part-*"):
        shutil.rmtree(part, ignore_errors=True)
    return kept


def _forget(kept: Path, results: Sequence[Kept]) -> None:
    """Drop what this run did not use, so that the folder holds one catalogue and not the history of all."""
    used = {result.folder.name for result in results}
    for folder in kept.iterdir():
        if folder.name not in used:
            shutil.rmtree(folder, ignore_errors=True)
