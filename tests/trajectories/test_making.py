"""Shares of environments: the bytes are the same whatever works them out, killed or not."""

from pathlib import Path

import pytest

from stages.core import jsonl
from stages.core.engine import catalogue
from stages.trajectories.making import FEW, Made, Part, Wish, make
from stages.trajectories.synthesis import said
from tests.trajectories.test_run import PARAMS, inputs

WIDE = PARAMS.model_copy(update={"schema_tokens": 4000, "result_tokens": 4000, "call_tokens": 4000, "max_turns": 3})


def dialogues(root: Path, wanted: int, workers: int, names: tuple[str, ...] = ("one", "two")) -> Made:
    folders = inputs(root / "in", (*names, "held"))
    entries = catalogue.load(folders["environments"])
    chains = {"one": [("chain-1", ["tasklists_list", "tasks_insert"])]}
    wishes = [Wish("train", wanted, names), Wish("test", 4, ["held"])]
    return make(wishes, entries, chains, WIDE, folders["base"] / "model", root / "resume", workers)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return dialogues(tmp_path_factory.mktemp("alone"), FEW, 1)


def test_the_number_of_workers_changes_no_dialogue(alone: Made, tmp_path: Path) -> None:
    assert dialogues(tmp_path, FEW, 2) == alone
    assert len(alone.dialogues) > FEW // 2


def test_a_run_that_was_killed_goes_on_and_ends_with_the_same_dialogues(alone: Made, tmp_path: Path) -> None:
    dialogues(tmp_path / "a", FEW, 1)
    parts = sorted((tmp_path / "a" / "resume").iterdir())
    assert len(parts) > 2
    for part in parts[::2]:
        part.unlink()
    (tmp_path / "a" / "resume" / f".{parts[0].name}.part").write_text('{"half": ')
    kept = {part: part.stat().st_mtime_ns for part in parts[1::2]}
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "resume").rename(tmp_path / "b" / "resume")
    assert dialogues(tmp_path / "b", FEW, 1) == alone
    assert all((tmp_path / "b" / "resume" / part.name).stat().st_mtime_ns == time for part, time in kept.items())


def test_no_two_dialogues_of_a_split_say_the_same_whatever_their_environment(alone: Made) -> None:
    for split in ("train", "test"):
        words = [said(row.turns) for row in alone.dialogues if row.split == split]
        assert len(set(words)) == len(words)


def test_what_one_environment_cannot_give_another_one_adds(tmp_path: Path) -> None:
    folders = inputs(tmp_path / "in", ("one", "two", "held"))
    entries = catalogue.load(folders["environments"])
    poor = entries["two"]._replace(scenarios=())
    wishes = [Wish("train", 9, ["one", "two"])]
    model = folders["base"] / "model"
    found = make(wishes, entries | {"two": poor}, {}, WIDE, model, tmp_path / "resume", 1)
    assert [row.environment for row in found.dialogues] == ["one"] * 9


def test_an_environment_that_only_repeats_itself_is_asked_no_more(alone: Made, tmp_path: Path) -> None:
    """As a killed run could have left it: a round with the same two over again, and another one."""
    folders = inputs(tmp_path / "in", ("one", "two", "held"))
    entries = catalogue.load(folders["environments"])
    first, second = [row for row in alone.dialogues if row.environment == "one"][:2]
    (tmp_path / "resume").mkdir()
    for start, rows in ((0, (first, second, first, second)), (4, (second, first))):
        part = Part(dialogues=rows, rejected=(), refused={}, tries=len(rows), spent=False, tools={}, templates={})
        jsonl.write(tmp_path / "resume" / f"train-one-{start}-{len(rows)}.jsonl", [part])
    model = folders["base"] / "model"
    found = make([Wish("train", 4, ["one"])], entries, {}, WIDE, model, tmp_path / "resume", 1)
    assert found.dialogues == [first, second]
    assert [row.reason for row in found.rejected] == ["duplicate"] * 4
