"""An environment as an MCP server: `python -m stages.environments.serve google-tasks-v1`.

Over stdio by default; `--http PORT` serves streamable HTTP at http://127.0.0.1:PORT/mcp, to this machine alone, with the
Host and Origin of every request checked against it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from stages.core.engine import catalogue, mcp
from stages.core.errors import UserError
from stages.core.records import Scenario

HOST = "127.0.0.1"


def chosen(folder: Path, id: str, scenario: str | None) -> Server:
    """The server of environment `id`, on the named start state or the first of medium size. Raises UserError."""
    path = folder / id
    if not (path / "environment.json").is_file() or path.parent != folder:
        known = sorted(found.parent.name for found in folder.glob("*/environment.json"))
        hint = f"there are {', '.join(known[:5])}, ..." if known else "there is none; run `make demo` first"
        raise UserError(f"{folder}/{id}", f"no such environment ({hint})")
    entry = catalogue.read(path)
    return mcp.server(entry.environment, start(entry.scenarios, scenario))


def start(scenarios: Sequence[Scenario], wanted: str | None) -> Scenario:
    """The start state of that id, else the first of medium size, else the first that loads. Raises UserError."""
    loadable = [scenario for scenario in scenarios if scenario.expect == "load"]
    if wanted is not None:
        found = [scenario for scenario in loadable if scenario.id == wanted]
    else:
        found = [scenario for scenario in loadable if scenario.complexity == "medium"] or loadable
    if not found:
        known = ", ".join(scenario.id for scenario in loadable[:5])
        raise UserError(f"--scenario {wanted or ''}".strip(), f"no start state of that id (there are {known})")
    return found[0]


async def over_stdio(server: Server) -> None:
    """Serve until the client closes its end."""
    async with stdio_server() as (reads, writes):
        await server.run(reads, writes, server.create_initialization_options())


async def over_http(server: Server, port: int) -> None:
    """Serve streamable HTTP on loopback until interrupted."""
    import uvicorn

    places = [f"{HOST}:{port}", f"localhost:{port}"]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=places,
        allowed_origins=[f"http://{place}" for place in places],
    )
    app = server.streamable_http_app(transport_security=security, host=HOST, json_response=True)
    await uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_level="warning")).serve()


def main(words: Sequence[str] | None = None) -> int:
    """The command. Returns 2 for a user's mistake."""
    parser = argparse.ArgumentParser(prog="python -m stages.environments.serve")
    parser.add_argument("id", help="environment: the name of its folder")
    parser.add_argument("--environments", type=Path, default=Path("data/environments"), help="where they lie")
    parser.add_argument("--scenario", help="id of the start state (default: the first of medium size)")
    parser.add_argument("--http", type=int, metavar="PORT", help="streamable HTTP on loopback instead of stdio")
    given = parser.parse_args(words)
    try:
        if given.http is not None and not 1 <= given.http <= 65_535:
            raise UserError("--http", "a port between 1 and 65535 is expected")
        server = chosen(given.environments, given.id, given.scenario)
        if given.http is None:
            anyio.run(over_stdio, server)
        else:
            anyio.run(over_http, server, given.http)
    except UserError as error:
        print(f"serve: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
