"""The descriptions that two packages ship, one version an API: outlined to be ranked, read in full once taken."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from joblib import Parallel, delayed

from stages.core.errors import UserError
from stages.core.records import Api, Rejected
from stages.sources import aws, aws_examples, discovery, files
from stages.sources.domains import domain_of
from stages.sources.explore import Candidate, newest
from stages.sources.outline import Outline, of_aws, of_google
from stages.sources.pins import read_pinned

DOCUMENTS = "googleapiclient/discovery_cache/documents"
SERVICES = "botocore/data"
Publisher = Literal["google", "aws"]


def listed(root: Path, publisher: Publisher) -> tuple[list[tuple[str, str]], list[str]]:
    """(path, place) of one version of every API a package describes, and the paths of the older ones.

    Raises UserError when the package is not there.
    """
    if publisher == "google":
        found = [path.stem for path in (root / DOCUMENTS).glob("*.json") if path.stem != "index"]
        kept, older = newest(found)
        paths = [(f"{DOCUMENTS}/{one.document}.json", one.document) for one in kept]
        left = [f"{DOCUMENTS}/{one.document}.json" for one in older]
    else:
        paths, left = [], []
        for service in sorted(path.name for path in (root / SERVICES).glob("*") if path.is_dir()):
            models = sorted(path.parent.name for path in (root / SERVICES / service).glob("*/service-2.json.gz"))
            paths += [(f"{SERVICES}/{service}/{date}/service-2.json.gz", service) for date in models[-1:]]
            left += [f"{SERVICES}/{service}/{date}/service-2.json.gz" for date in models[:-1]]
    if not paths:
        raise UserError(f"params.yaml: sources.explore.publishers: {publisher}", "its package is not in .packages")
    return paths, left


def outlined(root: Path, publisher: Publisher, paths: list[tuple[str, str]]) -> Iterator[Candidate | Rejected]:
    """A candidate for each description, or why it could not be looked at; in the order given."""
    made = Parallel(n_jobs=os.cpu_count() or 1, return_as="generator")(
        delayed(_candidate)(root, publisher, path, place) for path, place in paths
    )
    yield from made  # type: ignore[misc]


def _candidate(root: Path, publisher: Publisher, path: str, place: str) -> Candidate | Rejected:
    try:
        outline = outline_of(_parsed((root / path).read_bytes(), path), publisher, place, path)
    except UserError as error:
        return Rejected(id=f"{publisher}-{place}", reason="unreadable", detail=str(error))
    domain = domain_of(outline.title, outline.description)
    return Candidate(f"{publisher}-{place}", publisher, path, place, domain, outline)


def outline_of(document: Any, publisher: Publisher, place: str, path: str) -> Outline:
    """The outline of one parsed description. Raises UserError."""
    return of_google(document, path) if publisher == "google" else of_aws(document, place, path)


def _parsed(data: bytes, path: str) -> Any:
    return files.parse_json(files.unpack(data, path) if path.endswith(".gz") else data, path)


def read(root: Path, candidate: Candidate, pinned: Mapping[str, str], examples: bool) -> Api:
    """The whole description of a taken candidate, with the values that it shows as examples if asked for. Raises UserError."""
    data, source = read_pinned(root, candidate.path, **pinned)
    document = _parsed(data, candidate.path)
    if candidate.publisher == "google":
        return discovery.read(document, source, candidate.domain, examples=examples)
    shown = aws_examples.beside(root, candidate.path, pinned) if examples else None
    return aws.read(document, source, candidate.domain, candidate.place, examples=examples, calls=shown)
