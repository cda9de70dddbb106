"""A whole evaluation with a pico model: the same bytes again, a killed run goes on, and what each way of asking changes."""

import json

import pytest
import yaml

from stages.core import jsonl
from stages.core.dialogues import SYSTEM
from stages.core.errors import UserError
from stages.core.models.calls import parse
from stages.core.scoring.result import ItemResult
from stages.evaluation import examples, suites
from stages.evaluation.__main__ import main
from stages.evaluation.run import inputs, only, run
from tests.evaluation import made

SUITES = ("environments.jsonl", "bfcl_simple.jsonl", "problems.jsonl")


@pytest.fixture
def project(tmp_path, pico_model_folder):
    return made.inputs(tmp_path / "data", pico_model_folder)


def work(path):
    """A fresh out folder beside a resume folder."""
    (path / "out").mkdir(parents=True)
    (path / "resume").mkdir()
    return path / "out"


def test_every_suite_is_asked_once_and_the_bytes_repeat(project, tmp_path):
    first, again = work(tmp_path / "1"), work(tmp_path / "2")
    summary = run(made.params(), project, first)
    assert run(made.params(), project, again).metrics == summary.metrics
    for name in SUITES:
        assert (first / name).read_bytes() == (again / name).read_bytes()
    assert {name: one["n"] for name, one in summary.metrics.items()} == {
        "environments": 2,
        "bfcl_simple": 3,
        "problems": 3,
    }
    assert summary.metrics["bfcl_simple"]["prompt_tokens"] > 0 < summary.metrics["bfcl_simple"]["new_tokens"]
    assert set(summary.spent) == {"environments_seconds", "bfcl_simple_seconds", "problems_seconds"}
    results = list(jsonl.read(first / "environments.jsonl", ItemResult))
    assert {result.cluster for result in results} == {made.ENVIRONMENT.id}
    assert [result.id for result in results] == ["dialogue-b", "dialogue-c"]
    assert all(result.detail for result in results if not result.passed)


def test_a_killed_run_does_not_ask_again_what_it_has_answers_to(project, tmp_path):
    out = work(tmp_path / "1")
    run(made.params(), project, out)
    whole = {name: (out / name).read_bytes() for name in SUITES}
    for name in SUITES:
        (out / name).unlink()
    (out.parent / "resume" / "problems.jsonl").unlink()
    summary = run(made.params(), project, out)
    assert set(summary.spent) == {"problems_seconds"}
    assert whole == {name: (out / name).read_bytes() for name in SUITES}


def test_a_model_with_required_calls_is_forced_to_call_and_is_asked_no_problems(project, tmp_path):
    params = made.params(decoding="required")
    long = params.bfcl_simple.model_copy(update={"max_new_tokens": 12})
    out = work(tmp_path / "1")
    summary = run(params.model_copy(update={"bfcl_simple": long}), project, out)
    assert set(summary.metrics) == {"environments", "bfcl_simple"}
    assert not (out / "problems.jsonl").exists()
    for result in jsonl.read(out / "bfcl_simple.jsonl", ItemResult):
        assert str(result.output).startswith('<tool_call>{"name": "')


def test_worked_examples_come_before_each_item_and_are_no_part_of_what_the_model_said(project, tmp_path):
    plain, shown = work(tmp_path / "1"), work(tmp_path / "2")
    less = run(made.params(), project, plain).metrics
    more = run(made.params(prompt="few_shot"), project, shown).metrics
    for suite in suites.SUITES:
        assert more[suite]["prompt_tokens"] > less[suite]["prompt_tokens"]
    for result in jsonl.read(shown / "environments.jsonl", ItemResult):
        assert isinstance(result.output, list)
        first = result.output[0]
        assert isinstance(first, dict) and str(first["content"]).startswith("Make a list called Garden")
        assert sum(isinstance(one, dict) and one["role"] == "user" for one in result.output) <= 2


def test_examples_are_of_the_train_split_and_name_no_system_message():
    rows = [made.call_row("one", "train"), made.call_row("two", "train"), made.call_row("three", "test")]
    said = examples.calls(rows, 2, 7)
    assert [message["role"] for message in said] == ["user", "assistant"] * 2
    assert "three" not in json.dumps(said)
    with pytest.raises(UserError, match="2 train rows"):
        examples.calls(rows, 3, 7)
    held = {made.ENVIRONMENT.id: made.ENVIRONMENT}
    dialogues = [made.dialogue("a", "train"), made.dialogue("b", "test")]
    shown = examples.dialogue(dialogues, held, 2, 7)
    assert [message["role"] for message in shown] == ["user", "assistant", "tool", "assistant"] * 2
    assert "called a" in json.dumps(shown) and SYSTEM not in json.dumps(shown)
    with pytest.raises(UserError, match="no train dialogue"):
        examples.dialogue(dialogues[1:], held, 2, 7)
    ruled = dialogues[0].model_copy(update={"policy": "Never delete task lists."})
    with pytest.raises(UserError, match="no train dialogue without a policy"):
        examples.dialogue([ruled], held, 2, 7)  # the rule would stay behind with the system message


def test_a_gold_call_survives_the_tokenizer_and_the_parser(tokenizer):
    for item in made.benchmark()[:40]:
        call = item.gold[0]
        text = f"<tool_call>{json.dumps({'name': call.tool, 'arguments': call.arguments})}</tool_call>"
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert parse(tokenizer.decode(ids)).calls == (call,)


def test_a_run_sees_its_own_model_alone():
    params = made.params()
    two = params.model_copy(update={"models": {**params.models, "other": params.models["one"]}})
    assert only(two, "one") == params
    assert inputs(params) == ("base", "environments", "trajectories", "problems")
    with pytest.raises(UserError, match=r"'third'.*one, other"):
        only(two, "third")


def test_an_unknown_model_and_a_missing_artefact_are_one_line(tmp_path, monkeypatch, capsys):
    section = made.params().model_dump(mode="json")
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"evaluation": section}))
    monkeypatch.chdir(tmp_path)
    for name, told in (("two", "model 'two'"), ("", "model ''"), ("one", "data/base: no finished artefact")):
        assert main(name) == 2
        line = capsys.readouterr().err
        assert told in line and line.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_without_items_of_the_test_split_there_is_no_suite(project):
    model = made.params().models["one"]
    (project["problems"] / "problems.jsonl").write_text("")
    with pytest.raises(UserError, match=r"problems\.jsonl: no item of the test split"):
        suites.answer(suites.Subject(None, None, model), made.params(), project)
