"""Training curves: every series that sft and rl report, drawn in the order of training."""

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from stages.report.plots import curve
from stages.report.templating import missing, render

SHORTEST = 3
"""A series with fewer values is no curve."""
LISTS = ("checkpoints",)
"""Lists that are no series over steps."""


def section(metrics: Mapping[str, Mapping[str, Any]]) -> Markup:
    """Curves of each stage in `metrics` (word -> its metrics; empty where the stage has made nothing)."""
    plots = [
        (f"{word}: {name.replace('_', ' ')}", curve(f"{word} {name}", values))
        for word, found in metrics.items()
        for name, values in series(found)
    ]
    absent = [word for word, found in metrics.items() if not found]
    return render("training", plots=plots, absent=missing(*absent) if absent else "")


def series(metrics: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, list[float]]]:
    """(name, values) of every list of numbers in a stage's metrics that has a value a step."""
    for key, value in metrics.items():
        if isinstance(value, Mapping):
            yield from series(value, f"{before}{key} ")
        elif (
            isinstance(value, list)
            and len(value) >= SHORTEST
            and key not in LISTS
            and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value)
        ):
            yield f"{before}{key}", value
