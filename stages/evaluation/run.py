"""One model on every suite -> `<suite>.jsonl`, one line an item: what passed, why not, and the model's own words."""

import time
from pathlib import Path

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.models import folder
from stages.core.params.evaluation import Model, Params
from stages.core.scoring.result import ItemResult
from stages.core.stage import Inputs, Summary
from stages.evaluation import suites


def only(params: Params, name: str) -> Params:
    """The params with one model: what its run sees, so that another model's entry changes no byte of it.

    Raises UserError for a model that params do not name.
    """
    if name not in params.models:
        raise UserError(f"model {name!r}", f"params.yaml: evaluation.models has {', '.join(params.models)}")
    return params.model_copy(update={"models": {name: params.models[name]}})


def inputs(params: Params) -> tuple[str, ...]:
    """The artefacts that the one model of `only` reads."""
    [spec] = params.models.values()
    return (Path(spec.folder).name, "environments", "trajectories", "problems")


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Ask the one model of `params.models`. A suite that a killed run finished is not asked again. Raises UserError."""
    [spec] = params.models.values()
    subject = _subject(spec, params, inputs)
    metrics, spent = {}, {}
    for name in suites.of(spec):
        kept = out.parent / "resume" / f"{name}.jsonl"
        if not kept.is_file():
            started = time.perf_counter()
            jsonl.write(kept, suites.SUITES[name](subject, params, inputs))
            spent[f"{name}_seconds"] = round(time.perf_counter() - started, 1)
        results = list(jsonl.read(kept, ItemResult))
        jsonl.write(out / kept.name, results)
        metrics[name] = summary(results)
    return Summary(metrics=metrics, spent=spent)


def summary(results: list[ItemResult]) -> dict:
    """Counts of one suite: items, passed, tokens read and written, and the reasons of what failed."""
    reasons = sorted(result.detail for result in results if not result.passed)
    return {
        "n": len(results),
        "passed": sum(result.passed for result in results),
        "prompt_tokens": sum(result.prompt_tokens for result in results),
        "new_tokens": sum(result.new_tokens for result in results),
        "failed": {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)},
    }


def _subject(spec: Model, params: Params, inputs: Inputs) -> suites.Subject:
    where = inputs[Path(spec.folder).name] / spec.model
    model = folder.load_model(where, dtype=params.dtype, threads=params.threads)
    return suites.Subject(model, folder.load_tokenizer(where), spec)
