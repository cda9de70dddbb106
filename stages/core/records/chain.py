"""Chains of tools through several environments, as the tool graph draws them and dialogues follow them."""

from stages.core.records.base import Record


class JointChain(Record):
    """Tools of several environments to call in this order. `tools` are ids, `environment/tool`."""

    id: str
    parents: tuple[str, ...]
    environments: tuple[str, ...]
    tools: tuple[str, ...]
