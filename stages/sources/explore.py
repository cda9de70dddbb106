"""Which of hundreds of descriptions are worth an environment, in order, each with its reason.

The paper's search agent weighs uniqueness 35, practicality 35, documentation 20 and simplicity 10 (EnvFactory,
arXiv 2605.18703, its release's search skill). Ours does it by counting, so that the same packages give the same list:

- novelty: share of the API's nouns that no API chosen before it has;
- compilability: nouns with both a write and a read, as a share of all its nouns, full marks from four of them on;
- documentation: share of its operations that are described;
- balance: one minus the share that its domain has of what is chosen so far.

Choosing is greedy: the best is taken, then novelty and balance of the others are counted anew. Never taken: an API
without a complete noun, an older version of one that is here, and one whose operations are nearly those of a chosen one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from stages.core.params.sources import Weights
from stages.core.records import Record
from stages.sources.outline import Outline

ENOUGH = 4
"""Complete nouns that earn full marks for compilability."""


class Candidate(NamedTuple):
    """A description that could be read: `path` inside its package, `place` as its reader wants it named."""

    id: str
    publisher: str
    path: str
    place: str
    domain: str
    outline: Outline


class Explored(Record):
    """A candidate's fate. Scores lie between 0 and 1, as they stood when it was taken or refused."""

    id: str
    parents: tuple[str, ...] = ()
    publisher: str
    path: str
    title: str
    domain: str
    rank: int | None
    """Place in the order of choosing, from 1; None: not taken."""
    reason: str
    score: float
    novelty: float
    compilability: float
    documentation: float
    balance: float
    complete: int
    operations: int


class Version(NamedTuple):
    """A document's file name taken apart: `admin.directory_v1` is (`admin.directory`, `v1`)."""

    document: str
    name: str
    version: str


def newest(documents: Iterable[str]) -> tuple[list[Version], list[Version]]:
    """The newest version of each Google API, sorted by name, and all the others.

    A stable version beats any alpha or beta; among equals the higher number wins. `adexchangebuyer2` is another edition
    of `adexchangebuyer`.
    """
    best: dict[str, Version] = {}
    found = [taken_apart(document) for document in sorted(documents)]
    for one in found:
        family = re.sub(r"\d+$", "", one.name.lower())
        if family not in best or _age(one) > _age(best[family]):
            best[family] = one
    kept = sorted(best.values(), key=lambda one: one.name)
    return kept, [one for one in found if one not in kept]


def taken_apart(document: str) -> Version:
    """Name and version of a document's file name."""
    name, _, version = document.partition(".")
    inner, _, last = version.rpartition("_")
    return Version(document, f"{name}.{inner}" if inner else name, last)


def _age(one: Version) -> tuple[bool, str, tuple[int, ...]]:
    stable = not re.search(r"alpha|beta|p\d", one.version)
    edition = re.search(r"\d+$", one.name)
    return stable, edition[0] if edition else "", tuple(int(part) for part in re.findall(r"\d+", one.version))


def rank(
    candidates: Sequence[Candidate], known: Iterable[Outline], weights: Weights, near: float, most: int
) -> list[Explored]:
    """Take at most `most` candidates, best first. Returns one `Explored` a candidate, in order of rank, refused last.

    Args:
        candidates: one version an API.
        known: what is chosen already by hand: their nouns are not new, and their near copies are refused.
        weights: of novelty, compilability, documentation and balance.
        near: share of common operations (Jaccard) from which two APIs count as one.
        most: how many to take.
    """
    chosen = list(known)
    nouns = {noun for outline in chosen for noun in outline.complete}
    domains: Counter[str] = Counter()
    taken: list[Explored] = []
    refused: list[Explored] = []
    waiting = sorted(candidates, key=lambda candidate: candidate.id)
    while waiting:
        scored = [(_marks(each, nouns, domains, weights), each) for each in waiting]
        marks, best = min(scored, key=lambda pair: (-pair[0].score, pair[1].id))
        waiting.remove(best)
        why = _against(best, chosen, near)
        if why is None and len(taken) >= most:
            why = f"beyond the {most} wanted"
        if why is not None:
            refused.append(_explored(best, marks, None, why))
            continue
        taken.append(_explored(best, marks, len(taken) + 1, _reason(best, marks, nouns)))
        chosen.append(best.outline)
        nouns |= set(best.outline.complete)
        domains[best.domain] += 1
    return [*taken, *refused]


def older(publisher: str, path: str) -> Explored:
    """The fate of a description of which a newer version is a candidate; it is not looked into."""
    return Explored(
        id=f"{publisher}-{path.rsplit('/', 1)[-1].removesuffix('.json')}" if publisher == "google" else f"aws-{path}",
        publisher=publisher,
        path=path,
        title="",
        domain="",
        rank=None,
        reason="an older version of an API that is here",
        score=0.0,
        novelty=0.0,
        compilability=0.0,
        documentation=0.0,
        balance=0.0,
        complete=0,
        operations=0,
    )


class _Marks(NamedTuple):
    score: float
    novelty: float
    compilability: float
    documentation: float
    balance: float


def _marks(candidate: Candidate, nouns: set[str], domains: Counter[str], weights: Weights) -> _Marks:
    outline = candidate.outline
    complete = outline.complete
    new = sum(noun not in nouns for noun in complete) / len(complete) if complete else 0.0
    whole = min(1.0, len(complete) / ENOUGH) * len(complete) / max(1, len(outline.resources))
    rare = 1 - domains[candidate.domain] / max(1, domains.total())
    score = (
        weights.novelty * new
        + weights.compilability * whole
        + weights.documentation * outline.described
        + weights.balance * rare
    )
    return _Marks(score, new, whole, outline.described, rare)


def _against(candidate: Candidate, chosen: Sequence[Outline], near: float) -> str | None:
    """Why it cannot be taken."""
    if not candidate.outline.complete:
        return "no noun with both a write and a read"
    calls = candidate.outline.calls
    for other in chosen:
        common = len(calls & other.calls)
        if common and common / len(calls | other.calls) >= near:
            return f"nearly the operations of {other.name}"
    return None


def _reason(candidate: Candidate, marks: _Marks, nouns: set[str]) -> str:
    complete = candidate.outline.complete
    new = sum(noun not in nouns for noun in complete)
    return (
        f"{len(complete)} nouns with write and read, {new} of them new; {marks.documentation:.0%} of "
        f"{len(candidate.outline.calls)} operations described; {candidate.domain}"
    )


def _explored(candidate: Candidate, marks: _Marks, place: int | None, reason: str) -> Explored:
    rounded = {name: round(value, 4) for name, value in marks._asdict().items()}
    return Explored(
        id=candidate.id,
        publisher=candidate.publisher,
        path=candidate.path,
        title=candidate.outline.title,
        domain=candidate.domain,
        rank=place,
        reason=reason,
        complete=len(candidate.outline.complete),
        operations=len(candidate.outline.calls),
        **rounded,
    )
