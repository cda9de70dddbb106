"""Read what params name; write apis.jsonl (environments), breadth.jsonl (single-call rows) and choices.jsonl.

Where params explore whole packages, exploration.jsonl holds the fate of each candidate.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pandas as pd

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.params.sources import Params
from stages.core.progress import track
from stages.core.quality import between, check, unique
from stages.core.records import Api, Rejected
from stages.core.stage import Inputs, Summary
from stages.sources import aws, aws_examples, discovery, files, openapi, user
from stages.sources.breadth import candidates, thin
from stages.sources.exploring import explore, read_all
from stages.sources.found import Found, choice, found
from stages.sources.pins import distribution, licence, read_pinned
from stages.sources.python import read_module
from stages.sources.toolspecs import read_specs

PACKAGES = Path(".packages")
CACHE = Path(".cache/sources")
_GOOGLE, _AWS = "google-api-python-client", "botocore"
_OF = {"google": _GOOGLE, "aws": _AWS}
_DOCUMENTS = "googleapiclient/discovery_cache/documents"


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Make the artefact `sources`. Raises UserError for a wrong pin, a missing package or a file that is no API."""
    chosen = [*_google(params), *_aws(params), *_swagger(params), *_user(params, out)]
    rejected: list[Rejected] = []
    explored = explore(params, PACKAGES, rejected) if params.explore.publishers else []
    if explored:
        jsonl.write(out / "exploration.jsonl", [each.fate for each in explored])
    taken = [each for each in explored if each.fate.rank is not None]
    if not chosen and not taken:
        raise UserError("params.yaml: sources", "no API is chosen; name at least one")
    pinned = {publisher: _pinned(params, package) for publisher, package in _OF.items() if taken}
    read: list[Found] = []
    explored_apis = read_all(PACKAGES, taken, pinned, rejected, params.examples)
    everything = chain((found(api, reason) for api, reason in chosen), explored_apis)
    jsonl.write_lines(out / "apis.jsonl", _lines(everything, read))
    choices = [each.choice for each in read]
    repeated = [id for id, count in Counter(one.id for one in choices).items() if count > 1]
    if repeated:
        raise UserError("params.yaml: sources", f"two sources have the id {repeated[0]!r}")
    breadth = [*_breadth(params, rejected), *_python(params, rejected), *_specs(params)]
    jsonl.write(out / "breadth.jsonl", (api for api, _ in breadth))
    choices += [choice(api, reason, "breadth") for api, reason in breadth]
    gate = [unique("id"), between("operations", 1)]
    check(pd.DataFrame([one.model_dump() for one in choices]), gate, "data/sources/choices.jsonl")
    jsonl.write(out / "choices.jsonl", choices)
    return Summary(_metrics(read, [api for api, _ in breadth]), rejected)


def _lines(everything: Iterable[Found], read: list[Found]) -> Iterator[str]:
    """Each line in turn; `read` takes the rest of each."""
    for one in everything:
        read.append(one._replace(line=""))
        yield one.line


def _metrics(chosen: list[Found], breadth: list[Api]) -> dict[str, object]:
    left_out: Counter[str] = Counter()
    for one in chosen:
        left_out.update(one.left_out)
    return {
        "apis": len(chosen),
        "operations": sum(one.choice.operations for one in chosen),
        "schemas": sum(one.schemas for one in chosen),
        "publishers": dict(sorted(Counter(one.publisher for one in chosen).items())),
        "domains": dict(sorted(Counter(one.choice.domain for one in chosen).items())),
        "left_out": dict(sorted(left_out.items())),
        "breadth_apis": dict(sorted(Counter(api.publisher for api in breadth).items())),
        "breadth_operations": sum(len(api.operations) for api in breadth),
    }


def _pinned(params: Params, package: str) -> dict[str, str]:
    if package not in params.packages:
        raise UserError(
            f"params.yaml: sources.packages.{package}", "this package is read, so its version must be pinned"
        )
    found = distribution(package, PACKAGES, params.packages[package])
    return {"package": package, "version": found.version, "licence": licence(found)}


def _google(params: Params) -> list[tuple[Api, str]]:
    read = []
    for each in track(params.google, "sources", "Google documents"):
        path = f"{_DOCUMENTS}/{each.document}.json"
        data, source = read_pinned(PACKAGES, path, sha256=each.sha256, **_pinned(params, _GOOGLE))
        document = files.parse_json(data, path)
        read.append((discovery.read(document, source, each.domain, examples=params.examples), each.reason))
    return read


def _aws(params: Params) -> list[tuple[Api, str]]:
    read = []
    for each in track(params.aws, "sources", "AWS services"):
        path = f"botocore/data/{each.service}/{each.date}/service-2.json.gz"
        pinned = _pinned(params, _AWS)
        data, source = read_pinned(PACKAGES, path, sha256=each.sha256, **pinned)
        document = files.parse_json(files.unpack(data, path), path)
        shown = aws_examples.beside(PACKAGES, path, pinned) if params.examples else None
        api = aws.read(document, source, each.domain, each.service, examples=params.examples, calls=shown)
        read.append((api, each.reason))
    return read


def _swagger(params: Params) -> list[tuple[Api, str]]:
    read = []
    for each in params.swagger:
        data, source = read_pinned(PACKAGES, each.path, sha256=each.sha256, **_pinned(params, each.package))
        document = files.parse(data, each.path)
        api = openapi.read(
            {each.path: document}, each.path, source, id=each.id, domain=each.domain, publisher=each.publisher
        )
        read.append((api, each.reason))
    return read


def _user(params: Params, out: Path) -> list[tuple[Api, str]]:
    return [
        (api, "named by the user in params")
        for number, each in enumerate(params.openapi)
        for api in user.read_entry(each, f"params.yaml: sources.openapi.{number}", params.run_commands, CACHE, out)
    ]


def _breadth(params: Params, rejected: list[Rejected]) -> list[tuple[Api, str]]:
    if not params.breadth.google:
        return []
    pinned = _pinned(params, _GOOGLE)
    names = [path.stem for path in (PACKAGES / _DOCUMENTS).glob("*.json") if path.stem != "index"]
    pool = candidates(names, [each.document for each in params.google], params.breadth.google)
    missing = set(params.breadth.google) - {candidate.name for candidate in pool}
    if missing:
        raise UserError(
            "params.yaml: sources.breadth.google", f"no document of {sorted(missing)[0]!r}, or it is chosen"
        )
    read = []
    for candidate in track(pool, "sources", "breadth"):
        path = f"{_DOCUMENTS}/{candidate.document}.json"
        data, source = read_pinned(PACKAGES, path, **pinned)
        try:
            api = discovery.read(files.parse_json(data, path), source, "other", depth=1)
        except UserError as error:
            rejected.append(Rejected(id=candidate.document, reason="unreadable", detail=error.problem))
            continue
        light = thin(api, params.breadth.methods)
        if light.operations:
            read.append((light, "everyone's nouns; methods that one sentence can ask for"))
        else:
            rejected.append(Rejected(id=candidate.document, reason="no_functions", detail="no method for laymen"))
    return read


def _python(params: Params, rejected: list[Rejected]) -> list[tuple[Api, str]]:
    read = []
    for each in track(params.breadth.python, "sources", "Python functions"):
        folder = PACKAGES if each.package in params.packages else None
        api = read_module(
            each.module, params.packages, each.functions, package=each.package, folder=folder, only=each.only
        )
        if api.operations:
            read.append((api, "typed public functions, read as text"))
        else:
            rejected.append(
                Rejected(id=api.id, reason="no_functions", detail="no function with simple typed arguments")
            )
    return read


def _specs(params: Params) -> list[tuple[Api, str]]:
    return [
        (
            read_specs(PACKAGES, each.folder, _pinned(params, each.package), each.tools, each.each, each.services),
            "public services described for assistants, with examples of real arguments",
        )
        for each in track(params.breadth.specs, "sources", "tool specifications")
    ]
