"""Which rows are trained on, and as which tokens: a budget in tokens, shared out over the pools.

Every pool is shuffled by its own generator over its sorted ids, then taken from the front until its part of the budget
is used, so a bigger budget only adds rows. A pool too small for its part leaves the rest to the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from stages.core.models.encode import encode
from stages.core.records import Rejected, SftRow
from stages.core.seeds import generator

IGNORED = -100
"""Label of a token without loss, as torch's cross entropy has it."""


class Example(NamedTuple):
    """A row as tokens: `labels` are the ids where the assistant speaks, -100 elsewhere; same length as `ids`."""

    row: str
    source: str
    ids: list[int]
    labels: list[int]


class Sample(NamedTuple):
    """The rows to train on (pool by pool) and those that could not be used."""

    examples: list[Example]
    rejected: list[Rejected]


def sample(
    rows: Iterable[SftRow], tokenizer, shares: Mapping[str, float], max_tokens: int, max_length: int, seed: int
) -> Sample:
    """Draw rows of the train split within the budget.

    Args:
        rows: of any split; only `train` is used.
        tokenizer: of the model to be trained.
        shares: pool -> part of the budget.
        max_tokens: the budget over all pools.
        max_length: a longer row is rejected as `over_length`, one without assistant tokens as `no_loss`.
        seed: names the order.
    """
    pools: dict[str, list[SftRow]] = {source: [] for source in shares}
    for row in rows:
        if row.split == "train" and row.source in pools:
            pools[row.source].append(row)
    drawers = {
        source: _Drawer(pool, tokenizer, max_length, seed) for source, pool in pools.items() if shares[source] > 0
    }
    used, open_pools = 0, dict(drawers)
    while open_pools and used < max_tokens:
        # One round shares out what is left; pools that ran dry drop out and their part is shared again.
        left, weight = max_tokens - used, sum(shares[source] for source in open_pools)
        before = used
        for source, drawer in list(open_pools.items()):
            used += drawer.draw(left * shares[source] / weight)
            if drawer.dry:
                del open_pools[source]
        if used == before:
            break
    return Sample(
        [example for drawer in drawers.values() for example in drawer.taken],
        [row for drawer in drawers.values() for row in drawer.rejected],
    )


class _Drawer:
    def __init__(self, pool: Sequence[SftRow], tokenizer, max_length: int, seed: int) -> None:
        self._pool = sorted(pool, key=lambda row: row.id)
        if self._pool:
            generator(seed, "sft", "draw", self._pool[0].source).shuffle(self._pool)
        self._tokenizer, self._max_length = tokenizer, max_length
        self._next = 0
        self.taken: list[Example] = []
        self.rejected: list[Rejected] = []

    @property
    def dry(self) -> bool:
        return self._next >= len(self._pool)

    def draw(self, tokens: float) -> int:
        """Take rows while they fit into `tokens`; returns how many tokens were taken."""
        used = 0
        while not self.dry:
            found = example(self._pool[self._next], self._tokenizer, self._max_length)
            if isinstance(found, Rejected):
                self.rejected.append(found)
            elif used + len(found.ids) > tokens:
                break
            else:
                self.taken.append(found)
                used += len(found.ids)
            self._next += 1
        return used


def example(row: SftRow, tokenizer, max_length: int) -> Example | Rejected:
    """Encode one row. Rejected as `over_length` or `no_loss`."""
    ids, mask = encode(tokenizer, row.messages, row.tools)
    if len(ids) > max_length:
        return Rejected(id=row.id, reason="over_length", detail=f"{len(ids)} tokens, the limit is {max_length}")
    if not any(mask):
        return Rejected(id=row.id, reason="no_loss", detail="no assistant token")
    labels = [token if bit else IGNORED for token, bit in zip(ids, mask, strict=True)]
    return Example(row.id, row.source, ids, labels)
