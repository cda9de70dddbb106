"""Scores as the page tells them: intervals, the best cheap baseline, paired differences, claims."""

import math

from stages.report.headline import sentences
from stages.report.scores import best_cheap, claims, section, suites
from tests.report.made import SCORES, material
from tests.report.test_page import Elements


def test_the_best_cheap_baseline_has_the_highest_score_and_no_training():
    models = SCORES["environments"] | {"sft": {"n": 80, "score": 0.9, "low": 0.8, "high": 1.0}}
    assert best_cheap(models) == "base_few_shot"
    assert best_cheap({"sft": models["sft"]}) is None


def test_what_is_no_suite_is_not_taken_for_one():
    assert list(suites(SCORES | {"claims": {"a": True}, "seed": 7, "empty": {}})) == ["environments"]


def test_the_table_shows_the_metrics_own_numbers():
    text = Elements(str(section(SCORES))).text
    assert "46.2% 35.1 to 57.4 +41.2 +30.1 to +52.4 < 0.001" in text
    assert "base_few_shot 80 5.0% 1.0 to 12.0 the best cheap baseline" in text


def test_only_a_difference_beyond_nothing_is_set_apart():
    weak = {"difference": 0.01, "low": -0.02, "high": 0.04, "p": 0.4}
    models = SCORES["environments"] | {
        "sft": {"n": 80, "score": 0.06, "low": 0.0, "high": 0.1, "versus": {"base_few_shot": weak}}
    }
    html = str(section({"environments": models}))
    assert html.count("beyond") == 1 and 'beyond">+41.2' in html


def test_a_model_that_was_not_compared_is_not_given_a_difference():
    assert "1.2% 0.0 to 4.0 not compared" in Elements(str(section(SCORES))).text


def test_a_bound_that_could_not_be_estimated_is_not_made_up():
    models = {"base": {"n": 3, "score": 0.5, "low": -math.inf, "high": math.inf}}
    text = Elements(str(section({"environments": models}))).text
    assert "50.0% not known" in text and "inf" not in text


def test_the_headline_says_from_where_to_where_with_intervals():
    said = " ".join(sentences(material(scored=True)))
    assert "from 5.0% (1.0 to 12.0; `base_few_shot`, the best cheap baseline) to 46.2% (35.1 to 57.4)" in said
    assert "+41.2 points (+30.1 to +52.4" in said


def test_training_is_also_told_at_the_same_decoding():
    against = {"difference": 0.175, "low": 0.0775, "high": 0.2725, "p": 0.0004}
    models = SCORES["environments"] | {
        "base": {"n": 80, "score": 0.02, "low": 0.0, "high": 0.04},
        "final_free": {"n": 80, "score": 0.5, "low": 0.4, "high": 0.6, "versus": {"base": against}},
    }
    found = material(scored=True)
    parts = {**found.parts, "scores": found.parts["scores"]._replace(metrics={"environments": models})}
    said = " ".join(sentences(found._replace(parts=parts)))
    assert "Without a grammar on either side, it gains +17.5 points (+7.8 to +27.3" in said


def test_a_difference_whose_interval_holds_nothing_is_called_unclear():
    final = SCORES["environments"]["final"]
    weak = final | {"versus": {"base_few_shot": {"difference": 0.01, "low": -0.02, "high": 0.04, "p": 0.4}}}
    found = material(scored=True)
    metrics = {"environments": SCORES["environments"] | {"final": weak}}
    parts = {**found.parts, "scores": found.parts["scores"]._replace(metrics=metrics)}
    assert "no clear difference" in " ".join(sentences(found._replace(parts=parts)))


def test_claims_come_by_name_or_in_a_list():
    assert claims({"bfcl_by_30": {"holds": False, "difference": 0.2}}) == [
        {"claim": "bfcl by 30", "held": False, "seen": "difference 0.2"}
    ]
    assert claims([{"claim": "more than 15 points", "held": True}])[0]["held"] is True
    assert claims(None) == []
