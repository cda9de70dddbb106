"""dvc.yaml as a graph: templates resolved, implied arrows left out, every stage in a layer of its own height."""

import pytest

from stages.report.chart_graph import draw
from stages.report.graph import layers, order, reads, reduced

DOCUMENT = {
    "stages": {
        "sources": {"cmd": "x", "outs": ["data/sources"]},
        "base": {"cmd": "x", "outs": [{"data/base": {"cache": False}}]},
        "sft": {"cmd": "x", "deps": ["data/base", "data/sources/apis.jsonl"], "outs": ["data/sft"]},
        "evaluation": {
            "foreach": "${evaluation.models}",
            "do": {"cmd": "x ${key}", "deps": ["${item.folder}"], "outs": ["data/evaluation/${key}"]},
        },
        "scores": {"cmd": "x", "deps": ["data/evaluation"], "outs": ["data/scores"]},
        "report": {"cmd": "x", "deps": ["dvc.yaml", "data/scores", "data/base"], "outs": ["data/report"]},
    }
}
PARAMS = {"evaluation": {"models": {"base": {"folder": "data/base"}, "tuned": {"folder": "data/sft/model"}}}}


def test_a_stage_reads_what_its_items_read():
    graph = reads(DOCUMENT, PARAMS)
    assert graph["evaluation"] == ("base", "sft")
    assert graph["scores"] == ("evaluation",)
    assert graph["sft"] == ("sources", "base")


def test_a_matrix_is_resolved_too():
    stage = {
        "matrix": {"name": ["base", "sft"]},
        "cmd": "x",
        "deps": ["data/${item.name}"],
        "outs": ["data/m/${item.name}"],
    }
    assert reads({"stages": {**DOCUMENT["stages"], "evaluation": stage}}, {})["evaluation"] == ("base", "sft")


def test_a_name_that_params_do_not_have_gives_no_arrow():
    assert reads(DOCUMENT, {})["evaluation"] == ()


def test_an_arrow_that_a_longer_way_implies_is_left_out():
    assert reduced({"a": (), "b": ("a",), "c": ("a", "b")}) == {"a": (), "b": ("a",), "c": ("b",)}


def test_a_stage_stands_as_low_as_its_readers_allow():
    assert layers({"a": (), "b": ("a",), "late": (), "c": ("b", "late")}) == [["a"], ["b", "late"], ["c"]]


def test_a_circle_is_named():
    with pytest.raises(ValueError, match="circle"):
        order({"a": ("b",), "b": ("a",)})


def test_the_drawing_has_a_box_a_stage_and_an_arrow_a_reduced_edge():
    graph = reads(DOCUMENT, PARAMS)
    drawn = draw(graph, {"sft": "12 <steps>"}, frozenset({"base"}))
    assert drawn.count("<rect") == len(graph)
    assert drawn.count("<g><path") == sum(map(len, reduced(graph).values()))
    assert "12 &lt;steps&gt;" in drawn
    assert drawn.count("unmade") == len(graph) - 1


def test_a_long_arrow_bends_round_the_stages_between():
    drawn = draw({"a": (), "b": ("a",), "c": ("b",), "d": ("c", "e"), "e": ("a",)}, {}, frozenset())
    assert drawn.count("<rect") == 5
