"""How long the dialogues are, what they call, and how hard the problems are."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from stages.core.engine.catalogue import Entry
from stages.core.records import Dialogue
from stages.report.plots import columns
from stages.report.templating import missing, render

SPLITS = {"train": "training dialogues", "dev": "dev tasks", "test": "held-out tasks"}
MOST = 9
"""Columns of a plot of whole numbers; larger ones share the last."""
VERBS = ("list", "get", "create", "update", "patch", "delete", "action")


def section(dialogues: Sequence[Dialogue], catalogue: Mapping[str, Entry], problems: Mapping[str, Any]) -> Markup:
    """Plots of user turns and calls by split, of what is called, and of difficulty (from that stage's metrics)."""
    plots: list[tuple[str, Markup]] = []
    for title, measure in (("user turns", turns), ("calls", calls)):
        for split, name in SPLITS.items():
            rows = [dialogue for dialogue in dialogues if dialogue.split == split]
            if rows:
                label = f"{title} a dialogue, {len(rows)} {name}"
                plots.append((label, columns(label, whole(measure(rows)))))
    if dialogues:
        label = "calls by what the tool does, all dialogues"
        plots.append((label, columns(label, verbs(dialogues, catalogue))))
    levels = difficulty(problems)
    if levels:
        label = f"difficulty of {sum(n for _, n in levels)} problems"
        plots.append((label, columns(label, levels)))
    absent = [word for word, there in (("trajectories", dialogues), ("difficulty", levels)) if not there]
    return render("distributions", plots=plots, absent=missing(*absent) if absent else "")


def turns(dialogues: Iterable[Dialogue]) -> list[int]:
    """User turns of each dialogue."""
    return [len(dialogue.turns) for dialogue in dialogues]


def calls(dialogues: Iterable[Dialogue]) -> list[int]:
    """Reference calls of each dialogue."""
    return [sum(len(turn.calls) for turn in dialogue.turns) for dialogue in dialogues]


def whole(values: Iterable[int]) -> list[tuple[str, int]]:
    """Every whole number from the smallest to the largest with how often it stands; what is above MOST in one."""
    counted = Counter(min(value, MOST) for value in values)
    if not counted:
        return []
    return [(f"{n}+" if n == MOST else str(n), counted[n]) for n in range(min(counted), max(counted) + 1)]


def verbs(dialogues: Iterable[Dialogue], catalogue: Mapping[str, Entry]) -> list[tuple[str, int]]:
    """How often each kind of tool is called."""
    kinds = {(name, tool.name): tool.verb for name, entry in catalogue.items() for tool in entry.environment.tools}
    counted = Counter(
        kinds.get((dialogue.environment, call.tool), "action")
        for dialogue in dialogues
        for turn in dialogue.turns
        for call in turn.calls
    )
    return [(verb, counted[verb]) for verb in VERBS if counted[verb]]


def difficulty(metrics: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Problems at each score from 1 to 5 over all families; empty when nothing was scored."""
    histogram = metrics.get("histogram", {})
    levels = [(str(level), sum(family.get(str(level), 0) for family in histogram.values())) for level in range(1, 6)]
    return levels if histogram else []
