"""Which output can fill which input: exact links by type, and likely links by the cosine of two descriptions.

An exact link joins a result that holds a key of T to an argument that holds a key of T. They are known to be right, so
they calibrate the threshold of the likely ones: pairs of typed keys of one environment are true when the types agree.
A likely link never overrules a type: two typed ends that disagree are no link however alike they read.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from stages.toolgraph.flatten import Node

Embedder = Callable[[list[str]], np.ndarray]
"""Texts -> unit vectors (n, d)."""


class Link(NamedTuple):
    """`source` (an output's id) can fill `target` (an input's id)."""

    source: str
    target: str
    kind: str
    """`exact` or `embedding`."""
    cosine: float | None = None


class Calibration(NamedTuple):
    """The threshold, and how it does on pairs whose truth is known. Threshold above 1: no likely link at all."""

    threshold: float
    precision: float
    recall: float
    true_pairs: int
    false_pairs: int


def exact(outputs: list[Node], inputs: list[Node]) -> list[Link]:
    """Every pair of a key's producer and a key's argument, of two distinct tools."""
    by_entity: dict[str, list[Node]] = {}
    for node in outputs:
        if node.entity:
            by_entity.setdefault(node.entity, []).append(node)
    return [
        Link(source.id, target.id, "exact")
        for target in inputs
        if target.entity
        for source in by_entity.get(target.entity, ())
        if source.tool != target.tool
    ]


def calibrate(outputs: list[Node], inputs: list[Node], embedder: Embedder, precision: float) -> Calibration:
    """The lowest cosine at and above which at least `precision` of the known pairs are true."""
    pairs = [
        (a, b, a.entity == b.entity)
        for a in outputs
        for b in inputs
        if a.entity and b.entity and a.tool != b.tool and a.entity.split(":")[0] == b.entity.split(":")[0]
    ]
    true = sum(right for _, _, right in pairs)
    if not true:
        return Calibration(2.0, 0.0, 0.0, 0, len(pairs))
    vector = _vectors([*outputs, *inputs], embedder)
    scored = sorted(((round(float(vector[a.text] @ vector[b.text]), 6), right) for a, b, right in pairs), reverse=True)
    best = Calibration(2.0, 0.0, 0.0, true, len(pairs) - true)
    found = 0
    for place, (cosine, right) in enumerate(scored, 1):
        found += right
        last_of_its_value = place == len(scored) or scored[place][0] != cosine
        if last_of_its_value and found / place >= precision:
            best = Calibration(cosine, found / place, found / true, true, len(pairs) - true)
    return best


def likely(
    outputs: list[Node], inputs: list[Node], embedder: Embedder, threshold: float, cross: bool
) -> Iterator[Link]:
    """Pairs of distinct tools with a cosine of at least `threshold` that no type contradicts.

    Args:
        outputs, inputs: nodes of all environments.
        embedder: texts to unit vectors.
        threshold: lowest cosine.
        cross: whether the two tools may belong to different environments.
    """
    if threshold > 1 or not outputs or not inputs:
        return
    vector = _vectors([*outputs, *inputs], embedder)
    targets_ID = np.stack([vector[node.text] for node in inputs])
    for source in outputs:
        near = np.flatnonzero(targets_ID @ vector[source.text] >= threshold - 1e-6)
        for index in near.tolist():
            target = inputs[index]
            same = source.tool.split("/")[0] == target.tool.split("/")[0]
            typed = target.entity is not None or source.entity is not None
            # Typed ends were linked exactly, or their types say that they do not fit.
            if source.tool != target.tool and (same or cross) and not typed and source.type == target.type:
                cosine = round(float(targets_ID[index] @ vector[source.text]), 4)
                yield Link(source.id, target.id, "embedding", cosine)


def _vectors(nodes: list[Node], embedder: Embedder) -> dict[str, np.ndarray]:
    texts = sorted({node.text for node in nodes})
    return dict(zip(texts, embedder(texts), strict=True))
