"""What refinement is worth: `python -m flows.refinement` trains the same model on plain and on refined dialogues.

Two projects under .cache/refinement make their dialogues of the same seed, chains and number, one with every refinement
off, one with SHARES; everything else, the token budget of SFT included, is the same. Both models are asked the same
items: the held-out environments in plain words, those tasks that refinement changed in refined words, and BFCL. Differences
are paired, item by item. The dialogues and what was trained on are counted beside the scores.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from flows.project import link, share, stage
from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.params import load
from stages.core.records import Dialogue
from stages.core.scoring.result import ItemResult
from stages.scores.compare import table
from stages.scores.run import gather

PROJECT = Path(".cache/refinement")
RESULT = Path("docs/results/refinement.json")
NEEDED = ("base", "sources", "environments", "toolgraph", "problems", "difficulty")
NONE = {"implicit_reference": 0, "ambiguity": 0, "action_compression": 0, "goal_expansion": 0, "joined": 2}
SHARES = {"implicit_reference": 0.4, "ambiguity": 0.3, "action_compression": 0.5, "goal_expansion": 0.3, "joined": 2}
SIDES = {"plain": NONE, "refined": SHARES}


def main(root: Path) -> int:
    """Make, train, ask, compare; RESULT is written whole. Returns the exit code: 2 for a user's mistake."""
    try:
        for name in NEEDED:
            if not (root / "data" / name / "manifest.json").is_file():
                raise UserError(f"data/{name}", "no finished artefact here; run `make demo` first")
        for side, shares in SIDES.items():
            lay_out(root, root / PROJECT / side, {"trajectories": {"refine": shares}})
            for word in ("trajectories", "sft"):
                if code := stage(root, root / PROJECT / side, f"stages.{word}"):
                    return code
        asked = both(root)
        for side in SIDES:
            project = root / PROJECT / f"{side}-asked"
            lay_out(root, project, {"evaluation": {"environments": {"items": asked}}})
            link(root / PROJECT / side / "data/sft", project / "data/sft")
            link(root / PROJECT / "both", project / "data/trajectories")
            if code := stage(root, project, "stages.evaluation", "sft"):
                return code
        (root / RESULT).parent.mkdir(parents=True, exist_ok=True)
        jsonl.write_json(root / RESULT, result(root))
    except UserError as error:
        print(f"refinement: {error}", file=sys.stderr)
        return 2
    print(f"refinement: {RESULT}")
    return 0


def lay_out(root: Path, project: Path, changes: dict[str, dict[str, Any]]) -> None:
    """A project that shares what both sides have in common, with its own params."""
    (project / "data").mkdir(parents=True, exist_ok=True)
    share(root, project)
    for name in NEEDED:
        link(root / "data" / name, project / "data" / name)
    document = yaml.safe_load((root / "params.yaml").read_text("utf-8"))
    for section, values in changes.items():
        for key, value in values.items():
            nested = isinstance(value, dict) and isinstance(document[section][key], dict)
            document[section][key] = {**document[section][key], **value} if nested else value
    (project / "params.yaml").write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")


def both(root: Path) -> int:
    """The plain side's artefact with the refined side's test dialogues added. Returns how many are asked."""
    folder = root / PROJECT / "both"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root / PROJECT / "plain/data/trajectories", folder)
    plain = list(jsonl.read(folder / "dialogues.jsonl", Dialogue))
    refined = [row for row in tests(root, "refined") if any(turn.refined for turn in row.turns)]
    (folder / "dialogues.jsonl").unlink()  # it may be a read-only link into DVC's cache
    jsonl.write(folder / "dialogues.jsonl", [*plain, *refined])
    return sum(row.split == "test" for row in plain) + len(refined)


def tests(root: Path, side: str) -> list[Dialogue]:
    """The test dialogues that a side made."""
    path = root / PROJECT / side / "data/trajectories/dialogues.jsonl"
    return [row for row in jsonl.read(path, Dialogue) if row.split == "test"]


def result(root: Path) -> dict[str, Any]:
    """`{made: {side: counts}, suites: {suite: {side: {n, score, low, high, versus}}}}`."""
    found = gather({side: root / PROJECT / f"{side}-asked/data/evaluation/sft" for side in SIDES})
    plain = {row.id for row in tests(root, "plain")}
    suites: dict[str, dict[str, list[ItemResult]]] = {name: of for name, of in found.items() if name != "environments"}
    for name, wanted in (("environments", True), ("environments_refined", False)):
        suites[name] = {
            s: [i for i in items if (i.id in plain) is wanted] for s, items in found["environments"].items()
        }
    level = float(load("scores", root / "params.yaml").model_dump()["level"])
    made = {}
    for side in SIDES:
        data = root / PROJECT / side / "data"
        rows = [row for row in jsonl.read(data / "trajectories/dialogues.jsonl", Dialogue) if row.split == "train"]
        turns = [turn for row in rows for turn in row.turns]
        made[side] = {
            "dialogues": len(rows),
            "turns": len(turns),
            "calls": sum(len(turn.calls) for turn in turns),
            "refined": sum(bool(turn.refined) for turn in turns),
        }
    return {"made": made, "suites": {name: table(of, level) for name, of in sorted(suites.items())}}


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
