"""The page's plots: scores with intervals, columns of counts, a curve over steps. Data in, inline SVG out."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from stages.report.numbers import count, percent, plain
from stages.report.svg import line, picture, tag, text, ticks

WIDTH = 344
"""Of one plot, in pixels: three stand side by side on a desk, one fills a telephone."""


class Score(NamedTuple):
    """A row of the interval plot; shares between 0 and 1."""

    name: str
    score: float
    low: float
    high: float
    strong: bool


def intervals(label: str, rows: Sequence[Score]) -> Markup:
    """A dot a model with its interval as a line, on one scale from 0 to 100%."""
    left, right, top, step = 116, WIDTH - 52, 8, 24
    bottom = top + step * len(rows)

    def x(share: float) -> float:
        return left + (right - left) * min(max(share, 0.0), 1.0)

    drawn: list[Markup] = []
    for mark in (0, 0.25, 0.5, 0.75, 1):
        drawn.append(line(x(mark), top, x(mark), bottom, "grid"))
        drawn.append(text(x(mark), bottom + 14, f"{100 * mark:.0f}", "tick", "middle"))
    for number, row in enumerate(rows):
        y = top + step * (number + 0.5)
        kind = "strong" if row.strong else "weak"
        drawn.append(text(left - 8, y + 4, row.name, f"name {kind}", "end"))
        drawn.append(line(x(row.low), y, x(row.high), y, f"whisker {kind}"))
        drawn.append(tag("circle", cx=x(row.score), cy=y, r=4.5, class_=f"dot {kind}"))
        drawn.append(text(WIDTH, y + 4, percent(row.score), f"value {kind}", "end"))
    said = "; ".join(f"{row.name} {percent(row.score)}" for row in rows)
    return picture(f"{label}: {said}", WIDTH, bottom + 20, *drawn)


def columns(label: str, pairs: Sequence[tuple[str, int]]) -> Markup:
    """One column a value with its count above it; for small whole numbers and names."""
    height, top, bottom = 132, 18, 112
    highest = max((value for _, value in pairs), default=0) or 1
    room = WIDTH / max(len(pairs), 1)
    drawn = [line(0, bottom, WIDTH, bottom, "axis")]
    for number, (name, value) in enumerate(pairs):
        tall = (bottom - top) * value / highest
        middle = room * (number + 0.5)
        wide = min(room * 0.72, 44)
        drawn.append(tag("rect", x=middle - wide / 2, y=bottom - tall, width=wide, height=tall, class_="column"))
        drawn.append(text(middle, bottom - tall - 5, count(value), "tick", "middle"))
        drawn.append(text(middle, bottom + 15, name, "tick", "middle"))
    said = "; ".join(f"{name}: {value}" for name, value in pairs)
    return picture(f"{label}: {said}", WIDTH, height, *drawn)


def curve(label: str, values: Sequence[float]) -> Markup:
    """A series in the order of training: each value faint, and the mean of the nearest eleventh of them on top."""
    left, right, top, bottom = 44, WIDTH - 6, 8, 134
    marks = ticks(min(values), max(values), 4)

    def x(index: int) -> float:
        return left + (right - left) * index / max(len(values) - 1, 1)

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - marks[0]) / (marks[-1] - marks[0])

    def path(series: Sequence[float]) -> str:
        return " ".join(f"{'M' if i == 0 else 'L'}{x(i):.2f},{y(v):.2f}" for i, v in enumerate(series))

    drawn: list[Markup] = []
    for mark in marks:
        drawn.append(line(left, y(mark), right, y(mark), "grid"))
        drawn.append(text(left - 6, y(mark) + 4, plain(mark), "tick", "end"))
    drawn.append(tag("path", d=path(values), class_="raw"))
    drawn.append(tag("path", d=path(smooth(values)), class_="smooth"))
    drawn.append(text(left, bottom + 15, "1", "tick", "start"))
    drawn.append(text(right, bottom + 15, count(len(values)), "tick", "end"))
    said = f"{label}: {len(values)} values, from {plain(values[0])} to {plain(values[-1])}"
    return picture(said, WIDTH, 154, *drawn)


def smooth(values: Sequence[float]) -> list[float]:
    """Centred running mean over about an eleventh of the series; the window shrinks at the ends."""
    reach = len(values) // 22
    found = []
    for index in range(len(values)):
        near = min(reach, index, len(values) - 1 - index)
        window = values[index - near : index + near + 1]
        found.append(sum(window) / len(window))
    return found
