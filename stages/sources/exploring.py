"""Exploration as the stage does it: every candidate of the packages ranked, the taken ones read in full."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from joblib import Parallel, delayed

from stages.core.errors import UserError
from stages.core.params.sources import Params
from stages.core.progress import track
from stages.core.records import Rejected
from stages.sources.candidates import listed, outlined, read
from stages.sources.explore import Candidate, Explored, older, rank, taken_apart
from stages.sources.found import Found, found


class Seen(NamedTuple):
    """A candidate and its fate; an older version is no candidate, its fate alone is told."""

    candidate: Candidate | None
    fate: Explored


def explore(params: Params, root: Path, rejected: list[Rejected]) -> list[Seen]:
    """Every description of the packages that params look through, in order of rank, the refused after them.

    Raises UserError when a package is not there. What could not be looked at goes to `rejected`.
    """
    by_hand = {("google", taken_apart(each.document).name) for each in params.google}
    by_hand |= {("aws", each.service) for each in params.aws}
    known, candidates, fates = [], {}, []
    for publisher in params.explore.publishers:
        paths, others = listed(root, publisher)
        fates += [older(publisher, path) for path in others]
        for each in track(outlined(root, publisher, paths), "sources", f"outlines of {publisher}", total=len(paths)):
            if isinstance(each, Rejected):
                rejected.append(each)
            elif (publisher, taken_apart(each.place).name) in by_hand:
                known.append(each.outline)
            else:
                candidates[each.id] = each
    settings = params.explore
    ranked = rank(list(candidates.values()), known, settings.weights, settings.near, settings.most)
    return [*(Seen(candidates[fate.id], fate) for fate in ranked), *(Seen(None, fate) for fate in fates)]


def read_all(
    root: Path,
    taken: Sequence[Seen],
    pinned: Mapping[str, Mapping[str, str]],
    rejected: list[Rejected],
    examples: bool,
) -> Iterator[Found]:
    """The taken candidates, read by as many processes as there are cores; in order, so that the bytes are the same."""
    made: Iterator[Found | Rejected] = Parallel(n_jobs=os.cpu_count() or 1, return_as="generator")(  # type: ignore[assignment]
        delayed(_read)(root, seen, pinned[seen.fate.publisher], examples) for seen in taken
    )
    for one in track(made, "sources", "explored APIs", total=len(taken)):
        if isinstance(one, Rejected):
            rejected.append(one)
        else:
            yield one


def _read(root: Path, seen: Seen, pinned: Mapping[str, str], examples: bool) -> Found | Rejected:
    assert seen.candidate is not None  # only what was outlined is taken
    try:
        return found(read(root, seen.candidate, pinned, examples), f"rank {seen.fate.rank}: {seen.fate.reason}")
    except UserError as error:
        return Rejected(id=seen.fate.id, reason="unreadable", detail=str(error))
