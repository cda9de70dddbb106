"""The control: shapes stay, meaning goes."""

import copy
import json
from pathlib import Path

import pytest

from flows.control import NEEDED, lay_out, main, shuffled


def row(split: str = "train", **arguments) -> dict:
    call = {"type": "function", "function": {"name": "book", "arguments": dict(arguments)}}
    return {
        "split": split,
        "messages": [
            {"role": "user", "content": f"Book it: {arguments}."},
            {"role": "assistant", "content": "", "tool_calls": [call]},
        ],
    }


def given(rows: list[dict], split: str = "train") -> list[dict]:
    return [r["messages"][1]["tool_calls"][0]["function"]["arguments"] for r in rows if r["split"] == split]


ROWS = [row(name=f"n{n}", seats=n, window=n % 2 == 0, tags=[f"t{n}"]) for n in range(20)]


def test_names_types_and_the_whole_of_the_values_stay_and_their_places_change():
    made = given(shuffled(copy.deepcopy(ROWS), 3))
    before = given(ROWS)
    for one, other in zip(made, before, strict=True):
        assert list(one) == list(other)
        assert [type(value) for value in one.values()] == [type(value) for value in other.values()]
    for key in before[0]:
        assert sorted(map(str, (a[key] for a in made))) == sorted(map(str, (a[key] for a in before)))
    assert sum(one["name"] == other["name"] for one, other in zip(made, before, strict=True)) < 6


def test_the_same_seed_deals_the_same_and_words_and_other_splits_stay():
    rows = [*copy.deepcopy(ROWS), row("dev", name="kept")]
    made = shuffled(copy.deepcopy(rows), 3)
    assert made == shuffled(copy.deepcopy(rows), 3) != shuffled(copy.deepcopy(rows), 4)
    assert given(made, "dev") == [{"name": "kept"}]
    assert [r["messages"][0] for r in made] == [r["messages"][0] for r in rows]


def test_without_a_finished_demo_it_says_so_in_one_line(tmp_path, capsys):
    assert main(tmp_path) == 2
    assert "make demo" in capsys.readouterr().err


def test_the_scratch_project_leaves_the_rows_of_the_real_one_alone(tmp_path):
    (tmp_path / "params.yaml").symlink_to(Path(__file__).resolve().parents[2] / "params.yaml")
    for folder in NEEDED:
        (tmp_path / folder).mkdir(parents=True)
    path = tmp_path / "data/trajectories/sft.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in ROWS), "utf-8")
    before = path.read_bytes()
    lay_out(tmp_path, tmp_path / "scratch")
    lay_out(tmp_path, tmp_path / "scratch")
    made = (tmp_path / "scratch/data/trajectories/sft.jsonl").read_bytes()
    assert path.read_bytes() == before != made and len(made) == len(before)
    assert (tmp_path / "scratch/data/base").resolve() == (tmp_path / "data/base").resolve()
    assert not (tmp_path / "scratch/data/sft").exists()


@pytest.mark.parametrize("rows", [[], [row()]])
def test_nothing_to_deal_is_no_error(rows):
    assert shuffled(copy.deepcopy(rows), 1) == rows
