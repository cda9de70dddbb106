"""Which environments are joined for dialogues over two of them, and what chains such a join has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from stages.core import jsonl
from stages.core.engine import catalogue
from stages.core.engine.catalogue import Entry
from stages.core.engine.joint import PLUS, origins, parts
from stages.core.records import JointChain
from stages.trajectories.making import Chain


def read(path: Path) -> list[JointChain]:
    """The chains; none where the tool graph has drawn none. Raises UserError for a line that is not one."""
    return list(jsonl.read(path, JointChain)) if path.is_file() else []


def pairs(entries: Mapping[str, Entry], joint: Sequence[JointChain], rng: Random, most: int) -> list[str]:
    """Ids of at most `most` joins of two of the entries: those that chains go through most often, then any of a domain.

    Args:
        entries: of one split.
        joint: chains through several environments.
        rng: draws the further ones.
        most: how many; fewer where there are no more.
    """
    told = Counter(PLUS.join(sorted(chain.environments)) for chain in joint)
    return catalogue.pairs(entries, rng, most, first=[name for name, _ in told.most_common()])


def chains(
    single: Mapping[str, list[Chain]], joint: Sequence[JointChain], entries: Mapping[str, Entry]
) -> dict[str, list[Chain]]:
    """All chains by environment; a join has those drawn through both its parts, else one of each side by side."""
    found = dict(single)
    for name in (name for name in entries if len(parts(name)) > 1):
        own = [chain for chain in joint if set(chain.environments) == set(parts(name))]
        if own:
            tools = {
                origin: tool.name for tool in entries[name].environment.tools for origin in origins(name, tool.name)
            }
            found[name] = [(chain.id, [tools[tool] for tool in chain.tools]) for chain in own]
        else:
            of = [single.get(part, []) for part in parts(name)]
            found[name] = [
                (" ".join(id for id, _ in row), [tool for _, some in row for tool in some])
                for row in zip(*of, strict=False)
            ]
    return found
