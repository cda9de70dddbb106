"""The interface held to the description: each argument by the name, type and need that the operation states."""

from collections.abc import Iterable

from stages.core.records import Api, Tool
from stages.environments.shapes import ToolShape

_LOOSE = frozenset({"any", "object"})
"""A description's type that says nothing of what an argument may be."""


def described(api: Api, tools: Iterable[ToolShape]) -> list[ToolShape]:
    """The tools, each with what the description says of its operation's parameters."""
    operations = {operation.name: operation for operation in api.operations}
    return [
        tool.model_copy(
            update={"described": {p.name: (p.type, p.required) for p in operations[tool.operation].parameters}}
        )
        for tool in tools
    ]


def differs(shape: ToolShape, tool: Tool) -> str | None:
    """The first argument that the description does not have so; None where the interface is the description's.

    A patch may leave out what the row already has, whatever the description of a whole row demands; and nobody has a token
    for a first page.
    """
    properties, required = tool.parameters["properties"], tool.parameters["required"]
    assert isinstance(properties, dict) and isinstance(required, list)  # the compiler's own schemas
    for name, schema in properties.items():
        if name not in shape.described:
            return f"{tool.name}: the description has no parameter {name}"
        kind, needed = shape.described[name]
        types = schema.get("type") if isinstance(schema, dict) else None
        own = set(types if isinstance(types, list) else [types]) - {"null"}
        if kind not in _LOOSE and own != {kind}:
            return f"{tool.name}: {name} is described as {kind}, not as {sorted(map(str, own))}"
        if needed and name not in required and shape.verb != "patch" and name != shape.page_token:
            return f"{tool.name}: {name} is required"
    return None
