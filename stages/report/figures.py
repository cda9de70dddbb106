"""A few words of numbers for each stage: what stands in its box on the graph."""

from collections.abc import Callable, Mapping
from typing import Any

from stages.report.numbers import count
from stages.report.scores import suites

Metrics = Mapping[str, Any]


def _millions(metrics: Metrics) -> str:
    return f"{metrics['parameters'] / 1e6:.0f}M parameters"


FIGURES: dict[str, Callable[[Metrics], str]] = {
    "sources": lambda metrics: f"{count(metrics['apis'])} APIs",
    "base": _millions,
    "environments": lambda metrics: f"{count(metrics['tools'])} tools",
    "toolgraph": lambda metrics: f"{count(metrics['chains'])} chains",
    "trajectories": lambda metrics: f"{count(metrics['all']['dialogues'])} dialogues",
    "problems": lambda metrics: f"{count(metrics['problems'])} problems",
    "sft": lambda metrics: f"{count(metrics['steps'])} steps",
    "rl": lambda metrics: f"{count(metrics['generations'])} generations",
    "merge": lambda metrics: f"final is {metrics['chosen']}",
    "scores": lambda metrics: f"{len(suites(metrics))} suites",
}


def figures(metrics: Mapping[str, Metrics]) -> dict[str, str]:
    """Stage word -> its figure; a stage whose metrics do not have the number is left out."""
    found = {}
    for word, make in FIGURES.items():
        try:
            found[word] = make(metrics[word])
        except (KeyError, TypeError):
            continue  # the stage has made nothing, or it reports other numbers: its box shows the word alone
    return found
