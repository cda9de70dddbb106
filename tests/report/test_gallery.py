"""The gallery: every environment with its verdict, tools and a session, on a page that obeys nothing it shows."""

import json

import pytest

from stages.core import jsonl
from stages.core.params import load
from stages.core.records import Rejected
from stages.environments.built import build_once, take
from stages.report.gallery import main, steps
from tests.environments.api import boards

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory):
    """An artefact of two environments, one with a hostile title, and its sources."""
    root = tmp_path_factory.mktemp("gallery")
    kept, made, sources = root / "kept", root / "environments", root / "sources"
    for folder in (kept, made, sources):
        folder.mkdir()
    for id, title, domain in (("user-boards", "Boards", "office"), ("user-odd", HOSTILE, "data")):
        shape = boards().model_copy(update={"id": id, "title": title, "domain": domain})
        take(build_once(shape, load("environments"), False, "code", kept), made)
    jsonl.write(made / "rejected.jsonl", [Rejected(id="user-none", reason="no_entities", detail="{}")])
    lines = [{"id": "user-boards", "reason": "rank 1: two nouns"}, {"id": "user-odd", "reason": "rank 2: the same"}]
    (sources / "choices.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return made, sources


def page(artefacts, tmp_path, explored: list[dict] | None = None) -> str:
    made, sources = artefacts
    if explored is not None:
        (sources / "exploration.jsonl").write_text("".join(json.dumps(line) + "\n" for line in explored))
    assert main([str(made), str(sources), "--out", str(tmp_path / "gallery.html")]) == 0
    return (tmp_path / "gallery.html").read_text("utf-8")


def test_each_environment_has_its_verdict_its_tools_and_a_session_that_really_came_about(artefacts, tmp_path):
    text = page(artefacts, tmp_path)
    assert "<strong>2</strong> environments, <strong>16</strong> tools" in text
    assert text.count('<span class="yes">passed</span>') == 2
    assert "rank 1: two nouns" in text and "user-none" in text
    gate = json.loads((artefacts[0] / "user-boards/gate.json").read_text())
    verbs = [call["tool"] for call in gate["session"]]
    assert verbs[:5] == ["cards_list", "cards_create", "cards_get", "cards_patch", "cards_update"]
    assert "error" in gate["session"][-1] and gate["session"][-1]["error"] in text
    made = next(call for call in gate["session"] if call["tool"] == "cards_create")
    assert made["value"]["title"] == made["arguments"]["title"] and made["value"]["title"] in text


def test_what_an_api_says_is_shown_and_never_obeyed(artefacts, tmp_path):
    text = page(artefacts, tmp_path)
    assert HOSTILE not in text and "&lt;script&gt;" in text


def test_exploration_says_what_was_taken_and_why_the_others_were_not(artefacts, tmp_path):
    marks = dict.fromkeys(("score", "novelty", "compilability", "documentation", "balance"), 0.5)
    rows = [
        {"id": "google-a", "title": "A", "rank": 1, "reason": "2 nouns", **marks},
        {"id": "google-b", "title": "B", "rank": None, "reason": "nearly the operations of a", **marks},
        {"id": "google-c", "title": "C", "rank": None, "reason": "nearly the operations of b", **marks},
    ]
    text = page(artefacts, tmp_path, rows)
    assert "1 of 3 descriptions were taken" in text
    assert '<td class="n">2</td><td class="why">nearly the operations of another</td>' in text


def test_a_missing_artefact_is_one_line(artefacts, tmp_path, capsys):
    assert main([str(tmp_path), str(artefacts[1])]) == 2
    assert "no environments here" in capsys.readouterr().err
    assert main([str(artefacts[0]), str(tmp_path)]) == 2
    assert "choices.jsonl: no such file" in capsys.readouterr().err


def test_sizes_stand_in_the_step_they_reach():
    assert dict(steps([1, 4, 5, 19, 120, 400]))["1-4"] == 2
    assert dict(steps([1, 4, 5, 19, 120, 400]))["120+"] == 2
