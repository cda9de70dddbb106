"""Everything the graph has made so far -> `index.html`, one page that opens offline.

The stages it reads are those that dvc.yaml names among this stage's deps; what is not named there is said to be
missing on the page. `.runs` and the machine are looked at too, for the cost: that part differs from run to run.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel

from stages.core import jsonl
from stages.core.engine import catalogue
from stages.core.errors import UserError
from stages.core.params.report import Params
from stages.core.records import Dialogue, Rejected
from stages.core.scoring.result import ItemResult
from stages.core.stage import RUNS, Inputs, Summary
from stages.report import cost
from stages.report.graph import Reads, reads
from stages.report.material import Material, Part, Replayed
from stages.report.page import page
from stages.report.replay import replay

GRAPH, PARAMS, CPU = Path("dvc.yaml"), Path("params.yaml"), Path("/proc/cpuinfo")
OWN = "evaluation/final"
R = TypeVar("R", bound=BaseModel)


def declared(path: Path) -> tuple[str, ...]:
    """The artefacts that dvc.yaml has this stage depend on (`trajectories`, `evaluation/final`).

    Empty when the file cannot be read: `run` then says so in one line.
    """
    try:
        stage = _document(path).get("stages", {}).get("report", {})
    except UserError:
        return ()
    return tuple(dep.removeprefix("data/") for dep in stage.get("deps", []) if str(dep).startswith("data/"))


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Write `index.html`. Raises UserError for a file that cannot be read."""
    material = gather(inputs)
    # A lone surrogate in a model's words has no UTF-8; as a character reference it shows as the odd thing it is.
    (out / "index.html").write_bytes(page(material, params).encode("utf-8", "xmlcharrefreplace"))
    shown = sum(dialogue.split == "train" for dialogue in material.dialogues)
    return Summary(
        metrics={
            "read": sorted(material.parts),
            "dialogues": material.replayed.dialogues,
            "replayed": material.replayed.dialogues - len(material.replayed.problems),
            "dialogues_shown": min(shown, params.dialogues),
            "own_shown": min(len(material.own), params.own),
        },
        rejected=[Rejected(id=text.split(":")[0], reason="not_replayed", detail=text) for text in material.replayed.problems],
    )  # fmt: skip


def gather(inputs: Inputs) -> Material:
    """Read what the stages made. Raises UserError."""
    environments = catalogue.load(inputs["environments"]) if "environments" in inputs else {}
    dialogues = _records(inputs, "trajectories", "dialogues.jsonl", Dialogue)
    return Material(
        graph=_graph(),
        parts={word: _part(folder) for word, folder in inputs.items()},
        catalogue=environments,
        choices={row["id"]: row.get("reason", "") for row in _rows(inputs, "sources", "choices.jsonl")},
        dialogues=dialogues,
        replayed=replay(environments, dialogues) if environments else Replayed(0, ()),
        choice=_json(inputs["merge"] / "choice.json") if "merge" in inputs else None,
        own=_records(inputs, OWN, "environments.jsonl", ItemResult),
        runs=tuple(_json(path) for path in sorted(RUNS.glob("*.json"))),
        machine=cost.machine(CPU.read_text("utf-8", "replace") if CPU.is_file() else ""),
    )


def _part(folder: Path) -> Part:
    return Part(
        metrics=_json(folder / "metrics.json"),
        rejected=tuple(jsonl.read(folder / "rejected.jsonl", Rejected)),
        params=_json(folder / "manifest.json").get("params", {}),
    )


def _graph() -> Reads:
    document = _document(GRAPH)
    if "report" not in document.get("stages", {}):
        raise UserError(f"{GRAPH}: stages.report", "this stage is not on the graph")
    return reads(document, _document(PARAMS))


def _document(path: Path) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError):
        raise UserError(str(path), "no readable YAML file here; run from the project's folder") from None
    if not isinstance(found, dict):
        raise UserError(str(path), "not a document with sections")
    return found


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        raise UserError(str(path), "no readable JSON file here") from None
    if not isinstance(found, dict):
        raise UserError(str(path), "not a JSON object")
    return found


def _records(inputs: Inputs, word: str, name: str, kind: type[R]) -> tuple[R, ...]:
    return tuple(jsonl.read(inputs[word] / name, kind)) if word in inputs else ()


def _rows(inputs: Inputs, word: str, name: str) -> list[dict[str, Any]]:
    path = inputs[word] / name if word in inputs else None
    if path is None or not path.is_file():
        return []
    try:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    except ValueError:
        raise UserError(str(path), "not JSON Lines") from None
