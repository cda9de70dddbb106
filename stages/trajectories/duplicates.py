"""Near-duplicate dialogues: the same request on the same start state in nearly the same words; the first one is kept.

What counts is decided by execution first. Two dialogues can only be duplicates when they stand in one environment, on
one start state, under one rule of the house, and each turn ends in the same call with the same arguments and must leave
the same state and say the same values. The same words on other rows or other values are therefore no duplicate: they
teach that arguments follow the words. Among dialogues that do the same thing, likeness is measured

- by words: Jaccard index of word shingles (Broder 1997), exact, by an inverted index over the rarest shingles of each
  (prefix filtering, Bayardo et al. 2007), not estimated by MinHash: requests are short, so the exact join is fast enough;
- by meaning: the least cosine of their turns' sentence vectors, for an LLM's words that say one thing in other terms.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

import numpy as np

from stages.core.params.trajectories import Near
from stages.core.records import Dialogue, Environment, Rejected, canonical
from stages.trajectories.spoken_tokens import Words, named, ngrams, tokens

SIZE = 2
"""Words a shingle. In requests of ten words one changed word spoils two of eleven shingles, with three words three of ten."""
MEASURED = 0.8
"""Jaccard index from which the metrics call two wordings one, whatever is removed."""
OFF = 1.0
Shingles = frozenset[Hashable]
Embedder = Callable[[list[str]], np.ndarray]


class Kept(NamedTuple):
    """`rejected` rows name the dialogue that was kept in their place. `metrics` are counts and shares."""

    dialogues: list[Dialogue]
    rejected: list[Rejected]
    metrics: dict[str, Any]


def remove(
    dialogues: Sequence[Dialogue], environments: Mapping[str, Environment], near: Near, embedder: Embedder
) -> Kept:
    """The dialogues without near-duplicates, in their order.

    Args:
        dialogues: proved ones, of every split.
        environments: by id.
        near: from which likeness on a later dialogue goes; 1.0 is off.
        embedder: texts to unit vectors (len(texts), width); not called when `near.meaning` is off.
    """
    named_in = {row.id: named(row, environments[row.environment]) for row in dialogues}
    said = [shingles(row, named_in[row.id], keep=True) for row in dialogues]
    twins: dict[int, tuple[int, str]] = {}
    for block in _blocks(dialogues):
        if near.words < OFF:
            for place, first in enumerate(alike([said[i] for i in block], near.words)):
                if first is not None:
                    twins[block[place]] = (block[first], f"words: {near.words}")
        left = [index for index in block if index not in twins]
        if near.meaning < OFF and len(left) > 1:
            for later, first in _same_meaning([dialogues[i] for i in left], near.meaning, embedder):
                twins[left[later]] = (left[first], f"meaning: {near.meaning}")
    rejected = [
        Rejected(id=dialogues[i].id, reason="near_duplicate", detail=f"of {dialogues[first].id} by {how}")
        for i, (first, how) in sorted(twins.items())
    ]
    return Kept(
        [row for index, row in enumerate(dialogues) if index not in twins],
        rejected,
        {"removed": len(twins), **shares(dialogues, said, named_in)},
    )


def shares(
    dialogues: Sequence[Dialogue], said: Sequence[Shingles], named_in: Mapping[str, list[str]]
) -> dict[str, float]:
    """Shares that have no earlier dialogue alike by words, before anything is removed.

    `unique_share`: among those that do the same thing. `unique_wordings_share`: among all, with values cut out: how many
    wordings there are, whatever rows they speak of.
    """
    twins = sum(
        first is not None for block in _blocks(dialogues) for first in alike([said[i] for i in block], MEASURED)
    )
    cut = [shingles(row, named_in[row.id], keep=False) for row in dialogues]
    wordings = sum(first is None for first in alike(cut, MEASURED))
    total = max(1, len(dialogues))
    return {
        "unique_share": round(1 - twins / total, 4),
        "unique_wordings_share": round(wordings / total, 4),
    }


def shingles(dialogue: Dialogue, names: Sequence[str], *, keep: bool) -> Shingles:
    """Shingles of all turns, each with its turn's number; the beginning and the end of a turn are words too."""
    found: set[Hashable] = set()
    for number, turn in enumerate(dialogue.turns):
        words: Words = ("", *tokens(turn, names, keep=keep), "")
        found.update((number, run) for run in ngrams(words, SIZE))
    return frozenset(found)


def alike(sets: Sequence[Shingles], threshold: float) -> list[int | None]:
    """For each set the first earlier one that was kept and has a Jaccard index of at least `threshold` with it; else None.

    Two sets that are so alike share one of their rarest len - ceil(threshold * len) + 1 shingles; only these are indexed.
    """
    often = Counter(one for each in sets for one in each)
    order = {one: number for number, one in enumerate(sorted(often, key=lambda one: (often[one], repr(one))))}
    index: dict[Hashable, list[int]] = defaultdict(list)
    found: list[int | None] = []
    for number, each in enumerate(sets):
        rare = sorted(each, key=order.__getitem__)[: len(each) - ceil(threshold * len(each) - 1e-9) + 1]
        near = sorted({other for one in rare for other in index[one]})
        first = next((other for other in near if jaccard(each, sets[other]) >= threshold - 1e-9), None)
        found.append(first)
        if first is None:
            for one in rare:
                index[one].append(number)
    return found


def jaccard(one: Shingles, other: Shingles) -> float:
    """Shared shingles of all; 1.0 for two empty sets."""
    shared = len(one & other)
    union = len(one) + len(other) - shared
    return shared / union if union else 1.0


def _blocks(dialogues: Sequence[Dialogue]) -> list[list[int]]:
    """Indices of dialogues that do the same thing, for every thing that two or more do."""
    found: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(dialogues):
        found[_deed(row)].append(index)
    return [block for block in found.values() if len(block) > 1]


def _deed(row: Dialogue) -> str:
    """What is done and where, as text: all that must be the same in two duplicates but the words."""
    turns = [
        [turn.case, turn.goal.model_dump(mode="json"), turn.calls[-1].model_dump(mode="json") if turn.calls else None]
        for turn in row.turns
    ]
    return canonical([row.environment, row.split, row.start_digest, row.policy, turns])


def _same_meaning(rows: Sequence[Dialogue], threshold: float, embedder: Embedder) -> list[tuple[int, int]]:
    """(later, first kept) pairs. The rows have as many turns each; a dialogue is as like as its least like turn."""
    texts = [turn.user for row in rows for turn in row.turns]
    vectors_BTH = embedder(texts).reshape(len(rows), len(rows[0].turns), -1)
    kept: list[int] = []
    pairs: list[tuple[int, int]] = []
    for later in range(len(rows)):
        least = (vectors_BTH[kept] * vectors_BTH[later]).sum(-1).min(-1) if kept else np.zeros(0)
        near = np.flatnonzero(least >= threshold)
        if near.size:
            pairs.append((later, kept[int(near[0])]))
        else:
            kept.append(later)
    return pairs
