"""Counts and rejections: every number a stage reports, and every row it refused by reason."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from stages.core.records import Rejected
from stages.report.environments import top
from stages.report.material import Part
from stages.report.numbers import plain
from stages.report.templating import missing, render

LONG = 200
"""Characters of a rejected row's detail that the page shows."""


def section(parts: Mapping[str, Part], most: int) -> Markup:
    """One block a stage, in the order given; `most` reasons are spelled out in each."""
    if not parts:
        return missing("every stage")
    blocks = [
        {
            "word": word,
            "numbers": list(flat(part.metrics)),
            "refused": len(part.rejected),
            "reasons": reasons(part.rejected, most),
        }
        for word, part in parts.items()
    ]
    return render("counts", blocks=blocks)


def flat(metrics: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """(dotted name, value as text) of every number of a nested document; a long series is told by its ends."""
    for key, value in metrics.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{name}.")
        elif isinstance(value, list | tuple):
            yield name, _series(value)
        else:
            yield name, plain(value)


def _series(values: list | tuple) -> str:
    if len(values) <= 8:
        return ", ".join(plain(value) for value in values) or "none"
    return f"{len(values)} values, {plain(values[0])} to {plain(values[-1])}"


def reasons(rejected: tuple[Rejected, ...], most: int) -> list[dict[str, Any]]:
    """Reasons by how often they were given, each with its share of the most frequent one and a first example."""
    counted = top(Counter(row.reason for row in rejected), most)
    highest = max((n for _, n in counted), default=1)
    first = {row.reason: row for row in reversed(rejected)}
    return [
        {
            "code": code,
            "count": n,
            "share": n / highest,
            "id": first[code].id if code in first else "",
            "detail": first[code].detail[:LONG] if code in first else "",
        }
        for code, n in counted
    ]
