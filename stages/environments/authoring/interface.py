"""The interface that an environment is written for: a proposal held to rules, or the operations of a real API."""

import re
from typing import Any

from pydantic import JsonValue

from stages.core.engine.program import NAME, ProgramRefused, compile_schema
from stages.core.records import Api, Operation
from stages.environments.authoring.mistakes import Mistake
from stages.environments.authoring.replies import Proposal, ProposedTool
from stages.environments.fields import value_schema
from stages.environments.sentences import PARAMETER, short

LIFECYCLE = frozenset(
    {
        "load_scenario",
        "save_scenario",
        "load",
        "save",
        "reset",
        "state",
        "get_state",
        "set_state",
        "verify",
        "get_reward",
    }
)
"""What trainers and engines do to an environment is no tool of its callers."""


def mistakes(proposal: Proposal, most: int) -> list[Mistake]:
    """What a proposal may not be: too large, with names that nobody can call, or schemas that are none."""
    found = []
    names = [tool.name for tool in proposal.tools]
    if len(names) > most:
        found.append(Mistake("interface", "tools", f"{len(names)} tools; at most {most} are wanted"))
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.append(Mistake("interface", name, "two tools have this name"))
    for tool in proposal.tools:
        if not NAME.fullmatch(tool.name):
            found.append(Mistake("interface", tool.name[:80], "a name is letters, digits and underscores, at most 64"))
        if tool.name.lower() in LIFECYCLE:
            found.append(Mistake("interface", tool.name, "the environment's own life cycle is not offered as a tool"))
        try:
            compile_schema(closed(tool.parameters))
        except (ProgramRefused, ValueError) as error:
            found.append(Mistake("interface", tool.name, str(error)[:200]))
    if not any(tool.writes is not False for tool in proposal.tools):
        found.append(Mistake("interface", "tools", "no tool writes, so nothing could be asked of anybody"))
    return found


def closed(parameters: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The arguments' schema as an environment has it: an object that lets nothing else in. Raises ValueError."""
    properties, required = parameters.get("properties", {}), parameters.get("required", [])
    if parameters.get("type", "object") != "object" or not isinstance(properties, dict):
        raise ValueError("parameters: an object with `properties` is expected")
    if not isinstance(required, list) or not all(isinstance(name, str) and name in properties for name in required):
        raise ValueError("parameters.required: a list of names in `properties` is expected")
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def of_api(api: Api, covered: set[str], most: int) -> Proposal | None:
    """The operations that no tool covers, in the API's order; None where none of them can be offered.

    Args:
        api: the description.
        covered: names of operations that the compiler made tools of.
        most: tools at most.
    """
    tools: list[ProposedTool] = []
    for operation in api.operations:
        if operation.name in covered or operation.deprecated or not operation.description:
            continue
        tool = _tool(operation)
        if tool is not None and tool.name not in {one.name for one in tools}:
            tools.append(tool)
        if len(tools) == most:
            break
    if not tools:
        return None
    return Proposal(title=api.title[:80] or api.id, description=api.description[:2_000] or api.id, tools=tuple(tools))


def _tool(operation: Operation) -> ProposedTool | None:
    """The operation as described; None where a required parameter has a type that no argument can have."""
    properties: dict[str, Any] = {}
    for parameter in operation.parameters:
        schema = value_schema(parameter)
        if isinstance(schema, str) or parameter.read_only:
            if parameter.required:
                return None
            continue
        said = {"description": short(parameter.description, PARAMETER)} if parameter.description else {}
        properties[parameter.name] = schema | said
    required: list[JsonValue] = [parameter.name for parameter in operation.parameters if parameter.required]
    name = re.sub(r"[^A-Za-z0-9_]+", "_", operation.name).strip("_")[:64]
    if not name or name.lower() in LIFECYCLE:
        return None
    reads = False if operation.http_method in ("GET", "HEAD") else None
    return ProposedTool(
        name=name,
        description=short(operation.description),
        parameters={"type": "object", "properties": properties, "required": required},
        writes=reads,
    )
