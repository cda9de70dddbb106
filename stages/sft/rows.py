"""Which rows are trained on, and as which tokens: a budget in tokens, shared out over the pools.

Every pool is shuffled by its own generator, family by family (rows that show the same tools: their shared beginning is
computed once, see `packing`), then taken from the front until its part of the budget is used, so a bigger budget only
adds rows. A pool too small for its part leaves the rest to the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from stages.core.models.encode import encode
from stages.core.records import Rejected, SftRow, content_id
from stages.core.seeds import generator

IGNORED = -100
"""Label of a token without loss, as torch's cross entropy has it."""


class Example(NamedTuple):
    """A row as tokens: `labels` are the ids where the assistant speaks, -100 elsewhere; same length as `ids`."""

    row: str
    source: str
    ids: list[int]
    labels: list[int]
    family: str = ""
    """The same for rows that show the same tools; empty for a row without tools."""


class Sample(NamedTuple):
    """The rows to train on (pool by pool) and those that could not be used."""

    examples: list[Example]
    rejected: list[Rejected]


class Sampler:
    """Draws rows of the train split within a budget; a row is encoded once, however often the budget is tried."""

    def __init__(
        self, rows: Iterable[SftRow], tokenizer, shares: Mapping[str, float], max_length: int, seed: int
    ) -> None:
        """
        Args:
            rows: of any split; only `train` is used.
            tokenizer: of the model to be trained.
            shares: pool -> part of the budget.
            max_length: a longer row is rejected as `over_length`, one without assistant tokens as `no_loss`.
            seed: names the order.
        """
        pools: dict[str, list[SftRow]] = {source: [] for source in shares if shares[source] > 0}
        for row in rows:
            if row.split == "train" and row.source in pools:
                pools[row.source].append(row)
        self._shares = shares
        self._pools = {source: _order(pool, seed) for source, pool in pools.items()}
        self._tokenizer, self._max_length = tokenizer, max_length
        self._encoded: dict[str, Example | Rejected] = {}

    def sample(self, max_tokens: int) -> Sample:
        """The rows that a budget of so many tokens (each row's own, all of them) pays for."""
        drawers = {source: _Drawer(pool, self._example) for source, pool in self._pools.items()}
        used, open_pools = 0, dict(drawers)
        while open_pools and used < max_tokens:
            # One round shares out what is left; pools that ran dry drop out and their part is shared again.
            left, weight = max_tokens - used, sum(self._shares[source] for source in open_pools)
            before = used
            for source, drawer in list(open_pools.items()):
                used += drawer.draw(left * self._shares[source] / weight)
                if drawer.dry:
                    del open_pools[source]
            if used == before:
                break
        return Sample(
            [example for drawer in drawers.values() for example in drawer.taken],
            [row for drawer in drawers.values() for row in drawer.rejected],
        )

    def _example(self, row: SftRow) -> Example | Rejected:
        if row.id not in self._encoded:
            self._encoded[row.id] = example(row, self._tokenizer, self._max_length)
        return self._encoded[row.id]


def _order(pool: list[SftRow], seed: int) -> list[SftRow]:
    """The pool family by family in a drawn order, whatever order the rows came in."""
    families: dict[str, list[SftRow]] = {}
    for row in sorted(pool, key=lambda row: row.id):
        families.setdefault(family(row) or row.id, []).append(row)
    ordered = list(families.values())
    if ordered:
        generator(seed, "sft", "draw", ordered[0][0].source).shuffle(ordered)
    return [row for rows in ordered for row in rows]


class _Drawer:
    def __init__(self, pool: Sequence[SftRow], encoded) -> None:
        self._pool, self._encoded = pool, encoded
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
            found = self._encoded(self._pool[self._next])
            if isinstance(found, Rejected):
                self.rejected.append(found)
            elif used + len(found.ids) > tokens:
                break
            else:
                self.taken.append(found)
                used += len(found.ids)
            self._next += 1
        return used


def family(row: SftRow) -> str:
    """Names the rows that begin with the same system message and tools."""
    if not row.tools:
        return ""
    first = row.messages[0]
    return content_id("family", [row.tools, first["content"] if first["role"] == "system" else ""])


def example(row: SftRow, tokenizer, max_length: int) -> Example | Rejected:
    """Encode one row. Rejected as `over_length` or `no_loss`."""
    ids, mask = encode(tokenizer, row.messages, row.tools)
    if len(ids) > max_length:
        return Rejected(id=row.id, reason="over_length", detail=f"{len(ids)} tokens, the limit is {max_length}")
    if not any(mask):
        return Rejected(id=row.id, reason="no_loss", detail="no assistant token")
    labels = [token if bit else IGNORED for token, bit in zip(ids, mask, strict=True)]
    return Example(row.id, row.source, ids, labels, family(row))
