"""Environments are kept: what did not change is not built again, and what changed never meets the old one."""

import pytest

from stages.core.engine import catalogue
from stages.core.params import load
from stages.environments.built import PARTS, Kept, build_once, take
from stages.environments.figures import metrics
from stages.environments.shapes import ApiShape
from tests.environments.api import boards

PARAMS = load("environments").model_copy(
    update={"scenarios": load("environments").scenarios.model_copy(update={"simple": 1, "medium": 1, "complex": 1})}
)


def once(kept, shape: ApiShape | None = None, *, held: bool = False, code: str = "code", **changes) -> Kept:
    params = PARAMS.model_copy(update=changes)
    return build_once(shape or boards(), params, held, code, kept)


def test_the_second_time_it_is_taken_as_it_is(tmp_path):
    first = once(tmp_path)
    before = {path: path.stat().st_ino for path in first.folder.iterdir()}
    assert once(tmp_path) == first
    assert {path: path.stat().st_ino for path in first.folder.iterdir()} == before
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("change", [{"held": True}, {"code": "other"}, {"seed": 99}])
def test_whatever_it_depends_on_makes_another_one(tmp_path, change):
    assert once(tmp_path).folder != once(tmp_path, **change).folder


def test_a_changed_api_is_built_again_and_the_others_are_not(tmp_path):
    shape = boards()
    other = shape.model_copy(update={"id": "user-others"})
    first, second = once(tmp_path, shape), once(tmp_path, other)
    changed = shape.model_copy(update={"description": "Boards, and cards on them."})
    assert once(tmp_path, changed).folder not in (first.folder, second.folder)
    assert once(tmp_path, other) == second


def test_a_refusal_is_kept_with_its_reason_too(tmp_path):
    # A gate that no environment can pass: more bugs must be noticed than there are.
    gate = PARAMS.gate.model_copy(update={"mutation_score": 1.1})
    for _ in range(2):
        found = once(tmp_path, gate=gate)
        assert found.rejected is not None and found.rejected.reason == "gate_mutation"
    assert [path.name for path in found.folder.iterdir()] == ["rejected.json"]


def test_what_is_taken_is_an_environment_of_the_catalogue(tmp_path):
    kept, out = tmp_path / "kept", tmp_path / "out"
    kept.mkdir()
    out.mkdir()
    take(once(kept), out)
    assert sorted(path.name for path in (out / "user-boards").iterdir()) == sorted(PARTS)
    entry = catalogue.load(out)["user-boards"]
    assert entry.gate["passed"] and len(entry.environment.tools) == 8


def test_figures_of_two_environments_add_up(tmp_path):
    first = once(tmp_path)
    second = once(tmp_path, boards().model_copy(update={"id": "user-others"}), held=True)
    found = metrics([first.figures, second.figures], 3)
    assert (found["environments"], found["rejected"], found["tools"]) == (2, 3, 16)
    assert found["coverage_by_api"] == {"user-boards": 1.0, "user-others": 1.0} and found["coverage"] == 1.0
    assert found["by_use"] == {"train": 1, "evaluation": 1}
    assert found["by_verb"] == {"create": 4, "delete": 4, "get": 2, "list": 2, "patch": 2, "update": 2}
    assert found["tools_per_environment"] == {"least": 8, "median": 8, "most": 8}
    assert found["mutation"]["score"] == 1.0 and found["mutation"]["seeded"] == 2 * first.figures["seeded"]
    assert found["nouns"]["held_out_seen_in_train"] == ["board", "task"]
