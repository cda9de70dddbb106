"""The stage end to end: it reads what dvc.yaml names, replays the dialogues, and mistakes are one line."""

import json

import pytest
import yaml

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.records import Rejected
from stages.report import cost
from stages.report.replay import replay
from stages.report.run import declared, run
from tests.fixtures.tasks import tasks_scenario
from tests.report.made import GATE, HOSTILE, PARAMS, dialogue, environment, material
from tests.report.test_page import Elements


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of three stages, environments and trajectories made."""
    monkeypatch.chdir(tmp_path)
    made = environment()
    stages = {
        "sources": {"cmd": "x", "outs": ["data/sources"]},
        "environments": {"cmd": "x", "deps": ["data/sources"], "outs": ["data/environments"]},
        "trajectories": {"cmd": "x", "deps": ["data/environments"], "outs": ["data/trajectories"]},
        "report": {
            "cmd": "x",
            "deps": ["dvc.yaml", "stages/report", "data/environments", "data/trajectories"],
            "outs": ["data/report"],
        },
    }
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}, sort_keys=False))
    (tmp_path / "params.yaml").write_text("report: {}\n")
    folder = tmp_path / "data" / "environments" / made.id
    folder.mkdir(parents=True)
    (folder / "environment.json").write_text(made.model_dump_json(by_alias=True))
    (folder / "gate.json").write_text(json.dumps(GATE))
    jsonl.write(folder / "scenarios.jsonl", [tasks_scenario()])
    (tmp_path / "data" / "trajectories").mkdir()
    jsonl.write(tmp_path / "data" / "trajectories" / "dialogues.jsonl", [dialogue(), dialogue(HOSTILE, "test")])
    for word in ("environments", "trajectories"):
        where = tmp_path / "data" / word
        jsonl.write_json(where / "metrics.json", dict(material().parts[word].metrics))
        jsonl.write_json(where / "manifest.json", {"params": {}})
        jsonl.write(where / "rejected.jsonl", [Rejected(id="a", reason="no_turn", detail="b")])
    (tmp_path / "out").mkdir()
    return tmp_path


def inputs(project):
    return {word: project / "data" / word for word in declared(project / "dvc.yaml")}


def test_it_reads_the_artefacts_that_dvc_yaml_names(project):
    assert declared(project / "dvc.yaml") == ("environments", "trajectories")
    assert declared(project / "nowhere.yaml") == ()


def test_the_page_is_written_and_its_counts_reported(project):
    summary = run(PARAMS, inputs(project), project / "out")
    text = Elements((project / "out" / "index.html").read_text("utf-8")).text
    assert summary.metrics == {
        "read": ["environments", "trajectories"],
        "dialogues": 2,
        "replayed": 2,
        "dialogues_shown": 1,
        "own_shown": 0,
    }
    assert "2 of 2 replayed" in text and "Start a list called Garden." in text
    assert not summary.rejected


def test_a_row_that_was_changed_afterwards_is_found_out(project):
    spoilt = dialogue().model_copy(update={"end_digest": "0" * 32})
    jsonl.write(project / "data" / "trajectories" / "dialogues.jsonl", [spoilt])
    summary = run(PARAMS, inputs(project), project / "out")
    assert [(row.id, row.reason) for row in summary.rejected] == [(spoilt.id, "not_replayed")]
    assert "another end state" in (project / "out" / "index.html").read_text("utf-8")


def test_another_result_and_an_unknown_environment_are_told_apart():
    good = dialogue()
    turn = good.turns[0].model_copy(update={"outcomes": (good.turns[0].outcomes[0].model_copy(update={"value": {}}),)})
    catalogue = material().catalogue
    assert replay(catalogue, [good]).problems == ()
    assert "gave another result" in replay(catalogue, [good.model_copy(update={"turns": (turn,)})]).problems[0]
    assert "no environment" in replay({}, [good]).problems[0]


def test_a_broken_metrics_file_is_one_line(project):
    (project / "data" / "environments" / "metrics.json").write_text("{")
    with pytest.raises(UserError, match=r"metrics\.json: no readable JSON"):
        run(PARAMS, inputs(project), project / "out")
    assert not (project / "out" / "index.html").exists()


def test_a_project_without_this_stage_on_the_graph_is_one_line(project):
    (project / "dvc.yaml").write_text("stages: {}\n")
    with pytest.raises(UserError, match=r"dvc\.yaml: stages\.report"):
        run(PARAMS, {}, project / "out")


def test_a_machine_is_named_by_its_processor():
    found = cost.machine("processor\t: 0\nmodel name\t: Some CPU @ 2.0GHz\n")
    assert found["processor"] == "Some CPU @ 2.0GHz" and found["cores"] >= 1
    assert cost.machine("")["processor"]
