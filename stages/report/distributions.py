"""How long the dialogues are, what they call, and how hard the problems are."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from stages.core.engine.catalogue import Entry
from stages.core.records import Dialogue
from stages.report.numbers import count
from stages.report.plots import columns
from stages.report.templating import missing, render

SPLITS = {"train": "training dialogues", "dev": "dev tasks", "test": "held-out tasks"}
MEASURES = {
    "turns": "user turns a dialogue, {n} {split}",
    "calls_a_turn": "calls a turn, {n} turns of {split}",
    "calls": "calls a dialogue, {n} {split}",
}
MOST = 9
"""Columns of a plot of whole numbers; larger ones share the last."""
CASES = {
    "plain": "plain",
    "missing_parameter": "no value",
    "missing_function": "no tool",
    "policy": "rule",
    "recovery": "failure",
    "no_call": "no call",
}
"""What a column has room for."""
VERBS = ("list", "get", "create", "update", "patch", "delete", "action")


def section(
    dialogues: Sequence[Dialogue],
    catalogue: Mapping[str, Entry],
    trajectories: Mapping[str, Any],
    problems: Mapping[str, Any],
) -> Markup:
    """Plots of lengths by split, of cases, of what is called, and of difficulty.

    `trajectories` and `problems` are the metrics of `trajectories` and `difficulty`.
    """
    plots: list[tuple[str, Markup]] = []
    found = trajectories.get("histograms", {})
    for measure, words in MEASURES.items():
        for split, name in SPLITS.items():
            counted = found.get(split, {}).get(measure, {})
            if counted:
                label = words.format(n=count(sum(counted.values())), split=name)
                plots.append((label, columns(label, whole(counted))))
    asked = cases(trajectories)
    if asked:
        label = f"cases, {count(sum(n for _, n in asked))} turns of all dialogues"
        plots.append((label, columns(label, asked)))
    if dialogues:
        label = "calls by what the tool does, all dialogues"
        plots.append((label, columns(label, verbs(dialogues, catalogue))))
    levels = difficulty(problems)
    if levels:
        label = f"difficulty of {sum(n for _, n in levels)} problems"
        plots.append((label, columns(label, levels)))
    absent = [word for word, there in (("trajectories", dialogues), ("difficulty", levels)) if not there]
    return render("distributions", plots=plots, absent=missing(*absent) if absent else "")


def whole(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    """Every whole number from the smallest to the largest with how often it stands; MOST and what is above it in one."""
    found: Counter[int] = Counter()
    for value, times in counted.items():
        found[min(int(value), MOST)] += times
    if not found:
        return []
    return [(f"{n}+" if n == MOST else str(n), found[n]) for n in range(min(found), max(found) + 1)]


def cases(trajectories: Mapping[str, Any]) -> list[tuple[str, int]]:
    """How many turns are plain and how many are hard, by what is hard about them; a new case stands under its own name."""
    counted = trajectories.get("all", {}).get("cases", {})
    return [
        (CASES.get(name, name), counted[name])
        for name in (*CASES, *sorted(set(counted) - set(CASES)))
        if name in counted
    ]


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
