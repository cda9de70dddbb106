"""What is wrong with an environment, sorted: what hides other mistakes comes first."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

LAYERS = ("interface", "schema", "program", "load", "refused", "case", "claim", "coverage", "mutation")
"""From what must be mended first to what can only be seen when all else is right."""
TOLD = 24
"""Mistakes of one verdict that are told back."""


class Mistake(NamedTuple):
    """One thing that is wrong. `layer` is one of LAYERS, `place` a table, tool, scenario or case, `what` one line."""

    layer: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.layer}: {self.place}: {self.what}"


def told(mistakes: Iterable[Mistake]) -> list[str]:
    """The mistakes as lines, the gravest first; of one kind at one place the first, with how many more there are."""
    ranked = sorted(mistakes, key=lambda one: LAYERS.index(one.layer))
    counts = Counter((one.layer, one.place) for one in ranked)
    lines = {}
    for one in ranked:
        more = counts[one.layer, one.place] - 1
        lines.setdefault((one.layer, one.place), f"{one}{f' (and {more} more there)' if more else ''}")
    shown = list(lines.values())
    return shown[:TOLD] + ([f"and {len(shown) - TOLD} more"] if len(shown) > TOLD else [])
