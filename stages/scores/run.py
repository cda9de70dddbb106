"""Every model's items, suite by suite -> metrics.json (scores, intervals, paired differences, claims) and items.jsonl."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.params.scores import Params
from stages.core.records import Record
from stages.core.scoring.result import ItemResult
from stages.core.stage import Inputs, Summary
from stages.scores.claims import judge
from stages.scores.compare import table


class Row(Record):
    """One item of one suite: who passed it. `id` is suite and item."""

    id: str
    parents: tuple[str, ...]
    """The item's own id: a dialogue, a problem, or the benchmark's."""
    cluster: str
    passed: dict[str, bool]


def inputs(params: Params) -> tuple[str, ...]:
    """The artefacts that are compared."""
    return tuple(f"evaluation/{name}" for name in params.models)


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Compare the models. Raises UserError if there is nothing to compare or two models were not asked the same."""
    suites = gather({name: inputs[f"evaluation/{name}"] for name in params.models})
    if not suites:
        raise UserError("data/evaluation", "no model was asked anything")
    tables = {}
    for suite, results in suites.items():
        try:
            tables[suite] = table(results, params.level)
        except ValueError as error:
            raise UserError(f"data/evaluation: {suite}", str(error)) from None
    jsonl.write(out / "items.jsonl", (row for suite, results in suites.items() for row in rows(suite, results)))
    return Summary(metrics={**tables, "claims": judge(tables, params)})


def gather(folders: Mapping[str, Path]) -> dict[str, dict[str, list[ItemResult]]]:
    """Suite -> model -> results in order of id, from each model's `<suite>.jsonl`; a model may lack a suite.

    Raises UserError for a suite without items.
    """
    found: dict[str, dict[str, list[ItemResult]]] = {}
    for name, folder in folders.items():
        for path in sorted(folder.glob("*.jsonl")):
            if path.name == "rejected.jsonl":
                continue
            results = sorted(jsonl.read(path, ItemResult), key=lambda result: result.id)
            if not results:
                raise UserError(str(path), "no items")
            found.setdefault(path.stem, {})[name] = results
    return dict(sorted(found.items()))


def rows(suite: str, results: Mapping[str, Sequence[ItemResult]]) -> list[Row]:
    """One row an item of the suite."""
    passed = {name: {item.id: item.passed for item in items} for name, items in results.items()}
    first = next(iter(results.values()))
    return [
        Row(
            id=f"{suite}/{item.id}",
            parents=(item.id,),
            cluster=item.cluster,
            passed={name: held[item.id] for name, held in passed.items()},
        )
        for item in first
    ]
