"""sources -> environments: each API recognised, compiled, given start states and judged; only what passes is kept.

Out: `<id>/environment.json`, `<id>/scenarios.jsonl`, `<id>/gate.json` for each environment of the catalogue.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.params.environments import Params
from stages.core.records import Api, Environment, Rejected, Scenario
from stages.core.stage import Inputs, Summary
from stages.environments.compile import compile
from stages.environments.gate import Settings, failing, judge
from stages.environments.held_out import nouns, unseen
from stages.environments.labels import NoValue
from stages.environments.recognise import recognise
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape


class Built(NamedTuple):
    """An environment with its start states and verdict."""

    environment: Environment
    scenarios: list[Scenario]
    gate: dict[str, Any]


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Build and judge every environment; raises UserError when too few pass."""
    apis = list(jsonl.read(inputs["sources"] / "apis.jsonl", Api))
    unknown = sorted(set(params.held_out.apis) - {api.id for api in apis})
    if unknown:
        raise UserError(f"params.yaml: environments.held_out.apis: {unknown[0]}", "no API of that id in sources")
    shapes = [recognise(api, params.max_fields) for api in apis]
    held = {shape.id for shape in shapes if _held(shape, params)}
    train = nouns(shape for shape in shapes if shape.id not in held)
    shapes = [unseen(shape, train) if shape.id in held else shape for shape in shapes]
    rejected = [Rejected(id=s.id, reason="no_entities", detail=str(s.left_out)) for s in shapes if not s.tools]
    # Whole environments go to the workers and come back in order: the same bytes whatever their number.
    results = Parallel(n_jobs=os.cpu_count() or 1)(
        delayed(build)(shape, params, shape.id in held) for shape in shapes if shape.tools
    )
    # A worker's CPU seconds count as ours once it has ended.
    get_reusable_executor().shutdown(wait=True)
    built = [result for result in results if isinstance(result, Built)]
    rejected += [result for result in results if isinstance(result, Rejected)]
    tools = sum(len(item.environment.tools) for item in built)
    if len(built) < params.minimum.environments or tools < params.minimum.tools:
        first = f"; {rejected[0].id}: {rejected[0].reason}: {rejected[0].detail[:200]}" if rejected else ""
        raise UserError("environments", f"only {len(built)} environments with {tools} tools passed the gate{first}")
    for item in built:
        folder = out / item.environment.id
        folder.mkdir()
        (folder / "environment.json").write_text(
            item.environment.model_dump_json(by_alias=True, indent=1) + "\n", "utf-8"
        )
        jsonl.write(folder / "scenarios.jsonl", item.scenarios)
        jsonl.write_json(folder / "gate.json", item.gate)
    return Summary(metrics=_metrics(built, rejected), rejected=rejected)


def _held(shape: ApiShape, params: Params) -> bool:
    return shape.publisher in params.held_out.publishers or shape.id in params.held_out.apis


def build(shape: ApiShape, params: Params, held: bool) -> Built | Rejected:
    """One environment from its shape, or why it was refused."""
    counts = params.scenarios.model_dump()
    try:
        scenarios = loadable(shape, params.seed, counts)
    except NoValue as error:
        return Rejected(id=shape.id, reason="no_value", detail=str(error))
    fullest = max(scenarios, key=lambda scenario: sum(map(len, scenario.tables.values())))
    scenarios += refused(shape, fullest, counts["refused"])
    environment = compile(shape, "evaluation" if held else "train")
    settings = Settings(params.seed, params.gate.mutants, params.gate.mutation_score)
    gate = judge(shape, environment, scenarios, settings)
    if not gate["passed"]:
        check, detail = failing(gate)
        return Rejected(id=shape.id, reason=f"gate_{check}", detail=detail)
    return Built(environment, scenarios, gate)


def _metrics(built: list[Built], rejected: list[Rejected]) -> dict[str, Any]:
    environments = [item.environment for item in built]
    tools = [tool for environment in environments for tool in environment.tools]
    left_out = sum((Counter(environment.left_out) for environment in environments), Counter())
    seeded = sum(item.gate["mutation"]["seeded"] for item in built)
    equivalent = sum(len(item.gate["mutation"]["equivalent"]) for item in built)
    train, held = _nouns(environments, "train"), _nouns(environments, "evaluation")
    return {
        "environments": len(built),
        "rejected": len(rejected),
        "tools": len(tools),
        "writing_share": round(sum(tool.writes for tool in tools) / len(tools), 4),
        "by_publisher": dict(Counter(environment.publisher for environment in environments)),
        "by_use": dict(Counter(environment.use for environment in environments)),
        "scenarios": sum(len(item.scenarios) for item in built),
        "gate_cases": sum(check["cases"] for item in built for check in item.gate["checks"].values()),
        "mutation": {
            "seeded": seeded,
            "killed": sum(item.gate["mutation"]["killed"] for item in built),
            "score": round(sum(item.gate["mutation"]["killed"] for item in built) / max(seeded, 1), 4),
            "equivalent": equivalent,
            "by_kind": _by_kind(built),
        },
        "nouns": {"train": len(train), "held_out": held, "held_out_seen_in_train": sorted(set(train) & set(held))},
        "left_out": dict(sorted(left_out.items())),
        "coverage": round(len(tools) / sum(environment.operations for environment in environments), 4),
    }


def _nouns(environments: list[Environment], use: str) -> list[str]:
    """What people call the rows of all environments of one use."""
    return sorted({table.noun.lower() for e in environments if e.use == use for table in e.tables})


def _by_kind(built: list[Built]) -> dict[str, dict[str, int]]:
    """Seeded bugs over all environments by kind: places, seeded, killed."""
    kinds: dict[str, Counter[str]] = {}
    for item in built:
        for kind, counts in item.gate["mutation"]["kinds"].items():
            kinds.setdefault(kind, Counter()).update(counts)
    return {kind: dict(counts) for kind, counts in sorted(kinds.items())}
