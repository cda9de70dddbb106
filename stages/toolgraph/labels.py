"""Who supplies an input: *external*, a person would say it (a title); *internal*, only a result knows it.

EnvFactory asks an LLM and takes `internal` when unsure. Here the environment's types decide, with the reason kept, so
nothing is unsure: a minted key and a page token are internal, everything else is a value a person can say.
"""

from typing import Literal, NamedTuple

from stages.core.records import Environment, Tool
from stages.toolgraph.flatten import Node


class Label(NamedTuple):
    """A label with the reason for it."""

    label: Literal["external", "internal"]
    reason: str


def label(environment: Environment, tool: Tool, node: Node) -> Label:
    """The label of one input."""
    if node.entity:
        table = environment.table(node.entity.split(":", 1)[1])
        if table.minted:
            return Label("internal", f"key of {table.name}, made by the server")
        return Label("external", f"key of {table.name}, chosen by the caller")
    if node.name == tool.page_token:
        return Label("internal", "page token, known from an earlier page only")
    if node.name.rsplit(".", 1)[-1].lower() == "etag":
        return Label("internal", "etag, known from an earlier result only")
    if node.enum:
        return Label("external", "one of a few words")
    if node.format in ("date", "date-time"):
        return Label("external", "a date or time")
    if node.type in ("integer", "number"):
        return Label("external", "a number")
    if node.type == "boolean":
        return Label("external", "a yes or no")
    if node.type in ("object", "array"):
        return Label("external", "a value made of what a person says")
    return Label("external", "text")
