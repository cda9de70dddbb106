"""A live MCP server's own list of its tools, asked over stdio by the official client. No tool is called.

The server is a command of the user's, which runs with the user's rights; params must allow that. It gets the SDK's short
list of environment variables and none of our keys, and it has ended when `listing` returns.
"""

import tempfile
from collections.abc import Sequence
from typing import Any, TextIO

import anyio
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client

from stages.core.errors import UserError
from stages.sources.limits import LISTING_SECONDS, PAGES, TOOLS


def listing(command: Sequence[str], where: str, seconds: float = LISTING_SECONDS) -> dict[str, Any]:
    """`{"server": {"name", "version"}, "tools": [...]}` as the server tells it, over all its pages.

    Raises UserError at `where` for a command that does not start, does not answer in time, or is no such server.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as told:
        try:
            return anyio.run(_ask, command, told, where, seconds)
        except (OSError, MCPError, ValueError, ExceptionGroup) as error:
            problem = f"no list of tools: {_said(error, seconds)}{_last(told)}"
    raise UserError(where, problem)


async def _ask(command: Sequence[str], told: TextIO, where: str, seconds: float) -> dict[str, Any]:
    server = StdioServerParameters(command=command[0], args=list(command[1:]))
    tools: list[dict[str, Any]] = []
    with anyio.fail_after(seconds):
        async with Client(stdio_client(server, errlog=told)) as client:
            cursor = None
            for _ in range(PAGES):
                page = await client.list_tools(cursor=cursor)
                tools += [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in page.tools]
                cursor = page.next_cursor
                if len(tools) > TOOLS:
                    raise UserError(where, f"more than {TOOLS} tools")
                if cursor is None:
                    break
            else:
                raise UserError(where, f"more than {PAGES} pages of tools")
            about = client.server_info
    return {"server": {"name": about.name if about else "", "version": about.version if about else ""}, "tools": tools}


def _said(error: BaseException, seconds: float) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, UserError):
        return error.problem
    if isinstance(error, TimeoutError):
        return f"not done after {seconds:g} s"
    return " ".join(str(error).split())[:200] or type(error).__name__


def _last(told: TextIO) -> str:
    """The last line that the server wrote to its own stderr, which mostly says why it gave up."""
    told.seek(0)
    lines = [line.strip() for line in told.read(100_000).splitlines() if line.strip()]
    return f" (it said: {lines[-1][:160]})" if lines else ""
