"""Candidates from sft, rl and their merges, scored on dev -> `final/`, the best of them, and `choice.json`."""

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from stages.core import jsonl
from stages.core.engine import catalogue
from stages.core.errors import UserError
from stages.core.models import folder
from stages.core.params.merge import Linear, Params
from stages.core.records import CallItem, Dialogue, Problem
from stages.core.rollouts.play import PlaySettings
from stages.core.scoring import calls, environments, problems
from stages.core.scoring.result import ItemResult
from stages.core.seeds import generator
from stages.core.stage import Inputs, Summary
from stages.merge.choose import choose, undone
from stages.merge.methods.linear import linear
from stages.merge.methods.soup import soup
from stages.merge.stream import Combine, merge


class Dev(NamedTuple):
    """What every candidate is asked."""

    dialogues: list[Dialogue]
    calls: list[CallItem]
    problems: list[Problem]


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Write `final/` and `choice.json`. Raises UserError."""
    work = out.parent / "resume"
    dev = _dev(inputs, params)
    candidates = {"sft": inputs["sft"] / "model", "rl": inputs["rl"] / "model"}
    results = {name: _score(path, dev, inputs, params) for name, path in candidates.items()}
    without_rl = undone(results["sft"], results["rl"], params.worst_rl)
    for name, (sources, combine) in _merges(params, inputs).items():
        if without_rl and candidates["rl"] in sources:
            continue  # it could not be chosen, and a candidate costs a minute and more to ask
        candidates[name] = work / name
        merge(sources, candidates[name], combine)
        results[name] = _score(candidates[name], dev, inputs, params)
    choice = choose(results, without_rl)
    shutil.copytree(candidates[choice.chosen], out / "final")
    jsonl.write_json(out / "choice.json", choice._asdict())
    scores = {name: score["score"] for name, score in choice.candidates.items()}
    return Summary(metrics={"chosen": choice.chosen, "dev": scores, "n": len(results["sft"])})


def _merges(params: Params, inputs: Inputs) -> dict[str, tuple[list[Path], Combine]]:
    sft, rl = inputs["sft"] / "model", inputs["rl"] / "model"
    found: dict[str, tuple[list[Path], Combine]] = {}
    for method in params.methods:
        if isinstance(method, Linear):
            found |= {f"linear-{t:g}": ([sft, rl], partial(_between, t=t)) for t in method.t}
        else:
            early = sorted((inputs["sft"] / "checkpoints").glob("*"), key=lambda path: int(path.name))
            found["soup"] = ([sft, *early], soup)
    return found


def _between(tensors: Sequence, t: float):
    return linear(tensors[0], tensors[1], t)


def _dev(inputs: Inputs, params: Params) -> Dev:
    where = inputs["trajectories"] / "dialogues.jsonl"
    dialogues = [item for item in jsonl.read(where, Dialogue) if item.split == "dev"]
    if not dialogues:
        raise UserError(str(where), "no dialogue of the dev split to choose a model by")
    single = [item for item in jsonl.read(inputs["trajectories"] / "calls.jsonl", CallItem) if item.split == "dev"]
    asked = [item for item in jsonl.read(inputs["problems"] / "problems.jsonl", Problem) if item.split == "dev"]
    return Dev(
        _draw(dialogues, params.dialogues, params.seed, "dialogues"),
        _draw(single, params.calls, params.seed, "calls"),
        _draw(asked, params.problems, params.seed, "problems"),
    )


def _draw(items: list, count: int, seed: int, what: str) -> list:
    items = sorted(items, key=lambda item: item.id)
    return generator(seed, "merge", what).sample(items, min(count, len(items)))


def _score(path: Path, dev: Dev, inputs: Inputs, params: Params) -> list[ItemResult]:
    model = folder.load_model(path, threads=params.threads)
    tokenizer = folder.load_tokenizer(path)
    held = catalogue.environments(catalogue.load(inputs["environments"]), (one.environment for one in dev.dialogues))
    settings = PlaySettings(params.max_calls_per_turn, params.max_new_tokens, params.batch_size)
    how = params.decoding
    results = environments.score(model, tokenizer, dev.dialogues, held, settings, decoding=how, stage="merge")
    tokens, size = params.max_new_tokens, params.batch_size
    if dev.calls:
        results += calls.score(
            model, tokenizer, dev.calls, max_new_tokens=tokens, batch_size=size, decoding=how, stage="merge"
        )
    if dev.problems:
        results += problems.score(model, tokenizer, dev.problems, max_new_tokens=tokens, batch_size=size, stage="merge")
    return results
