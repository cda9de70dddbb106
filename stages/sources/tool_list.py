"""Lists of tools as assistants are given them -> `Api`: MCP's `tools/list`, OpenAI's functions, Anthropic's tools.

A tool list has no paths; what a tool does is in its name. `method` holds the name as verb and noun (`CreateOrder`, from
`create_order`, `orders.create` or `shop_create_order`), so that the rules for operations' words apply. Each tool's
schema is a document of its own: `#/$defs/...` points into it, and no reference leaves it.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from stages.core.errors import UserError
from stages.core.records import Api, Field, Operation, Parameter, Source
from stages.sources.budget import Budget
from stages.sources.limits import TOOLS
from stages.sources.malformed import as_described
from stages.sources.openapi_schema import Schemas
from stages.sources.references import References
from stages.sources.text import brief

_VERBS = """create add get describe show fetch list update modify edit delete remove cancel abort pause resume unpause
    start stop enable disable activate deactivate archive unarchive restore suspend unsuspend publish unpublish complete
    finish close open reopen approve reject deny accept decline revoke lock unlock hide unhide mute unmute"""
VERBS = frozenset(_VERBS.split())
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_INPUT = ("inputSchema", "input_schema", "parameters")
_OUTPUT = ("outputSchema", "output_schema")


class Listed(NamedTuple):
    """One tool, whatever the dialect: schemas as they stand, None where there is none."""

    name: str
    description: object
    given: Any
    returned: Any


def is_tool_list(document: Any) -> bool:
    """Whether a parsed file is such a list: its first entry has a name and a schema of arguments, or is a function."""
    entries = _entries(document)
    first = entries[0] if entries else None
    return isinstance(first, dict) and (isinstance(first.get("function"), dict) or any(key in first for key in _INPUT))


def read(document: Any, source: Source, *, id: str, domain: str) -> Api:
    """The API that a list of tools describes. Raises UserError naming the file, the tool and what was expected.

    Args:
        document: the parsed file: a list, or an object with `tools` (in `result`, where it is a whole JSON-RPC answer).
        source: where it came from.
        id: slug of the API.
        domain: the API's domain in our small list.
    """
    where = source.path
    entries = _entries(document)
    if not entries:
        raise UserError(f"{where}: tools", "a list of tools is expected")
    if len(entries) > TOOLS:
        raise UserError(f"{where}: tools", f"more than {TOOLS} tools")
    budget = Budget()
    used: dict[str, Field] = {}
    operations: dict[str, Operation] = {}
    for number, entry in enumerate(entries):
        tool = _listed(entry, f"{where}: tools[{number}]")
        if tool.name in operations:
            budget.left_out["duplicate_tool"] += 1
            continue
        with as_described(f"{where}: {tool.name}"):
            operations[tool.name] = _operation(tool, where, budget, used)
    return Api(
        id=id,
        name=id.removeprefix("user-"),
        title=id.removeprefix("user-").replace("-", " ").capitalize(),
        publisher="user",
        version=source.version,
        description="",
        domain=domain,
        source=source,
        operations=tuple(operations.values()),
        schemas=used,
        left_out=dict(sorted(budget.left_out.items())),
    )


def _entries(document: Any) -> list[Any]:
    if isinstance(document, dict) and isinstance(document.get("result"), dict):
        document = document["result"]
    if isinstance(document, dict):
        document = document.get("tools")
    return document if isinstance(document, list) else []


def _listed(entry: Any, where: str) -> Listed:
    inner = entry.get("function", entry) if isinstance(entry, dict) else None
    if not isinstance(inner, dict) or not isinstance(inner.get("name"), str) or not inner["name"].strip():
        raise UserError(f"{where}.name", "each tool needs a name")
    given = next((inner[key] for key in _INPUT if inner.get(key) is not None), None)
    returned = next((inner[key] for key in _OUTPUT if inner.get(key) is not None), None)
    for schema, key in ((given, "inputSchema"), (returned, "outputSchema")):
        if schema is not None and not isinstance(schema, dict):
            raise UserError(f"{where}.{key}", "a JSON Schema object is expected")
    return Listed(inner["name"], inner.get("description"), given, returned)


def _operation(tool: Listed, where: str, budget: Budget, used: dict[str, Field]) -> Operation:
    parameters = tuple(_parameters(tool, where, budget))
    response = None
    if tool.returned is not None:
        response = f"{tool.name} response"
        used[response] = _field(tool.returned, f"{where}: {tool.name}", budget)
    return Operation(
        name=tool.name,
        resource="",
        method=spoken(tool.name),
        http_method="POST",
        path=f"/{tool.name}",
        description=brief(tool.description),
        parameters=parameters,
        response=response if response and used[response].properties else None,
    )


def _parameters(tool: Listed, where: str, budget: Budget) -> Iterator[Parameter]:
    if tool.given is None:
        return
    field = _field(tool.given, f"{where}: {tool.name}", budget)
    for inner in field.properties:
        yield Parameter.model_validate({**dict(inner), "location": "body"})


def _field(schema: dict[str, Any], file: str, budget: Budget) -> Field:
    # A schema of its own is the file that its references point into.
    return Schemas(References({file: schema}), budget).field("", schema, file)


def spoken(name: str) -> str:
    """The tool's name as verb and noun in capitals: `orders.create` is CreateOrders; without a verb of ours, in order."""
    words = [word.lower() for word in _WORD.findall(name)]
    place = next((place for place, word in enumerate(words) if word in VERBS), 0)
    after = words[place + 1 :] or words[:place]
    return "".join(word.capitalize() for word in [*words[place : place + 1], *after])
