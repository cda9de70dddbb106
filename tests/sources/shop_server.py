"""A small MCP server over stdio for the tests of live listings: `python -m tests.sources.shop_server MODE`.

`shop` lists its tools over three pages; `endless` never comes to a last page; `gone` says why and ends before it answers.
"""

import sys
from typing import Any

import anyio
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from tests.sources.test_tool_list import TOOLS

EACH = 4
"""Tools a page."""


async def page(context: Any, params: Any) -> types.ListToolsResult:
    """Page `cursor` of the shop's tools; beyond the last one it begins again."""
    number = int(params.cursor) if params and params.cursor else 0
    names = list(TOOLS)[number * EACH : (number + 1) * EACH] if sys.argv[1] == "shop" else []
    listed = [types.Tool(name=name, description=f"Does {name}.", input_schema=TOOLS[name]) for name in names]
    last = sys.argv[1] == "shop" and (number + 1) * EACH >= len(TOOLS)
    return types.ListToolsResult(tools=listed, next_cursor=None if last else str(number + 1))


async def main() -> None:
    """Serve until the client closes its end."""
    server = Server("Corner Shop", version="1.2.0", on_list_tools=page)
    async with stdio_server() as (reads, writes):
        await server.run(reads, writes, server.create_initialization_options())


if __name__ == "__main__":
    if sys.argv[1] == "gone":
        print("first line\nSHOP_KEY is not set", file=sys.stderr)
        sys.exit(3)
    anyio.run(main)
