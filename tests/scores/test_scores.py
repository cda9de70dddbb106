"""Scores from hand-made results: shape, clustered intervals, paired differences, claims, and what is refused."""

import json
import math

import pytest
import yaml

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.params.load import parse
from stages.core.params.scores import Params
from stages.core.scoring.result import ItemResult
from stages.scores.__main__ import main
from stages.scores.claims import best_of, judge
from stages.scores.compare import table
from stages.scores.run import Row, gather, inputs, run

SECTION = {
    "models": ["base", "few", "sft", "final"],
    "baselines": ["base", "few"],
    "before": "sft",
    "after": "final",
    "final": "final",
    "level": 0.95,
    "wanted": {"calls": 0.3},
    "worst": -0.05,
}


def params(**changes) -> Params:
    made = parse("scores", {**SECTION, **changes}, "params.yaml")
    assert isinstance(made, Params)
    return made


def results(bits: str, clusters: int = 0) -> list[ItemResult]:
    """One item a bit; `clusters` environments in turn, or each item its own."""
    return [
        ItemResult(
            id=f"i{number:03}",
            cluster=f"e{number % clusters}" if clusters else f"i{number:03}",
            passed=bit == "1",
            detail="" if bit == "1" else "wrong_value",
            output="",
        )
        for number, bit in enumerate(bits)
    ]


def project(folder, suites: dict[str, dict[str, list[ItemResult]]]):
    """Evaluation folders as the stage leaves them."""
    for suite, models in suites.items():
        for name, items in models.items():
            home = folder / "evaluation" / name
            home.mkdir(parents=True, exist_ok=True)
            jsonl.write(home / f"{suite}.jsonl", items)
            (home / "rejected.jsonl").write_text("")
    return {f"evaluation/{path.name}": path for path in (folder / "evaluation").iterdir()}


CALLS = {
    "base": results("0" * 40),
    "few": results("1" * 4 + "0" * 36),
    "sft": results("1" * 24 + "0" * 16),
    "final": results("1" * 28 + "0" * 12),
}


def test_the_table_has_the_agreed_shape_and_the_numbers_done_by_hand(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    metrics = run(params(), project(tmp_path, {"calls": CALLS}), out).metrics
    assert set(metrics) == {"calls", "claims"}
    final = metrics["calls"]["final"]
    assert set(final) == {"n", "score", "low", "high", "versus"}
    assert (final["n"], final["score"]) == (40, 0.7)
    assert set(final["versus"]) == {"base", "few", "sft"}
    against = final["versus"]["few"]
    # 24 of 40 differ: mean 0.6, standard error sqrt(0.6 * 0.4 / 39), normal law for 40 items.
    half = 1.959964 * math.sqrt(0.24 / 39)
    assert against["difference"] == 0.6
    assert against["low"] == pytest.approx(0.6 - half, abs=1e-4)
    assert against["high"] == pytest.approx(0.6 + half, abs=1e-4)
    assert against["p"] < 1e-6
    assert metrics["calls"]["few"]["versus"]["final"]["difference"] == -0.6
    # Wilson's interval of 28 in 40.
    assert (final["low"], final["high"]) == (0.5457, 0.8193)
    assert json.loads(json.dumps(metrics, allow_nan=False)) == metrics


def test_items_of_one_environment_widen_the_interval():
    bits = "10" * 20
    alone = table({"base": results(bits)}, 0.95)["base"]
    together = table({"base": results(bits, clusters=4)}, 0.95)["base"]
    assert together["score"] == alone["score"] == 0.5
    assert together["high"] - together["low"] > 2 * (alone["high"] - alone["low"])


def test_few_clusters_use_t_and_pairing_is_by_item():
    found = table({"a": results("1101" * 5, clusters=4), "b": results("1001" * 5, clusters=4)}, 0.95)["a"]["versus"][
        "b"
    ]
    # One of four environments differs in all its 5 items: sums 3.75, -1.25, -1.25, -1.25, standard error 0.25.
    assert found["difference"] == 0.25
    assert found["low"] == pytest.approx(0.25 - 3.182446 * 0.25, abs=1e-4)
    assert found["p"] == pytest.approx(0.391, abs=1e-3)


def test_one_environment_alone_gives_bounds_that_say_nothing_and_still_are_json():
    found = table({"a": results("1101", clusters=1), "b": results("1001", clusters=1)}, 0.95)["a"]
    assert found["low"] < 0.2 and found["high"] > 0.95
    against = found["versus"]["b"]
    assert (against["low"], against["high"], against["p"]) == (-1.0, 1.0, 1.0)


def test_a_gain_is_claimed_against_the_best_baseline_and_needs_its_interval_above_zero():
    claim = judge({"calls": table(CALLS, 0.95)}, params())["gain_calls"]
    assert claim["holds"] and claim["against"] == "few" and claim["difference"] == 0.6
    wide = {"few": results("0000"), "final": results("1000")}
    claim = judge({"calls": table(wide, 0.95)}, params(wanted={"calls": 0.2}))["gain_calls"]
    assert claim["difference"] == 0.25 and claim["low"] < 0 and not claim["holds"]
    assert not judge({"calls": table(CALLS, 0.95)}, params(wanted={"calls": 0.61}))["gain_calls"]["holds"]


def test_of_equal_baselines_the_earlier_is_the_best():
    equal = table({"few": results("10"), "base": results("01")}, 0.95)
    assert best_of(equal, ("base", "few")) == "base"
    assert best_of(equal, ("other",)) is None


def test_final_must_not_be_worse_than_sft():
    safe = judge({"calls": table(CALLS, 0.95)}, params())["safe_calls"]
    assert safe["holds"] and safe["against"] == "sft"
    same = judge({"calls": table({"sft": CALLS["sft"], "final": CALLS["sft"]}, 0.95)}, params())["safe_calls"]
    assert same["holds"] and (same["low"], same["p"]) == (0.0, 1.0)
    worse = judge({"calls": table({"sft": CALLS["final"], "final": CALLS["sft"]}, 0.95)}, params())["safe_calls"]
    assert not worse["holds"]


def test_a_model_may_lack_a_suite_and_claims_about_it_are_left_out(tmp_path):
    partly = {name: items for name, items in CALLS.items() if name != "few"}
    where = project(tmp_path, {"calls": CALLS, "problems": partly})
    (tmp_path / "out").mkdir()
    metrics = run(params(wanted={"calls": 0.3, "elsewhere": 0.1}), where, tmp_path / "out").metrics
    assert "few" not in metrics["problems"] and "few" not in metrics["problems"]["base"]["versus"]
    assert set(metrics["claims"]) == {"gain_calls", "safe_calls", "safe_problems"}


def test_the_index_says_of_each_item_who_passed_it(tmp_path):
    (tmp_path / "out").mkdir()
    run(params(), project(tmp_path, {"calls": CALLS}), tmp_path / "out")
    rows = list(jsonl.read(tmp_path / "out" / "items.jsonl", Row))
    assert len(rows) == 40
    assert rows[4].id == "calls/i004" and rows[4].parents == ("i004",)
    assert rows[4].passed == {"base": False, "few": False, "sft": True, "final": True}


def test_models_that_were_not_asked_the_same_are_refused_by_name(tmp_path):
    where = project(tmp_path, {"calls": {**CALLS, "sft": results("1" * 39)}})
    with pytest.raises(UserError, match="calls: sft was not asked the same items as base"):
        run(params(), where, tmp_path)


def test_an_empty_suite_and_no_suite_at_all_are_refused(tmp_path):
    where = project(tmp_path / "a", {"calls": {**CALLS, "sft": []}})
    with pytest.raises(UserError, match=r"sft/calls\.jsonl: no items"):
        gather({"sft": where["evaluation/sft"]})
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no model was asked anything"):
        where = {name: tmp_path / "empty" for name in inputs(params())}  # noqa: C420 (pyright knows its type)
        run(params(), where, tmp_path)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"final": "best"}, "'best' is not among scores.models"),
        ({"models": ["base", "few", "sft", "final", "sft"]}, "twice"),
        ({"level": 95}, "level"),
        ({"wanted": {"calls": 30}}, "wanted.calls"),
    ],
)
def test_a_wrong_param_is_named(changes, told):
    with pytest.raises(UserError, match=told):
        params(**changes)


def test_a_missing_evaluation_is_one_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"scores": SECTION}))
    monkeypatch.chdir(tmp_path)
    assert main() == 2
    assert "data/evaluation/base: no finished artefact here" in capsys.readouterr().err
