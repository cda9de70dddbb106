"""For TRL: refuses by name what its `environment_factory` cannot carry, the module itself is finery_trl.py."""

import keyword

from stages.core.engine.catalogue import Entry
from stages.core.errors import UserError

TAKEN = frozenset({"reset", "get_reward", "submit"})


def refuse(found: dict[str, Entry]) -> None:
    """Raise UserError for the first tool that cannot be a method: its name, or that of an argument."""
    for id, entry in found.items():
        for tool in entry.environment.tools:
            if tool.name in TAKEN or not _fits(tool.name):
                raise UserError(f"{id}: {tool.name}", "TRL cannot carry a tool of that name")
            for argument in tool.parameters["properties"]:  # type: ignore[union-attr]
                if not _fits(argument) or argument == "self":
                    raise UserError(f"{id}: {tool.name}: {argument}", "TRL cannot carry an argument of that name")


def _fits(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_")
