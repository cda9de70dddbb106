"""ApiShape -> Environment: tables, argument schemas and programs, ready for the engine."""

from typing import Literal

from stages.core.records import Environment, Step, Tool
from stages.environments.batches import programs as batches
from stages.environments.copies import programs as copies
from stages.environments.policies import programs as policies
from stages.environments.programs import above, program
from stages.environments.schema import parameters, returns, table
from stages.environments.shapes import ApiShape, ToolShape
from stages.environments.tags import programs as tags
from stages.environments.undeletes import programs as undeletes

PLAIN = frozenset({"list", "get", "create", "update", "patch", "delete"})
"""Verbs that everything downstream knows; whatever else a tool does is an action."""


def compile(shape: ApiShape, use: Literal["train", "evaluation"]) -> Environment:
    """The environment that behaves as `shapes` says."""
    return Environment(
        id=shape.id,
        title=shape.title,
        description=shape.description,
        domain=shape.domain,
        publisher=shape.publisher,
        use=use,
        source=shape.source,
        tables=tuple(table(entity) for entity in shape.entities),
        tools=tuple(_tool(shape, tool) for tool in shape.tools),
        left_out=shape.left_out,
        operations=shape.operations,
    )


def _tool(shape: ApiShape, tool: ToolShape) -> Tool:
    return Tool(
        name=tool.name,
        description=tool.description,
        parameters=parameters(shape, tool),
        returns=returns(shape, tool),
        verb=tool.verb if tool.verb in PLAIN else "action",  # type: ignore[arg-type]
        table=tool.table,
        writes=tool.writes,
        program=_program(shape, tool),
        errors=tool.errors,
        key_parameter=tool.key_parameter,
        parents=tool.parents,
        fields=tool.fields,
        filters=tool.filters,
        items=tool.items,
        page_size=tool.page_size,
        page_token=tool.page_token,
        operation=tool.operation,
        page=tool.page,
    )


def _program(shape: ApiShape, tool: ToolShape) -> tuple[Step, ...]:
    if tool.tags:
        return tags.program(shape, tool, tool.tags)
    if tool.batch:
        return batches.program(shape, tool, tool.batch, above(shape, tool))
    if tool.elsewhere:
        return copies.program(shape, tool, tool.elsewhere, above(shape, tool))
    if tool.part:
        return policies.program(shape, tool, tool.part)
    if tool.soft or tool.verb == "undelete":
        return undeletes.program(shape, tool, above(shape, tool))
    return program(shape, tool)
