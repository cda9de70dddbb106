"""What it cost: seconds, processor time and load of each stage's last run here. The one part that no rerun repeats."""

import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from stages.report.numbers import duration, plain
from stages.report.templating import render

BUSY = 0.5
"""Processes beyond the cores from which a machine counts as busy."""
KNOWN = ("stage", "started", "seconds", "cpu_seconds", "load")


def machine(cpuinfo: str) -> dict[str, Any]:
    """This machine in a few words; `cpuinfo` is the text of /proc/cpuinfo, empty where there is none."""
    names = [line.partition(":")[2].strip() for line in cpuinfo.splitlines() if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _beside(run: Mapping[str, Any], cores: int) -> Iterator[str]:
    if run["load"] > cores + BUSY:
        yield "the machine was busy"
    yield from (f"{name.replace('_', ' ')} {plain(value)}" for name, value in run.items() if name not in KNOWN)


def section(runs: Iterable[Mapping[str, Any]], machine: Mapping[str, Any], order: Sequence[str]) -> Markup:
    """One row a run, in the graph's order, and their sum."""
    place = {word: index for index, word in enumerate(order)}
    listed = sorted(runs, key=lambda run: (place.get(run["stage"].split("/")[0], len(place)), run["stage"]))
    rows = [
        {
            "stage": run["stage"],
            "seconds": duration(run["seconds"]),
            "cpu": duration(run["cpu_seconds"]),
            "load": f"{run['load']:.1f}",
            "more": ", ".join(_beside(run, machine["cores"])),
        }
        for run in listed
    ]
    total = {
        "seconds": duration(sum(run["seconds"] for run in listed)),
        "cpu": duration(sum(run["cpu_seconds"] for run in listed)),
    }
    return render("cost", rows=rows, total=total, machine=machine)
