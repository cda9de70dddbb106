"""The stage as a whole, on copies of the tasks environment and a few described functions."""

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from stages.core import jsonl
from stages.core.engine import Runtime
from stages.core.errors import UserError
from stages.core.params import load
from stages.core.records import Dialogue, Rejected, RlRow, SftRow
from stages.trajectories.planner import plan
from stages.trajectories.replay import check, replay
from stages.trajectories.run import run
from stages.trajectories.ways import Caps
from tests.fixtures.tasks import tasks_environment, tasks_scenario
from tests.trajectories.test_calls import API
from tests.trajectories.test_dialogues import ENVIRONMENT, _second
from tests.trajectories.test_dialogues import made as made_dialogues

PARAMS = load("trajectories").model_copy(
    update={
        "train_dialogues": 8,
        "dev_dialogues": 3,
        "test_dialogues": 4,
        "dev_environments": ("one",),
        "calls": 10,
        "dev_calls": 2,
    }
)


def inputs(root: Path, names: tuple[str, ...] = ("one", "two", "held")) -> dict[str, Path]:
    """A small world: environments cloned from the fixture, a tokenizer that counts words."""
    folders = {word: root / word for word in ("environments", "base", "toolgraph", "sources")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    for name in names:
        home = folders["environments"] / name
        home.mkdir()
        use = "evaluation" if name == "held" else "train"
        environment = tasks_environment().model_copy(update={"id": name, "use": use})
        (home / "environment.json").write_text(environment.model_dump_json(by_alias=True))
        (home / "gate.json").write_text(json.dumps({"passed": True}))
        starts = [s.model_copy(update={"environment": name}) for s in (tasks_scenario(), _second())]
        jsonl.write(home / "scenarios.jsonl", starts)
    (folders["base"] / "model").mkdir()
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()  # type: ignore[assignment]
    tokenizer.save(str(folders["base"] / "model" / "tokenizer.json"))
    chain = {"id": "chain-1", "environment": "one", "tools": ["tasklists_list", "tasks_insert"]}
    (folders["toolgraph"] / "chains.jsonl").write_text(json.dumps(chain) + "\n")
    jsonl.write(folders["sources"] / "breadth.jsonl", [API])
    return folders


def made(root: Path, calls: int = 0) -> Path:
    """The finished artefact. The word counter is coarse about JSON, so the budgets are wide."""
    out = root / "out"
    out.mkdir(parents=True)
    wide = PARAMS.model_copy(
        update={"schema_tokens": 4000, "result_tokens": 4000, "call_tokens": 4000, "single_call_tokens": 4000}
    )
    planner = wide.planner.model_copy(update={"calls": calls})
    run(wide.model_copy(update={"call_row_tokens": 4000, "planner": planner}), inputs(root / "in"), out)
    return out


def test_a_run_gives_rows_that_replay_in_the_right_splits(tmp_path: Path) -> None:
    """envfactory.md 18 and 19."""
    out = made(tmp_path)
    rows = list(jsonl.read(out / "dialogues.jsonl", Dialogue))
    homes = {split: {row.environment for row in rows if row.split == split} for split in ("train", "dev", "test")}
    assert homes["test"] == {"held"}
    assert homes["train"] and homes["dev"] and not homes["train"] & homes["dev"]
    folder = str(tmp_path / "in" / "environments")
    assert [check((folder, row.model_dump_json(by_alias=True))) for row in rows] == [None] * len(rows)
    assert max(len(row.turns) for row in rows if row.split == "test") <= 2
    sources = {row.source for row in jsonl.read(out / "sft.jsonl", SftRow)}
    assert sources == {"dialogue", "call"}
    assert len(list(jsonl.read(out / "rl.jsonl", RlRow))) == sum(len(row.turns) for row in rows)


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = made(tmp_path / "a"), made(tmp_path / "b")
    for name in ("dialogues.jsonl", "calls.jsonl", "sft.jsonl", "rl.jsonl"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_with_the_planner_every_reference_is_a_shortest_way(tmp_path: Path) -> None:
    def again(row: Dialogue) -> Dialogue | Rejected:
        return plan(Runtime(ENVIRONMENT.model_copy(update={"id": row.environment})), row, Caps(4, 2000))

    planned = list(jsonl.read(made(tmp_path / "a", calls=4) / "dialogues.jsonl", Dialogue))
    assert [again(row) for row in planned] == planned
    plain = list(jsonl.read(made(tmp_path / "b") / "dialogues.jsonl", Dialogue))
    assert not any(turn.ways or turn.masked for row in plain for turn in row.turns)


@pytest.mark.parametrize(
    ("dev", "said"), [("one", "nothing is left to train on"), ("held", "no environment"), ("none", "no environment")]
)
def test_dev_environments_are_of_the_training_side_and_leave_some(tmp_path: Path, dev: str, said: str) -> None:
    folders = inputs(tmp_path / "in", ("one", "held"))
    with pytest.raises(UserError, match=said):
        run(PARAMS.model_copy(update={"dev_environments": (dev,)}), folders, tmp_path)


def test_a_line_that_is_no_chain_is_named(tmp_path: Path) -> None:
    folders = inputs(tmp_path / "in")
    (folders["toolgraph"] / "chains.jsonl").write_text('{"tools": 3}\n')
    with pytest.raises(UserError, match=r"chains.jsonl:1"):
        run(PARAMS, folders, tmp_path)


def test_replay_without_a_catalogue_is_a_named_error_and_not_a_hang(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "dialogues.jsonl", made_dialogues()[:1])
    with pytest.raises(UserError, match="no environments here"):
        replay(tmp_path, tmp_path / "nowhere")
    assert "no environments here" in (check((str(tmp_path), made_dialogues()[0].model_dump_json(by_alias=True))) or "")
