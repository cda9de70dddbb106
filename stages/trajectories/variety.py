"""How various the users' words are: distinct-n and Self-BLEU over a sample of fixed size.

- distinct-n (Li et al. 2016): different n-grams of all n-grams. It falls as more text is counted, so it is taken from a
  sample of SAMPLE turns, and runs that have as many can be compared.
- Self-BLEU (Zhu et al. 2018, Texygen): the mean BLEU-4 of each turn with all other turns of the sample as references; 0
  where no turn is like another, 1 where all are one. BLEU as in Papineni et al. 2002 for one sentence, with 0.1 for a
  precision of no match and the orders that a short turn has (Chen and Cherry 2014, smoothing 1 and effective order).

The largest count of an n-gram in all other turns is its largest or second largest in the sample, so the whole is one
pass over the n-grams and not one a pair of turns.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from math import exp, log
from random import Random

from stages.core.records import Dialogue, Environment
from stages.trajectories.spoken_tokens import Words, named, ngrams, tokens

SAMPLE = 500
"""Turns at most."""
ORDER = 4
NO_MATCH = 0.1


def variety(dialogues: Sequence[Dialogue], environments: Mapping[str, Environment], rng: Random) -> dict[str, float]:
    """`turns` sampled, `distinct_1`, `distinct_2`, `self_bleu`, and `self_bleu_wordings`, which has values cut out.

    Names and values make any two turns unlike; what is left without them is how the users put things.
    """
    found = [(turn, row) for row in dialogues for turn in row.turns]
    sample = rng.sample(found, min(SAMPLE, len(found)))
    names = {row.id: named(row, environments[row.environment]) for _, row in sample}
    whole = [tokens(turn, (), keep=True) for turn, _ in sample]
    cut = [tokens(turn, names[row.id], keep=False) for turn, row in sample]
    return {
        "turns": len(sample),
        "distinct_1": round(distinct(whole, 1), 4),
        "distinct_2": round(distinct(whole, 2), 4),
        "self_bleu": round(self_bleu(whole), 4),
        "self_bleu_wordings": round(self_bleu(cut), 4),
    }


def distinct(texts: Sequence[Words], size: int) -> float:
    """Different n-grams of `size` words, of all of them; 0 where there are none."""
    runs = [run for text in texts for run in ngrams(text, size)]
    return len(set(runs)) / max(1, len(runs))


def self_bleu(texts: Sequence[Words]) -> float:
    """The mean BLEU of each text against all others, between 0 and 1; 0 for fewer than two texts. Empty texts are left out."""
    texts = [text for text in texts if text]
    if len(texts) < 2:
        return 0.0
    counts = [[Counter(ngrams(text, size)) for size in range(1, ORDER + 1)] for text in texts]
    best = [_two_largest([each[size] for each in counts]) for size in range(ORDER)]
    lengths = sorted(len(text) for text in texts)
    return sum(_bleu(text, counts[n], best, lengths, n) for n, text in enumerate(texts)) / len(texts)


Largest = dict[Words, tuple[int, int, int]]
"""N-gram -> (its largest count in one text, whose, the second largest)."""


def _two_largest(counts: Sequence[Counter[Words]]) -> Largest:
    found: Largest = {}
    for owner, each in enumerate(counts):
        for run, count in each.items():
            first, whose, second = found.get(run, (0, -1, 0))
            if count > first:
                found[run] = (count, owner, first)
            elif count > second:
                found[run] = (first, whose, count)
    return found


def _bleu(text: Words, counts: list[Counter[Words]], best: list[Largest], lengths: list[int], number: int) -> float:
    """BLEU of text `number` against all others."""
    precisions: list[float] = []
    for size in range(min(ORDER, len(text))):
        matched = 0
        for run, count in counts[size].items():
            first, whose, second = best[size][run]
            matched += min(count, second if whose == number else first)
        if size == 0 and not matched:
            return 0.0
        precisions.append((matched or NO_MATCH) / (len(text) - size))
    short = min(1.0, exp(1 - _closest(lengths, len(text)) / len(text)))
    return short * exp(sum(map(log, precisions)) / len(precisions))


def _closest(lengths: list[int], length: int) -> int:
    """The length of the other text that is nearest to `length`, the shorter of two; `lengths` are sorted and hold it once."""
    place = bisect_left(lengths, length)
    others = [*lengths[max(0, place - 1) : place], *lengths[place + 1 : place + 2]]
    return min(others, key=lambda other: (abs(other - length), other))
