"""An environment as an MCP server: its tools with their own schemas, and a session of its own for each client.

Over stdio there is one client. Over HTTP a client is known by the transport's session id; the protocol of 2026-07-28 has
none, so a client that speaks it names its session in `_meta` under SESSION, and those that name none share one.
Nothing but tools is offered: no load, no reset, no look at the state.
"""

import json
from collections.abc import Mapping
from typing import Any

import mcp_types as types
from mcp.server.lowlevel import Server

from stages.core.engine.session import Runtime, Session
from stages.core.records import Environment, Scenario, Tool

SESSION = "finery/session"
MOST_SESSIONS = 1_000


def described(tool: Tool) -> types.Tool:
    """A tool as MCP lists it: name, description and argument schema word for word."""
    hints = types.ToolAnnotations(read_only_hint=not tool.writes, destructive_hint=tool.verb == "delete")
    return types.Tool(
        name=tool.name, description=tool.description, input_schema=dict(tool.parameters), annotations=hints
    )


class Desk:
    """The sessions of one server, all from the same start state."""

    def __init__(self, environment: Environment, scenario: Scenario) -> None:
        self.environment, self.scenario = environment, scenario
        self.runtime = Runtime(environment)
        self.sessions: dict[str, Session] = {}

    def session(self, client: str) -> Session | None:
        """The client's session, opened at its first call; None where there are too many."""
        if client not in self.sessions:
            if len(self.sessions) >= MOST_SESSIONS:
                return None
            self.sessions[client] = self.runtime.open(self.scenario)
        return self.sessions[client]

    async def list_tools(self, context: Any, params: Any) -> types.ListToolsResult:
        """All tools, on one page."""
        return types.ListToolsResult(tools=[described(tool) for tool in self.environment.tools])

    async def call_tool(self, context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        """One call on the client's session. What went wrong is the tool's error, in the engine's words."""
        session = self.session(_client(context))
        if session is None:
            return _answer({"error": "RESOURCE_EXHAUSTED", "message": "too many sessions"}, failed=True)
        result = session.call(params.name, params.arguments or {})
        if result.ok:
            return _answer(result.value, failed=False)
        return _answer({"error": result.error, "message": result.message}, failed=True)


def server(environment: Environment, scenario: Scenario) -> Server:
    """The MCP server of an environment that opens on `scenario`. Raises SchemaRefused or ScenarioRefused."""
    desk = Desk(environment, scenario)
    desk.runtime.open(scenario).close()
    return Server(
        environment.id,
        title=environment.title,
        version=environment.source.version,
        description=environment.description or None,
        on_list_tools=desk.list_tools,
        on_call_tool=desk.call_tool,
    )


def _client(context: Any) -> str:
    headers = getattr(context.request, "headers", None)
    own = headers.get("mcp-session-id") if headers is not None else None
    named = (context.meta or {}).get(SESSION) if isinstance(context.meta, Mapping) else None
    return f"transport {own}" if own else f"named {str(named)[:200]}" if named is not None else "shared"


def _answer(value: Any, *, failed: bool) -> types.CallToolResult:
    text = types.TextContent(type="text", text=json.dumps(value, ensure_ascii=False))
    # Clients of 2025 take an object alone as structured content.
    structured = value if isinstance(value, dict) and not failed else None
    return types.CallToolResult(content=[text], structured_content=structured, is_error=failed)
