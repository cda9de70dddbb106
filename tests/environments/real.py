"""Environments of the catalogue as the stage makes them from the packages, without the minute that the whole stage takes."""

from functools import lru_cache
from typing import Literal, NamedTuple

from stages.core.engine.catalogue import Entry
from stages.core.records import Api
from stages.environments.compile import compile
from stages.environments.recognise import recognise
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape
from tests.environments.described import botocore, google

COUNTS = {"simple": 1, "medium": 2, "complex": 1, "boundary": 1}
DOMAINS = {
    "tasks.v1": "office",
    "calendar.v3": "office",
    "drive.v3": "office",
    "chat.v1": "communication",
    "gmail.v1": "communication",
    "cloudsupport.v2": "other",
    "aws:amplify": "developer",
    "aws:appconfig": "developer",
}
PAIRS = (
    ("calendar.v3", "tasks.v1"),
    ("drive.v3", "tasks.v1"),
    ("calendar.v3", "drive.v3"),
    ("chat.v1", "gmail.v1"),
    ("aws:amplify", "aws:appconfig"),
)
"""Every shape of pair: two and three levels of parents, keys that callers choose, both publishers."""


class Real(NamedTuple):
    """What the compiler started from, and what the catalogue would hold."""

    shape: ApiShape
    entry: Entry


@lru_cache
def real(name: str) -> Real:
    """By document (`tasks.v1`) or service (`aws:amplify`)."""
    use: Literal["train", "evaluation"] = "evaluation" if name.startswith("aws:") else "train"
    api: Api = botocore(name[4:]) if name.startswith("aws:") else google(name)
    shape = recognise(api.model_copy(update={"domain": DOMAINS[name]}), 5)
    return Real(shape, Entry(compile(shape, use), tuple(loadable(shape, 7, COUNTS)), {"passed": True}))


@lru_cache
def entries() -> dict[str, Entry]:
    """All of them by id."""
    return {found.entry.environment.id: found.entry for found in map(real, DOMAINS)}
