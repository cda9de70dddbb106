"""Real descriptions, broken in one to five places: an Api or a UserError comes of them, never another exception."""

import copy
import gzip
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stages.core.errors import UserError
from stages.core.records import Api, Source
from stages.environments.recognise import recognise
from stages.sources import aws, discovery, files, openapi
from stages.sources.outline import of_aws, of_google

PACKAGES = Path(".packages")
SOURCE = Source(package="path", version="1", path="x.json", sha256="0" * 64, licence="MIT")
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**400, 1.5, "", "x" * 5_000, "\ud800", "\0", "a.b", "$ref", "{+name}", "#/x", [], {}, [[]],
    [None], [1, "a"], {"": None}, {"type": "object"}, {"$ref": "Task"}, {"$ref": "#/definitions/Kernel"}, {"shape": "Tag"},
)  # fmt: skip


@cache
def document(name: str) -> Any:
    """A real description, parsed."""
    if name == "jupyter":
        path = PACKAGES / "jupyter_server/services/api/api.yaml"
        return files.parse(path.read_bytes(), "api.yaml")
    if name.startswith("aws:"):
        (path,) = (PACKAGES / "botocore/data" / name[4:]).glob("*/service-2.json.gz")
        return json.loads(gzip.decompress(path.read_bytes()))
    return json.loads((PACKAGES / f"googleapiclient/discovery_cache/documents/{name}.json").read_bytes())


def read(name: str, broken: Any) -> Iterator[object]:
    """What each reader of that format makes of it."""
    if name == "jupyter":
        yield openapi.read({"a.yaml": broken}, "a.yaml", SOURCE, id="user-a", domain="other")
    elif name.startswith("aws:"):
        yield of_aws(broken, name[4:], "x.json")
        yield aws.read(broken, SOURCE, "other", name[4:], examples=True)
    else:
        yield of_google(broken, "x.json")
        yield discovery.read(broken, SOURCE, "other", examples=True)


def spoiled(whole: Any, chance: random.Random, times: int) -> Any:
    """A copy with odd values, missing keys and values from elsewhere in it."""
    whole = copy.deepcopy(whole)
    for _ in range(times):
        node, trail = whole, 0
        while isinstance(node, dict | list) and node:
            key = chance.choice(sorted(node, key=str)) if isinstance(node, dict) else chance.randrange(len(node))
            inner, trail = node[key], trail + 1
            if not isinstance(inner, dict | list) or not inner or chance.random() < 0.25:
                match chance.randrange(4):
                    case 0:
                        del node[key]
                    case 1:
                        node[key] = {"inner": inner}
                    case 2:
                        node[key] = [inner, inner]
                    case _:
                        node[key] = copy.deepcopy(chance.choice(ODD))
                break
            node = inner
    return whole


@pytest.mark.parametrize("name", ["tasks.v1", "keep.v1", "jupyter", "aws:ivschat", "aws:notificationscontacts"])
@example(seed=2989, times=1)  # a path with a key that nothing describes
@given(seed=st.integers(0, 2**32), times=st.integers(1, 5))
def test_a_broken_description_is_an_api_or_a_user_error(name, seed, times):
    broken = spoiled(document(name), random.Random(seed), times)
    with suppress(UserError):
        for made in read(name, broken):
            if isinstance(made, Api):
                recognise(made, 5, ("state", "existing"))


@given(seed=st.integers(0, 2**32))
def test_broken_bytes_are_a_document_or_a_user_error(seed):
    chance = random.Random(seed)
    data = bytearray((PACKAGES / "jupyter_server/services/api/api.yaml").read_bytes()[:3_000])
    for _ in range(chance.randint(1, 6)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    for where in ("x.yaml", "x.json"):
        with suppress(UserError):
            files.parse(bytes(data), where)
    with suppress(UserError):
        files.unpack(bytes(data), "x.gz")


@given(seed=st.integers(0, 2**32), times=st.integers(1, 5))
def test_a_broken_file_of_examples_colours_or_is_a_user_error(seed, times):
    folder = PACKAGES / "botocore/data/devicefarm/2015-06-23"
    shown = json.loads((folder / "examples-1.json").read_bytes())
    with suppress(UserError):
        api = aws.read(
            document("aws:devicefarm"), SOURCE, "other", "a", calls=spoiled(shown, random.Random(seed), times)
        )
        assert api.operations
