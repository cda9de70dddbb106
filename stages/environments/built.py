"""One environment, built and judged: kept by the hash of all it depends on, so that it is never built twice.

A kept folder holds `environment.json`, `scenarios.jsonl`, `gate.json` and `figures.json`, or `rejected.json` alone. It
appears by a rename, so a killed run leaves none half-written, and the next one goes on where it stopped.
"""

import json
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from stages.core import jsonl
from stages.core.params.environments import Params
from stages.core.records import Environment, Rejected, Scenario, content_id
from stages.environments.compile import compile
from stages.environments.gate import Settings, failing, judge
from stages.environments.labels import NoValue
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape

PARTS = ("environment.json", "scenarios.jsonl", "gate.json")


class Built(NamedTuple):
    """An environment with its start states and verdict."""

    environment: Environment
    scenarios: list[Scenario]
    gate: dict[str, Any]


class Kept(NamedTuple):
    """Where an environment lies and what metrics count of it; or why there is none."""

    id: str
    folder: Path
    figures: dict[str, Any]
    rejected: Rejected | None


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


def build_once(shape: ApiShape, params: Params, held: bool, code: str, kept: Path) -> Kept:
    """The environment of `shape`: taken from `kept` where it was built before, else built and put there.

    Args:
        shape: what the API means.
        params: seed, start states and the gate's strictness count; so does `held`.
        held: whether it serves evaluation only.
        code: hash of the stage's code: a changed rule never meets an old environment.
        kept: the folder of kept environments; it must exist.
    """
    settings = params.model_dump(mode="json", include={"seed", "scenarios", "gate"})
    key = content_id("built", {"shape": shape.model_dump(mode="json"), "held": held, "code": code} | settings)
    folder = kept / key
    if not folder.is_dir():
        made = Path(tempfile.mkdtemp(prefix=".part-", dir=kept))
        write(build(shape, params, held), made)
        try:
            made.rename(folder)
        except OSError:
            # Another run of the same stage was quicker; its bytes are the same.
            shutil.rmtree(made)
    if (folder / "rejected.json").is_file():
        text = (folder / "rejected.json").read_text("utf-8")
        return Kept(shape.id, folder, {}, Rejected.model_validate_json(text))
    return Kept(shape.id, folder, json.loads((folder / "figures.json").read_text("utf-8")), None)


def write(made: Built | Rejected, folder: Path) -> None:
    """Put an environment's files, or why there is none, into an empty folder."""
    if isinstance(made, Rejected):
        (folder / "rejected.json").write_text(made.model_dump_json() + "\n", "utf-8")
        return
    put(made, folder)
    jsonl.write_json(folder / "figures.json", figures(made))


def put(made: Built, folder: Path) -> None:
    """Write an environment's PARTS into an empty folder."""
    text = made.environment.model_dump_json(by_alias=True, indent=1)
    (folder / "environment.json").write_text(text + "\n", "utf-8")
    jsonl.write(folder / "scenarios.jsonl", made.scenarios)
    jsonl.write_json(folder / "gate.json", made.gate)


def take(kept: Kept, out: Path) -> None:
    """Copy a kept environment into the artefact."""
    folder = out / kept.id
    folder.mkdir()
    for name in PARTS:
        shutil.copyfile(kept.folder / name, folder / name)


def figures(built: Built) -> dict[str, Any]:
    """What metrics add up of one environment."""
    environment, mutation = built.environment, built.gate["mutation"]
    return {
        "id": environment.id,
        "domain": environment.domain,
        "publisher": environment.publisher,
        "use": environment.use,
        "operations": environment.operations,
        "left_out": environment.left_out,
        "nouns": sorted({table.noun.lower() for table in environment.tables}),
        "tools": len(environment.tools),
        "writing": sum(tool.writes for tool in environment.tools),
        "verbs": dict(sorted(Counter(tool.verb for tool in environment.tools).items())),
        "scenarios": len(built.scenarios),
        "cases": sum(check["cases"] for check in built.gate["checks"].values()),
        "seeded": mutation["seeded"],
        "killed": mutation["killed"],
        "equivalent": len(mutation["equivalent"]),
        "kinds": mutation["kinds"],
    }
