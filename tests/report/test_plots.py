"""Plots show what they are given, in text that is escaped and on scales that hold it."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from stages.report.plots import Score, columns, curve, intervals, smooth
from stages.report.svg import tag, ticks


def test_text_and_attributes_are_escaped():
    assert str(tag("text", '<b>"', class_='"><script>')) == (
        '<text class="&#34;&gt;&lt;script&gt;">&lt;b&gt;&#34;</text>'
    )


def test_a_column_is_as_high_as_its_count():
    heights = [
        float(height) for height in re.findall(r'height="([\d.]+)" class="column"', columns("x", [("1", 2), ("2", 4)]))
    ]
    assert heights[1] == 2 * heights[0] > 0


def test_an_interval_is_drawn_where_it_lies():
    drawn = intervals("suite", [Score("final", 0.5, 0.0, 1.0, True)])
    start, end = map(float, re.search(r'x1="([\d.]+)"[^>]*x2="([\d.]+)"[^>]*whisker', drawn).groups())
    middle = float(re.search(r'cx="([\d.]+)"', drawn)[1])
    assert middle == (start + end) / 2 and "50.0%" in drawn


def test_a_flat_curve_and_a_short_one_are_drawn():
    assert "smooth" in curve("loss", [1.0, 1.0, 1.0])
    assert "nan" not in curve("loss", [0.0, 0.0])


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
@example(0.0, 1.0868143905499409e-10)
@example(0.0, 1.1e-8)
def test_ticks_hold_the_whole_range(low, span):
    marks = ticks(low, low + span)
    assert marks[0] <= low + 1e-6 and marks[-1] >= low + span - 1e-6
    assert marks == sorted(set(marks)) and 2 <= len(marks) <= 8


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=200))
def test_smoothing_stays_within_what_it_smooths(values):
    found = smooth(values)
    assert len(found) == len(values)
    assert min(values) - 1e-9 <= min(found) and max(found) <= max(values) + 1e-9
    assert found[0] == values[0]
