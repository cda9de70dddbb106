"""Refined against plain: the sides differ in the dialogues alone, and every item is asked of both."""

import json
from pathlib import Path

import yaml

from flows.refinement import NEEDED, PROJECT, SHARES, both, lay_out, main, result
from stages.core import jsonl
from stages.core.scoring.result import ItemResult
from tests.trajectories.test_dialogues import made

PARAMS = Path(__file__).resolve().parents[2] / "params.yaml"


def dialogues(root: Path) -> tuple[list[str], list[str]]:
    """Two test dialogues on the plain side, of which the refined side has the first one refined. Their ids, by side."""
    rows = [
        row.model_copy(update={"split": split}) for row, split in zip(made(), ("train", "test", "test"), strict=False)
    ]
    turn = rows[1].turns[0].model_copy(update={"refined": ("ambiguity",)})
    other = rows[1].model_copy(update={"id": "dialogue-refined", "turns": (turn, *rows[1].turns[1:])})
    for side, of in (("plain", rows), ("refined", [rows[0], other, rows[2]])):
        folder = root / PROJECT / side / "data/trajectories"
        folder.mkdir(parents=True)
        jsonl.write(folder / "dialogues.jsonl", of)
    return [row.id for row in rows[1:]], [other.id]


def test_without_a_finished_demo_it_says_so_in_one_line(tmp_path, capsys):
    assert main(tmp_path) == 2
    assert "make demo" in capsys.readouterr().err


def test_the_sides_differ_in_how_dialogues_are_refined_and_in_nothing_else(tmp_path):
    (tmp_path / "params.yaml").write_text(PARAMS.read_text("utf-8"), "utf-8")
    for name in NEEDED:
        (tmp_path / "data" / name).mkdir(parents=True)
    lay_out(tmp_path, tmp_path / "side", {"trajectories": {"refine": SHARES}})
    before, after = (yaml.safe_load((tmp_path / p / "params.yaml").read_text("utf-8")) for p in (".", "side"))
    assert after["trajectories"].pop("refine") == SHARES
    before["trajectories"].pop("refine")
    assert after == before
    assert sorted(path.name for path in (tmp_path / "side/data").iterdir()) == sorted(NEEDED)


def test_both_sides_are_asked_the_plain_tasks_and_the_refined_ones(tmp_path):
    (tmp_path / "params.yaml").write_text(PARAMS.read_text("utf-8"), "utf-8")
    plain, refined = dialogues(tmp_path)
    assert both(tmp_path) == 3
    lines = (tmp_path / PROJECT / "both/dialogues.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["id"] for line in lines} >= {*plain, *refined}
    for side, passes in (("plain", False), ("refined", True)):
        folder = tmp_path / PROJECT / f"{side}-asked/data/evaluation/sft"
        folder.mkdir(parents=True)
        items = [ItemResult(id=i, cluster=i, passed=passes, detail="", output="") for i in (*plain, *refined)]
        jsonl.write(folder / "environments.jsonl", items)
    found = result(tmp_path)
    assert found["suites"]["environments"]["plain"]["n"] == 2
    assert found["suites"]["environments_refined"]["refined"]["n"] == 1
    assert found["suites"]["environments"]["refined"]["versus"]["plain"]["difference"] == 1.0
    assert found["made"]["plain"]["dialogues"] == 1
