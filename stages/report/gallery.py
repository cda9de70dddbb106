"""A catalogue as one page: `python -m stages.report.gallery data/environments data/sources --out gallery.html`.

Domains, verbs and sizes, which APIs were not taken and why, every environment with its verdict, its tools and a sample
session. It needs nothing but the two artefacts, so the catalogue of hundreds has one too.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from markupsafe import Markup

from stages.core import jsonl
from stages.core.engine import catalogue
from stages.core.engine.catalogue import Entry
from stages.core.errors import UserError
from stages.core.records import Rejected
from stages.report import environments
from stages.report.plots import columns
from stages.report.templating import render

STEPS = (1, 5, 10, 20, 30, 40, 60, 80, 120)
"""Where the columns of tools an environment begin."""
REASONS = 12


def gallery(
    entries: Mapping[str, Entry],
    choices: Mapping[str, str],
    explored: Sequence[Mapping[str, Any]],
    rejected: Sequence[Rejected],
) -> str:
    """The whole page.

    Args:
        entries: the environments.
        choices: environment id -> why its API was chosen.
        explored: lines of exploration.jsonl; empty where nothing was explored.
        rejected: APIs that gave no environment.
    """
    sections = [
        ("summary", "What there is", _summary(entries)),
        ("domains", "Domains", render("domains", rows=domains(entries))),
    ]
    if explored:
        sections.append(("exploration", "Which APIs, and why", _exploration(explored)))
    sections.append(("environments", "Environments", environments.section(entries, (), choices, rejected, REASONS)))
    lead = "Tool environments made from real API descriptions, each proved by its gate."
    return render("page", sections=sections, title="Finery: the gallery of environments", lead=lead)


def _summary(entries: Mapping[str, Entry]) -> Markup:
    tools = [len(entry.environment.tools) for entry in entries.values()]
    mutation = [entry.gate["mutation"] for entry in entries.values()]
    verbs = Counter(tool.verb for entry in entries.values() for tool in entry.environment.tools)
    operations = sum(entry.environment.operations for entry in entries.values())
    plots = [
        ("environments by number of tools", columns("environments by number of tools", steps(tools))),
        ("tools by what they do", columns("tools by what they do", verbs.most_common())),
    ]
    return render(
        "gallery",
        environments=len(entries),
        tools=sum(tools),
        operations=operations,
        cases=sum(check["cases"] for entry in entries.values() for check in entry.gate["checks"].values()),
        seeded=sum(each["seeded"] for each in mutation),
        killed=sum(each["killed"] for each in mutation),
        equivalent=[line for each in mutation for line in each["equivalent"]],
        survivors=[(name, line) for name, entry in entries.items() for line in entry.gate["mutation"]["survivors"]],
        plots=plots,
    )


def steps(sizes: Iterable[int]) -> list[tuple[str, int]]:
    """How many sizes lie in each of STEPS: `1-4`, `5-9`, ..., `120+`."""
    counts = Counter(max(step for step in STEPS if step <= size) for size in sizes)
    names = {one: f"{one}-{after - 1}" for one, after in pairwise(STEPS)}
    return [(names.get(step, f"{step}+"), counts[step]) for step in STEPS]


def domains(entries: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """A row a domain: environments, tools, and the three with most tools by name; largest domain first."""
    found: dict[str, list[Entry]] = {}
    for entry in entries.values():
        found.setdefault(entry.environment.domain, []).append(entry)
    rows = []
    for domain, those in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        largest = sorted(those, key=lambda entry: (-len(entry.environment.tools), entry.environment.id))[:3]
        rows.append(
            {
                "domain": domain,
                "environments": len(those),
                "tools": sum(len(entry.environment.tools) for entry in those),
                "largest": [(entry.environment.id, entry.environment.title) for entry in largest],
            }
        )
    return rows


def _exploration(explored: Sequence[Mapping[str, Any]]) -> Markup:
    taken = [each for each in explored if each["rank"] is not None]
    # "nearly the operations of neptune" and its like are one reason.
    why = Counter(str(each["reason"]).split(" of ")[0] for each in explored if each["rank"] is None)
    return render(
        "exploration", explored=len(explored), taken=taken[:25], count_taken=len(taken), why=why.most_common()
    )


def write(made: Path, sources: Path, out: Path) -> None:
    """Read the two artefacts and write the page. Raises UserError when one is missing or broken."""
    entries = catalogue.load(made)
    choices = {line["id"]: line["reason"] for line in _lines(sources / "choices.jsonl")}
    exploration = sources / "exploration.jsonl"
    explored = _lines(exploration) if exploration.is_file() else []
    rejected = list(jsonl.read(made / "rejected.jsonl", Rejected))
    part = out.with_name(f".{out.name}.part")
    part.write_text(gallery(entries, choices, explored, rejected), "utf-8")
    part.replace(out)


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise UserError(str(path), "no such file")
    try:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    except ValueError:
        raise UserError(str(path), "not JSON Lines") from None


def main(words: Sequence[str] | None = None) -> int:
    """The command. Returns 2 for a user's mistake."""
    parser = argparse.ArgumentParser(prog="python -m stages.report.gallery")
    parser.add_argument("environments", type=Path, help="a folder of environments")
    parser.add_argument("sources", type=Path, help="the sources they were made of")
    parser.add_argument("--out", type=Path, default=Path("gallery.html"))
    given = parser.parse_args(words)
    try:
        write(given.environments, given.sources, given.out)
    except UserError as error:
        print(f"gallery: {error}", file=sys.stderr)
        return 2
    print(f"gallery: {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
