"""Which environments are joined for dialogues over two of them, and what chains such a join has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from stages.core import jsonl
from stages.core.engine import catalogue
from stages.core.engine.catalogue import Entry
from stages.core.engine.joint import origins, parts
from stages.core.records import Record
from stages.trajectories.making import Chain


class Joint(Record):
    """A line of `joint_chains.jsonl`: tools, as `environment/tool`, of several environments."""

    id: str
    parents: tuple[str, ...]
    environments: tuple[str, ...]
    tools: tuple[str, ...]


def read(path: Path) -> list[Joint]:
    """The chains; none where the tool graph has drawn none. Raises UserError for a line that is not one."""
    return list(jsonl.read(path, Joint)) if path.is_file() else []


def pairs(entries: Mapping[str, Entry], joint: Sequence[Joint], rng: Random, most: int) -> list[str]:
    """Ids of at most `most` joins of two of the entries: those that chains go through most often, then any of a domain.

    Args:
        entries: of one split.
        joint: chains through several environments.
        rng: draws the further ones.
        most: how many; fewer where there are no more.
    """
    if not most:
        return []
    possible = catalogue.pairs(entries, rng, len(entries) ** 2)
    told = Counter("+".join(sorted(chain.environments)) for chain in joint)
    known = [name for name, _ in told.most_common() if name in possible][:most]
    rest = [name for name in possible if name not in known]
    return sorted(known + rng.sample(rest, min(len(rest), most - len(known))))


def chains(
    single: Mapping[str, list[Chain]], joint: Sequence[Joint], entries: Mapping[str, Entry]
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
