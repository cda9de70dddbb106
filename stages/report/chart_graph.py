"""The graph of stages drawn top to bottom: a box a stage, a curve for each arrow that no longer way implies."""

from collections.abc import Mapping
from itertools import pairwise

from markupsafe import Markup

from stages.report.graph import Reads, layers, reduced
from stages.report.svg import picture, tag, text

BOX_W, BOX_H, GAP_X, GAP_Y, EDGE = 116, 42, 14, 30, 8
SWEEPS = 4
"""Passes up and down that put each stage near what it reads; small graphs settle in two."""
KINDS = {
    "base": "model",
    "sft": "model",
    "rl": "model",
    "merge": "model",
    "evaluation": "proof",
    "scores": "proof",
    "report": "proof",
}
"""Stages that make models or evidence; all others make data."""


def draw(graph: Reads, figures: Mapping[str, str], made: frozenset[str]) -> Markup:
    """The drawing.

    Args:
        graph: who reads whom.
        figures: a stage's word -> the few words under it.
        made: stages whose artefacts this page read; the others are drawn dashed.
    """
    arrows = reduced(graph)
    rows = _arranged(arrows)
    widest = max(len(row) for row in rows)
    width = widest * (BOX_W + GAP_X) - GAP_X + 2 * EDGE
    height = len(rows) * (BOX_H + GAP_Y) - GAP_Y + 2 * EDGE
    place: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        for index, name in enumerate(row):
            x = width / 2 + (index - (len(row) - 1) / 2) * (BOX_W + GAP_X)
            place[name] = (x, EDGE + number * (BOX_H + GAP_Y))
    level = {name: number for number, row in enumerate(rows) for name in row}
    edges = [
        _edge([place[name] for name in _way(parent, word, level)])
        for word, parents in arrows.items()
        for parent in parents
    ]
    boxes = [_box(word, figures.get(word, ""), word in made, *place[word]) for word in graph]
    label = "; ".join(f"{word} reads {', '.join(parents) or 'no other stage'}" for word, parents in graph.items())
    return picture(f"Graph of stages. {label}.", width, height, *edges, *boxes, class_="plot dag")


def _bend(parent: str, word: str, row: int) -> str:
    """Name of the point where an arrow crosses a row that it does not end in."""
    return f"{parent}>{word}@{row}"


def _way(parent: str, word: str, level: Mapping[str, int]) -> list[str]:
    bends = [_bend(parent, word, row) for row in range(level[parent] + 1, level[word])]
    return [parent, *bends, word]


def _arranged(arrows: Reads) -> list[list[str]]:
    """Layers with the bends of long arrows in them, ordered so that few arrows cross."""
    rows = layers(arrows)
    level = {name: number for number, row in enumerate(rows) for name in row}
    near: dict[str, list[str]] = {name: [] for name in level}
    for word, parents in arrows.items():
        for parent in parents:
            way = _way(parent, word, level)
            for number, name in enumerate(way[1:-1], level[parent] + 1):
                rows[number].append(name)
            for one, two in pairwise(way):
                near.setdefault(one, []).append(two)
                near.setdefault(two, []).append(one)
    for sweep in range(SWEEPS):
        numbers = range(1, len(rows)) if sweep % 2 == 0 else range(len(rows) - 2, -1, -1)
        for number in numbers:
            beside = rows[number - 1] if sweep % 2 == 0 else rows[number + 1]
            middle = {name: index - (len(beside) - 1) / 2 for index, name in enumerate(beside)}
            rows[number].sort(key=lambda name, middle=middle: _mean([middle[n] for n in near[name] if n in middle]))
    return rows


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _edge(points: list[tuple[float, float]]) -> Markup:
    x, y = points[0]
    path = f"M{x:g},{y + BOX_H:g}"
    last = len(points) - 1
    y += BOX_H
    for number, (to_x, to_y) in enumerate(points[1:], 1):
        end = to_y - 5 if number == last else to_y
        half = (y + end) / 2
        path += f" C{x:g},{half:g} {to_x:g},{half:g} {to_x:g},{end:g}"
        x, y = to_x, end
        if number < last:
            y = to_y + BOX_H
            path += f" L{x:g},{y:g}"
    head = f"M{x - 4:g},{y - 2:g} L{x:g},{y + 4:g} L{x + 4:g},{y - 2:g}"
    return tag("g", tag("path", d=path, class_="edge"), tag("path", d=head, class_="edge"))


def _box(word: str, figure: str, made: bool, x: float, y: float) -> Markup:
    kind = KINDS.get(word, "data")
    frame = tag(
        "rect",
        x=x - BOX_W / 2,
        y=float(y),
        width=BOX_W,
        height=BOX_H,
        rx=6,
        class_=f"box {kind}" + ("" if made else " unmade"),
    )
    name = text(x, y + (18 if figure else 26), word, "box-name", "middle")
    below = text(x, y + 33, figure, "box-figure", "middle") if figure else Markup("")
    return tag("g", frame, name, below)
