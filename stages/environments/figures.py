"""The figures of a catalogue, added up from those of its environments."""

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any


def metrics(built: Sequence[dict[str, Any]], rejected: int) -> dict[str, Any]:
    """metrics.json of the stage: counts and shares over all environments that passed."""
    tools = [item["tools"] for item in built]
    seeded, killed = _sum(built, "seeded"), _sum(built, "killed")
    train, held = _nouns(built, "train"), _nouns(built, "evaluation")
    return {
        "environments": len(built),
        "rejected": rejected,
        "tools": sum(tools),
        "tools_per_environment": {"least": min(tools), "median": median(tools), "most": max(tools)},
        "writing_share": round(_sum(built, "writing") / sum(tools), 4),
        "by_publisher": dict(Counter(item["publisher"] for item in built)),
        "by_use": dict(Counter(item["use"] for item in built)),
        "by_domain": dict(sorted(Counter(item["domain"] for item in built).items())),
        "by_verb": _added(built, "verbs"),
        "scenarios": _sum(built, "scenarios"),
        "gate_cases": _sum(built, "cases"),
        "mutation": {
            "seeded": seeded,
            "killed": killed,
            "score": round(killed / max(seeded, 1), 4),
            "equivalent": _sum(built, "equivalent"),
            "by_kind": _by_kind(built),
        },
        "nouns": {"train": len(train), "held_out": held, "held_out_seen_in_train": sorted(set(train) & set(held))},
        "left_out": _added(built, "left_out"),
        "coverage": round(sum(tools) / _sum(built, "operations"), 4),
        "coverage_by_api": {item["id"]: round(item["tools"] / item["operations"], 4) for item in built},
    }


def _sum(built: Sequence[dict[str, Any]], key: str) -> int:
    return sum(item[key] for item in built)


def _added(built: Sequence[dict[str, Any]], key: str) -> dict[str, int]:
    return dict(sorted(sum((Counter(item[key]) for item in built), Counter()).items()))


def _nouns(built: Sequence[dict[str, Any]], use: str) -> list[str]:
    """What people call the rows of all environments of one use."""
    return sorted({noun for item in built if item["use"] == use for noun in item["nouns"]})


def _by_kind(built: Sequence[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Seeded bugs over all environments by kind: places, seeded, killed."""
    kinds: dict[str, Counter[str]] = {}
    for item in built:
        for kind, counts in item["kinds"].items():
            kinds.setdefault(kind, Counter()).update(counts)
    return {kind: dict(counts) for kind, counts in sorted(kinds.items())}
