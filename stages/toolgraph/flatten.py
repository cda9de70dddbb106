"""A tool's schemas as flat parameters: object fields and fields of array items become `outer.inner`, one level deep."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from stages.core.records import Environment, Tool


class Node(NamedTuple):
    """One parameter node. `id` is `<tool id>#in.<name>` or `<tool id>#out.<name>`."""

    id: str
    tool: str
    name: str
    side: Literal["in", "out"]
    type: str
    description: str
    required: bool
    entity: str | None
    """Table (with its environment: `env:table`) whose key the value is."""
    enum: bool = False
    format: str = ""

    @property
    def text(self) -> str:
        """What is embedded."""
        return f"{self.name} ({self.type}): {self.description}"


def tool_id(environment: Environment, tool: Tool) -> str:
    """`<env>/<tool>`."""
    return f"{environment.id}/{tool.name}"


def inputs(environment: Environment, tool: Tool) -> list[Node]:
    """Arguments, flattened. A nested one inherits the outer one's required flag."""
    keys = dict(tool.parents)
    if tool.key_parameter:
        keys[tool.key_parameter] = tool.table
    required = set(_list(tool.parameters.get("required")))
    nodes = []
    for name, outer, schema in _flat(tool.parameters):
        entity = keys.get(name)
        nodes.append(_node(environment, tool, "in", name, schema, outer in required, entity))
    return nodes


def outputs(environment: Environment, tool: Tool) -> list[Node]:
    """Properties of the value returned, flattened; `x-entity` says whose key one is."""
    return [
        _node(environment, tool, "out", name, schema, False, _entity(schema)) for name, _, schema in _flat(tool.returns)
    ]


def _entity(schema: dict[str, Any]) -> str | None:
    entity = schema.get("x-entity") or _dict(schema.get("items")).get("x-entity")
    return entity if isinstance(entity, str) else None


def _node(environment: Environment, tool: Tool, side: Any, name: str, schema: Any, required: bool, entity: Any) -> Node:
    tid = tool_id(environment, tool)
    kind = schema.get("type", "any")
    # A nullable field is what it is beside null.
    kind = next((each for each in kind if each != "null"), "any") if isinstance(kind, list) else kind
    return Node(
        id=f"{tid}#{side}.{name}",
        tool=tid,
        name=name,
        side=side,
        type=str(kind),
        description=str(schema.get("description", "")),
        required=required,
        entity=f"{environment.id}:{entity}" if entity else None,
        enum="enum" in schema,
        format=str(schema.get("format", "")),
    )


def _flat(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(flat name, outer name, schema) for each parameter."""
    for outer, node in _dict(schema.get("properties")).items():
        node = _dict(node)
        inner = _dict(node.get("properties")) or _dict(_dict(node.get("items")).get("properties"))
        if not inner:
            yield outer, outer, node
        for name, field in inner.items():
            yield f"{outer}.{name}", outer, _dict(field)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
