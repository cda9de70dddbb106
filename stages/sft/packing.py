"""Rows that begin alike, computed once: several rows in one sequence, laid out as the tree of their tokens.

Half of a short row is its prompt, and rows about the same tools share most of theirs. A sequence holds each shared
beginning once; every row's own tokens follow it at the positions they would have alone and see their own row only. The
loss is that of the rows one by one, for fewer tokens (the idea of prefix sharing in serving: SGLang's RadixAttention,
arXiv 2312.07104, put to training). Tokens that carry loss, and the one before them, are never shared.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stages.core.seeds import generator
from stages.sft.rows import IGNORED, Example

OPEN = 8
"""Sequences that wait for more rows; the fullest is closed when there would be one more."""


class Packed(NamedTuple):
    """One sequence; `ids`, `labels`, `positions` and `ends` have the same length.

    `ends[i]` is the last index that may see token i: it sees token j if j <= i <= ends[j].
    """

    rows: list[int]
    """Indices of the rows in it."""
    ids: list[int]
    labels: list[int]
    positions: list[int]
    ends: list[int]


def pack(examples: Sequence[Example], size: int, seed: int, *names: int | str) -> list[Packed]:
    """Put every row into one sequence of at most `size` tokens; rows of a family stay together where they fit.

    A row longer than that stands alone.

    Args:
        examples: rows.
        size: tokens of a sequence, shared ones counted once.
        seed: with `names`, draws the order of sequences and what meets in one.
        names: of the draw.
    """
    random = generator(seed, *names)
    units = list(_units(examples, size))
    random.shuffle(units)
    closed: list[list[int]] = []
    waiting: list[list[int]] = []
    for unit in units:
        place = next((one for one in waiting if tokens([examples[i] for i in one + unit]) <= size), None)
        if place is not None:
            place.extend(unit)
            continue
        waiting.append(list(unit))
        if len(waiting) > OPEN:
            fullest = max(waiting, key=lambda one: tokens([examples[i] for i in one]))
            waiting.remove(fullest)
            closed.append(fullest)
    closed += waiting
    random.shuffle(closed)
    return [merge(examples, rows) for rows in closed]


def tokens(examples: Sequence[Example]) -> int:
    """Length of the sequence these rows make together."""
    ordered = sorted(examples, key=lambda example: example.ids)
    before = [None, *ordered]
    return sum(len(one.ids) - _common(last, one) for last, one in zip(before, ordered, strict=False))


def merge(examples: Sequence[Example], rows: Sequence[int]) -> Packed:
    """The rows as one sequence, in the order of their tokens."""
    ordered = sorted(rows, key=lambda row: examples[row].ids)
    packed = Packed(ordered, [], [], [], [])
    path: list[int] = []
    last: Example | None = None
    for row in ordered:
        example = examples[row]
        shared = _common(last, example)
        _close(packed, path[shared:])
        del path[shared:]
        for position in range(shared, len(example.ids)):
            path.append(len(packed.ids))
            packed.ids.append(example.ids[position])
            packed.labels.append(example.labels[position])
            packed.positions.append(position)
            packed.ends.append(-1)
        last = example
    _close(packed, path)
    return packed


def _close(packed: Packed, path: Sequence[int]) -> None:
    for index in path:
        packed.ends[index] = len(packed.ids) - 1


def _units(examples: Sequence[Example], size: int) -> Iterator[list[int]]:
    """Rows of one family, as many as fit together."""
    families: dict[str, list[int]] = {}
    for index, example in enumerate(examples):
        families.setdefault(example.family or example.row, []).append(index)
    for family in families.values():
        unit: list[int] = []
        for index in family:
            if unit and tokens([examples[i] for i in (*unit, index)]) > size:
                yield unit
                unit = []
            unit.append(index)
        yield unit


def _common(one: Example | None, other: Example) -> int:
    """How many leading tokens two rows may share: equal, and before each row's last token without loss."""
    if one is None:
        return 0
    most = min(_prompt(one), _prompt(other)) - 1
    for place in range(most):
        if one.ids[place] != other.ids[place]:
            return place
    return max(0, most)


def _prompt(example: Example) -> int:
    """Tokens before the first that carries loss."""
    return next(place for place, label in enumerate(example.labels) if label != IGNORED)
