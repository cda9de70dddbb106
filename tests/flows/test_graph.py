"""The graph of stages as plain data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import graph
from flows.graph import Stage


def chain() -> list[Stage]:
    return [
        Stage("a", (), ("data/a",)),
        Stage("b", ("data/a",), ("data/b",)),
        Stage("c@x", ("data/a/part",), ("data/c/x",)),
        Stage("d", ("data/b", "data/c"), ("data/d",)),
    ]


def test_a_stage_reads_a_folder_a_file_in_it_or_the_folder_above_several_outs():
    assert graph.edges(chain()) == {"a": set(), "b": {"a"}, "c@x": {"a"}, "d": {"b", "c@x"}}


def test_a_circle_is_named():
    with pytest.raises(ValueError, match="circle"):
        graph.edges([Stage("a", ("data/b",), ("data/a",)), Stage("b", ("data/a",), ("data/b",))])


def test_upstream_and_downstream_hold_the_stage_itself():
    parents = graph.edges(chain())
    assert graph.upstream(parents, "b") == {"a", "b"}
    assert graph.downstream(parents, {"c@x"}) == {"c@x", "d"}


def test_a_name_that_only_begins_alike_is_no_dependency():
    parents = graph.edges([Stage("sft", (), ("data/sft",)), Stage("z", ("data/sft2",), ("data/z",))])
    assert parents["z"] == set()


@given(st.integers(1, 4))
def test_time_left_is_never_below_the_critical_path(slots):
    parents = graph.edges(chain())
    seconds = {"a": 10.0, "b": 20.0, "c@x": 5.0, "d": 1.0}
    assert graph.remaining(parents, set(parents), seconds, slots) >= 31.0
