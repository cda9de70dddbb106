"""How a stage runs: work in a private folder, pass the gate, then appear whole under data/<word>.

`main` is all that `stages/<word>/__main__.py` calls. The work folder is keyed by params, inputs and code, so a killed
run finds its `resume/` folder again and a changed parameter never does. DVC deletes an out before a stage starts:
nothing that must survive lives there.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from stages.core import jsonl
from stages.core.closure import code_hash
from stages.core.errors import UserError
from stages.core.lineage import file_hash, write_index, write_manifest
from stages.core.params import Section, load
from stages.core.records.base import Rejected, content_id

DATA = Path("data")
CACHE = Path(".cache")
RUNS = Path(".runs")


class Summary(NamedTuple):
    """What a run reports. `metrics` holds reproducible numbers only; seconds and money go to `spent`."""

    metrics: dict[str, Any]
    rejected: list[Rejected] = []
    spent: dict[str, float] = {}


Inputs = Mapping[str, Path]
"""Stage word -> its folder under data/."""
RunFunction = Callable[[Any, Inputs, Path], Summary]


def main(word: str, run: RunFunction, inputs: tuple[str, ...] = (), item: str | None = None) -> None:
    """Run a stage and exit: 0 when the artefact stands, 2 with one line for a user's mistake.

    Args:
        word: the stage's word.
        run: `run(params, inputs, out) -> Summary`; writes into `out` and nowhere else but `out.parent / "resume"`.
        inputs: words of the stages it reads; `evaluation/sft` names one item of a matrix.
        item: for a stage that DVC runs as a matrix, which one: the out is data/<word>/<item>.
    """
    try:
        execute(word, load(word), run, inputs, item)
    except UserError as error:
        print(f"{word}: {error}", file=sys.stderr)
        sys.exit(2)


def execute(
    word: str, params: Section, run: RunFunction, inputs: tuple[str, ...] = (), item: str | None = None
) -> Summary:
    """Do the work of `main` and return the summary. Raises UserError."""
    started, cpu = time.time(), time.process_time()
    folders = {name: DATA / name for name in inputs}
    for name, folder in folders.items():
        if not (folder / "manifest.json").is_file():
            raise UserError(str(folder), f"no finished artefact here; run the stage `{name}` first")
    place = "/".join(filter(None, (word, item)))
    used = {name: file_hash(folder / "manifest.json") for name, folder in folders.items()}
    settings = params.model_dump(mode="json")
    key = content_id("run", {"params": settings, "inputs": used, "code": code_hash(word), "item": item})
    work = CACHE / place / key
    out = work / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (work / "resume").mkdir(exist_ok=True)
    summary = run(params, folders, out)
    jsonl.write(out / "rejected.jsonl", summary.rejected)
    jsonl.write_json(out / "metrics.json", summary.metrics)
    write_index(out)
    write_manifest(out, {"params": settings, "inputs": used, "item": item})
    target = DATA / place
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    out.rename(target)
    shutil.rmtree(work, ignore_errors=True)
    RUNS.mkdir(exist_ok=True)
    times = os.times()
    jsonl.write_json(
        RUNS / f"{place.replace('/', '-')}.json",
        {
            "stage": place,
            "started": round(started, 1),
            "seconds": round(time.time() - started, 1),
            "cpu_seconds": round(time.process_time() - cpu + times.children_user + times.children_system, 1),
            "load": round(os.getloadavg()[0], 2),
            **summary.spent,
        },
    )
    return summary
