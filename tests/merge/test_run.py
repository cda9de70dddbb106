"""The stage on a pico model: each candidate is asked the dev items, and the best stands whole."""

import json

import pytest

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.params import load
from stages.core.records import Dialogue
from stages.merge.run import run
from tests.evaluation.made import inputs as made

PARAMS = load("merge").model_copy(update={"dialogues": 2, "calls": 2, "problems": 2, "max_new_tokens": 6, "threads": 1})


@pytest.fixture
def project(tmp_path, pico_model_folder):
    folders = made(tmp_path / "data", pico_model_folder)
    for word in ("sft", "rl"):
        folders[word] = tmp_path / "data" / word
        folders[word].mkdir()
        (folders[word] / "model").symlink_to(pico_model_folder)
    (folders["sft"] / "checkpoints").mkdir()
    (folders["sft"] / "checkpoints" / "7").symlink_to(pico_model_folder)
    return folders


def work(path):
    (path / "out").mkdir(parents=True)
    (path / "resume").mkdir()
    return path / "out"


def test_every_candidate_is_asked_the_same_dev_items_and_the_chosen_one_stands_whole(project, tmp_path):
    out = work(tmp_path / "1")
    summary = run(PARAMS, project, out)
    assert set(summary.metrics["dev"]) == {"sft", "rl", "soup", "linear-0.5"}
    assert summary.metrics["n"] == 2  # one dialogue and one call of the dev split; the fixture has no dev problem
    choice = json.loads((out / "choice.json").read_text())
    assert choice["chosen"] == summary.metrics["chosen"] == "sft", "equal models: the simplest wins"
    assert {path.name for path in (out / "final").iterdir()} >= {"config.json", "model.safetensors", "tokenizer.json"}


def test_merges_with_an_rl_that_is_out_are_not_asked(project, tmp_path):
    # A bound that nothing can keep: equal models differ by 0, which is below it.
    out = work(tmp_path / "1")
    summary = run(PARAMS.model_copy(update={"worst_rl": 0.5}), project, out)
    assert set(summary.metrics["dev"]) == {"sft", "rl", "soup"}
    assert "rl and merges with it are out" in json.loads((out / "choice.json").read_text())["why"]


def test_without_a_dev_dialogue_there_is_nothing_to_choose_by(project, tmp_path):
    path = project["trajectories"] / "dialogues.jsonl"
    jsonl.write(path, [row for row in jsonl.read(path, Dialogue) if row.split != "dev"])
    with pytest.raises(UserError, match="no dialogue of the dev split"):
        run(PARAMS, project, work(tmp_path / "1"))
