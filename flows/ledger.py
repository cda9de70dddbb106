"""How long each stage takes: what this machine measured last (.runs), else what the reference run measured."""

import json
from pathlib import Path

REFERENCE = Path("docs/results/ledger.json")
RUNS = Path(".runs")


def expected() -> dict[str, float]:
    """Stage name (`evaluation@sft`) -> seconds. Empty where nothing was ever measured."""
    seconds: dict[str, float] = {}
    if REFERENCE.is_file():
        seconds.update({name: row["seconds"] for name, row in json.loads(REFERENCE.read_text())["stages"].items()})
    for path in sorted(RUNS.glob("*.json")):
        run = json.loads(path.read_text())
        seconds[run["stage"].replace("/", "@")] = run["seconds"]
    return seconds


def spent() -> dict[str, dict]:
    """The last run of every stage on this machine, as `.runs/<stage>.json` has it."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(RUNS.glob("*.json"))}
