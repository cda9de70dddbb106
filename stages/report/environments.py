"""The environments section: what each was built from, what the gate said of it, and what the compiler refused."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from stages.core.engine.catalogue import Entry
from stages.core.engine.joint import parts
from stages.core.records import Dialogue, Rejected
from stages.report.templating import missing, render
from stages.report.transcripts import Line

LONGEST = 600
"""Characters of one result in a sample session."""
PUBLISHERS = {
    "google": "Google",
    "aws": "AWS",
    "jupyter": "Jupyter",
    "python": "Python",
    "user": "yours",
    "author": "an LLM",
}
ROLES = {
    "train": "training",
    "dev": "choosing (dev)",
    "test": "held-out evaluation",
    "evaluation": "held out, without a task",
}


def role(entry: Entry, splits: Iterable[str]) -> str:
    """What an environment serves: the split of its dialogues, else what the catalogue says of it."""
    return next(iter(sorted(set(splits))), entry.environment.use)


def section(
    catalogue: Mapping[str, Entry],
    dialogues: Iterable[Dialogue],
    choices: Mapping[str, str],
    rejected: Iterable[Rejected],
    most: int,
) -> Markup:
    """One row an environment, training side first, then each in full.

    Args:
        catalogue: environments with their verdicts.
        dialogues: of all splits; they are counted (one on a join for each part), and say which environments serve dev.
        choices: environment id -> why its API was chosen.
        rejected: APIs that gave no environment.
        most: reasons spelled out for one environment.
    """
    if not catalogue:
        return missing("environments")
    by_environment: dict[str, list[Dialogue]] = {}
    for dialogue in dialogues:
        for name in parts(dialogue.environment):
            by_environment.setdefault(name, []).append(dialogue)
    rows = [_row(entry, by_environment.get(name, []), choices.get(name, ""), most) for name, entry in catalogue.items()]
    rank = list(ROLES)
    rows.sort(key=lambda row: (rank.index(row["role"]), row["publisher"], row["title"]))
    total: Counter[str] = sum((Counter(entry.environment.left_out) for entry in catalogue.values()), Counter())
    return render(
        "environments",
        rows=rows,
        told=bool(by_environment),
        roles=ROLES,
        rejected=list(rejected),
        left_out=top(total, most),
        checks=_checks(catalogue),
    )


def top(counts: Mapping[str, int], most: int) -> list[tuple[str, int]]:
    """The largest counts with their codes, zeros left out; what is beyond `most` is summed as `and_others`."""
    ranked = sorted(((code, n) for code, n in counts.items() if n), key=lambda pair: (-pair[1], pair[0]))
    rest = sum(n for _, n in ranked[most:])
    return ranked[:most] + ([("and_others", rest)] if rest else [])


def _row(entry: Entry, dialogues: list[Dialogue], why: str, most: int) -> dict[str, Any]:
    environment, gate = entry.environment, entry.gate
    checks = gate.get("checks", {})
    return {
        "id": environment.id,
        "title": environment.title,
        "description": environment.description,
        "publisher": PUBLISHERS.get(environment.publisher, environment.publisher),
        "role": role(entry, (dialogue.split for dialogue in dialogues)),
        "domain": environment.domain,
        "why": why,
        "source": environment.source,
        "tools": environment.tools,
        "writing": sum(tool.writes for tool in environment.tools),
        "tables": environment.tables,
        "operations": environment.operations,
        "scenarios": len(entry.scenarios),
        "passed": bool(gate.get("passed")),
        "authored": gate.get("expected") == "author",
        "cases": sum(check["cases"] for check in checks.values()),
        "checks": len(checks),
        "mutation": gate.get("mutation", {"seeded": 0, "killed": 0, "score": 0.0, "survivors": []}),
        "dialogues": len(dialogues),
        "left_out": top(environment.left_out, most),
        "session": session(gate.get("session", ())),
    }


def session(calls: Iterable[Mapping[str, Any]]) -> list[Line]:
    """The gate's sample session, a call and what came of it in turn."""
    shown = []
    for call in calls:
        shown.append(Line("call", _json(call["arguments"]), call["tool"]))
        failed = "error" in call
        came = {"error": call["error"], "message": call["message"]} if failed else call["value"]
        shown.append(Line("error" if failed else "result", _json(came)))
    return shown


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}\u2026"


def _checks(catalogue: Mapping[str, Entry]) -> list[tuple[str, int, int]]:
    """Each check of the gate with its cases and the environments it was tried on, all of them taken together."""
    cases: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for entry in catalogue.values():
        for name, check in entry.gate.get("checks", {}).items():
            cases[name] += check["cases"]
            places[name] += 1
    return [(name, cases[name], places[name]) for name in sorted(cases)]
