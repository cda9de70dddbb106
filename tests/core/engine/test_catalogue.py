"""The catalogue admits whole environments with a verdict and names what is wrong with the others."""

from pathlib import Path

import pytest

from stages.core import jsonl
from stages.core.engine import catalogue
from stages.core.errors import UserError
from tests.fixtures.tasks import tasks_environment, tasks_scenario


def written(folder: Path, name: str = "google-tasks-v1", gate: object = None) -> Path:
    place = folder / name
    place.mkdir()
    (place / "environment.json").write_text(tasks_environment().model_dump_json(by_alias=True), "utf-8")
    jsonl.write(place / "scenarios.jsonl", [tasks_scenario()])
    jsonl.write_json(place / "gate.json", {"passed": True} if gate is None else gate)
    return place


def test_what_was_written_is_loaded(tmp_path: Path) -> None:
    written(tmp_path)
    entry = catalogue.load(tmp_path)["google-tasks-v1"]
    assert (entry.environment, entry.scenarios, entry.gate) == (
        tasks_environment(),
        (tasks_scenario(),),
        {"passed": True},
    )


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no environments"):
        catalogue.load(tmp_path)


def test_a_failed_or_missing_verdict_keeps_an_environment_out(tmp_path: Path) -> None:
    """envfactory.md 6."""
    place = written(tmp_path, gate={"passed": False})
    with pytest.raises(UserError, match=r"gate\.json: passed"):
        catalogue.load(tmp_path)
    for silent in ({}, {"passed": "yes"}, [True]):
        jsonl.write_json(place / "gate.json", silent)
        with pytest.raises(UserError, match=r"gate\.json: passed"):
            catalogue.load(tmp_path)
    (place / "gate.json").unlink()
    with pytest.raises(UserError, match="only the gate"):
        catalogue.load(tmp_path)


def test_a_broken_document_names_its_field(tmp_path: Path) -> None:
    (written(tmp_path) / "environment.json").write_text('{"id": 3}', "utf-8")
    with pytest.raises(UserError, match=r"environment\.json: id"):
        catalogue.load(tmp_path)


def test_a_folder_must_carry_its_environments_name(tmp_path: Path) -> None:
    written(tmp_path, name="other")
    with pytest.raises(UserError, match="the folder is other"):
        catalogue.load(tmp_path)
