"""The score table: suite by model with intervals, and paired differences against the best cheap baseline."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from markupsafe import Markup

from stages.report import numbers
from stages.report.plots import Score, intervals
from stages.report.templating import missing, render

CHEAP = ("base", "base_few_shot", "base_constrained")
"""Baselines that cost no training: the base model as it is, with examples in its prompt, under a grammar."""
SUITES = {
    "environments": "Held-out environments: every user turn must end in the goal's state, executed call by call.",
    "bfcl_simple": "BFCL simple Python, a public benchmark: one call with accepted values. Used for no training and no choice.",
    "problems": "Verifiable problems: the answer alone counts.",
}
MODELS = {
    "base": "as it came",
    "base_few_shot": "with two examples in the prompt",
    "base_constrained": "a grammar forces one valid call",
    "sft": "after supervised fine-tuning",
    "final": "chosen on dev, and held to words or valid calls",
    "final_free": "final without a grammar, as sft and base answer",
}


class Versus(NamedTuple):
    """A paired difference in shares, model minus other."""

    other: str
    difference: float
    low: float
    high: float
    p: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out no difference."""
        return self.low > 0 or self.high < 0


def suites(metrics: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Of scores' metrics those entries that are suites: model -> n, score, interval."""
    return {
        name: models
        for name, models in metrics.items()
        if isinstance(models, Mapping)
        and models
        and all(isinstance(one, Mapping) and {"n", "score", "low", "high"} <= one.keys() for one in models.values())
    }


def best_cheap(models: Mapping[str, Any]) -> str | None:
    """The cheap baseline with the highest score of a suite; of equals the simplest."""
    return max((name for name in CHEAP if name in models), key=lambda name: models[name]["score"], default=None)


def versus(models: Mapping[str, Any], model: str, other: str | None) -> Versus | None:
    """The paired difference between two models of a suite, where scores has it."""
    found = models[model].get("versus", {}).get(other) if model in models else None
    return Versus(str(other), *(float(found[key]) for key in ("difference", "low", "high", "p"))) if found else None


def section(metrics: Mapping[str, Any]) -> Markup:
    """Tables and plots of all suites, then the claims as `scores` judged them."""
    found = suites(metrics)
    if not found:
        return missing("scores")
    shown = []
    for name, models in found.items():
        best = best_cheap(models)
        rows = [_row(model, models, best) for model in _in_order(models)]
        plotted = [
            Score(model, one["score"], _finite(one["low"], 0.0), _finite(one["high"], 1.0), model not in CHEAP)
            for model in _in_order(models)
            for one in [models[model]]
        ]
        shown.append(
            {"name": name, "about": SUITES.get(name, ""), "best": best, "rows": rows, "plot": intervals(name, plotted)}
        )
    seen = {model: about for model, about in MODELS.items() if any(model in models for models in found.values())}
    return render("scores", suites=shown, models=seen, claims=claims(metrics.get("claims")))


def _in_order(models: Mapping[str, Any]) -> list[str]:
    known = [name for name in MODELS if name in models]
    return known + [name for name in models if name not in MODELS]


def _finite(value: float, instead: float) -> float:
    return value if math.isfinite(value) else instead


def _row(model: str, models: Mapping[str, Any], best: str | None) -> dict[str, Any]:
    one = models[model]
    against = versus(models, model, best) if model != best else None
    return {
        "model": model,
        "n": one["n"],
        "score": numbers.percent(one["score"]),
        "interval": numbers.interval(one["low"], one["high"]),
        "best": model == best,
        "strong": model not in CHEAP,
        "difference": numbers.points(against.difference) if against else None,
        "difference_interval": numbers.signed_interval(against.low, against.high) if against else None,
        "p": numbers.probability(against.p) if against else None,
        "beyond": bool(against and against.clear),
    }


def claims(found: Any) -> list[dict[str, Any]]:
    """Claims as rows: what is claimed, whether it held (None where that is not said), and the numbers beside it."""
    entries = found.items() if isinstance(found, Mapping) else ((str(i), one) for i, one in enumerate(found or [], 1))
    rows = []
    for name, entry in entries:
        fields = dict(entry) if isinstance(entry, Mapping) else {"holds": entry}
        held = next((fields.pop(key) for key in ("holds", "held", "passed", "met") if key in fields), None)
        words = next((fields.pop(key) for key in ("claim", "text", "what") if key in fields), None)
        seen = ", ".join(f"{key.replace('_', ' ')} {numbers.plain(value)}" for key, value in fields.items())
        rows.append({"claim": str(words or name.replace("_", " ")), "held": held, "seen": seen})
    return rows
