"""A proposal and a draft -> the environment, or what keeps them apart."""

from typing import Literal, NamedTuple

from pydantic import JsonValue

from stages.core.records import Column, Environment, Run, Source, Table, Tool
from stages.environments.authoring.interface import closed
from stages.environments.authoring.mistakes import Mistake
from stages.environments.authoring.replies import Draft, Proposal, WrittenTool

_TYPES = {"TEXT": "string", "INTEGER": "integer", "REAL": "number"}


class About(NamedTuple):
    """What is known of an environment before anything of it is written."""

    id: str
    domain: str
    publisher: str
    use: Literal["train", "evaluation"]
    source: Source
    operations: int
    """Operations that the proposal was drawn from, for coverage; 0: as many as it has tools."""


def environment(about: About, proposal: Proposal, draft: Draft) -> Environment | list[Mistake]:
    """The environment, its interface exactly the proposal's; or why the draft does not fit it."""
    found = _apart(proposal, draft)
    tables = _in_order(draft.tables)
    if isinstance(tables, Mistake):
        return [*found, tables]
    if found:
        return found
    known = {table.name: table for table in tables}
    return Environment(
        id=about.id,
        title=proposal.title,
        description=proposal.description,
        domain=about.domain,
        publisher=about.publisher,
        use=about.use,
        source=about.source,
        tables=tables,
        tools=tuple(
            Tool(
                name=tool.name,
                description=tool.description,
                parameters=closed(tool.parameters),
                returns=_returns(draft.tools[tool.name], known),
                writes=tool.writes if tool.writes is not None else _writes(draft.tools[tool.name]),
                **draft.tools[tool.name].model_dump(exclude={"program"}),
                program=draft.tools[tool.name].program,
                operation=tool.name,
            )
            for tool in proposal.tools
        ),
        operations=about.operations or len(proposal.tools),
    )


def _writes(tool: WrittenTool) -> bool:
    return any(isinstance(step, Run) for step in tool.program)


def _apart(proposal: Proposal, draft: Draft) -> list[Mistake]:
    """Where programs and interface are not about the same tools, and claims about names that are not there."""
    found = []
    asked = {tool.name: tool for tool in proposal.tools}
    for name in sorted(set(asked) ^ set(draft.tools)):
        found.append(Mistake("interface", name[:80], "no program" if name in asked else "no such tool was asked for"))
    tables = {table.name: {column.name for column in table.columns} for table in draft.tables}
    for name in [name for name in asked if name in draft.tools]:
        tool, arguments = draft.tools[name], set(closed(asked[name].parameters)["properties"])  # type: ignore[arg-type]
        if tool.table not in tables:
            found.append(Mistake("interface", name, f"table: there is no table {tool.table[:80]!r}"))
            continue
        claimed = [*tool.parents, *tool.fields, *tool.filters, *([tool.key_parameter] if tool.key_parameter else [])]
        for argument in [one for one in claimed if one not in arguments]:
            found.append(Mistake("interface", name, f"there is no argument {argument[:80]!r}"))
        for table in [one for one in tool.parents.values() if one not in tables]:
            found.append(Mistake("interface", name, f"parents: there is no table {table[:80]!r}"))
        for column in [one for one in (*tool.fields.values(), *tool.filters.values()) if one not in tables[tool.table]]:
            found.append(Mistake("interface", name, f"table {tool.table} has no column {column[:80]!r}"))
    return found


def _in_order(tables: tuple[Table, ...]) -> tuple[Table, ...] | Mistake:
    """Parents before children, else in the order written."""
    left, placed = list(tables), []
    names = {table.name for table in tables}
    for table in tables:
        if sum(column.kind == "key" for column in table.columns) != 1:
            return Mistake("schema", table.name[:80], "exactly one column of kind key is expected")
        for column in table.columns:
            if column.references is not None and column.references not in names:
                return Mistake("schema", table.name[:80], f"{column.name[:80]} references no table of yours")
        if table.parent is not None and table.parent not in {column.references for column in table.columns}:
            return Mistake("schema", table.name[:80], "the parent is not the table that a column references")
    while left:
        before = {table.name for table in placed}
        ready = [t for t in left if {c.references for c in t.columns} - {None, t.name} <= before]
        if not ready:
            return Mistake("schema", left[0].name[:80], "tables reference each other in a ring")
        placed += ready
        left = [table for table in left if table not in ready]
    return tuple(placed)


def _returns(tool: WrittenTool, tables: dict[str, Table]) -> dict[str, JsonValue]:
    """JSON Schema of the value of a tool whose verb says what it gives; trials hold the values to it."""
    row: dict[str, JsonValue] = {
        "type": "object",
        "properties": {column.name: _value(column, tool.table) for column in tables[tool.table].columns},
    }
    if tool.verb == "list" and tool.items:
        return {"type": "object", "properties": {tool.items: {"type": "array", "items": row}}}
    return row if tool.verb in ("get", "create", "update", "patch") else {}


def _value(column: Column, table: str) -> JsonValue:
    if column.kind == "json":
        return {}
    schema: dict[str, JsonValue] = {"type": "boolean" if column.kind == "boolean" else _TYPES[column.type]}
    if column.one_of:
        schema["enum"] = list(column.one_of)
    if column.kind == "key" or column.references:
        schema["x-entity"] = table if column.kind == "key" else column.references
    return schema
