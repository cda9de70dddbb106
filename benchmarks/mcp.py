"""The engine in process beside the same environment behind a stdio MCP process: `python -m benchmarks.mcp`.

The client is the SDK's own. Beside them, for context, one of BFCL's Python classes in its limited process.
"""

import os
import platform
import sys
import tempfile
import time
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters

from stages.core import jsonl
from stages.core.engine import Runtime
from stages.core.engine.classes import bfcl
from tests.fixtures.tasks import tasks_environment, tasks_scenario

TOOL, ARGUMENTS = "tasks_get", {"tasklist": "l101", "task": "t101"}
IN_PROCESS, OVER_MCP, OVER_PIPES = 20_000, 1_000, 3_000
TARGET = 20.0


def in_process() -> float:
    """Calls a second of a session here."""
    session = Runtime(tasks_environment()).open(tasks_scenario())
    began = time.perf_counter()
    for _ in range(IN_PROCESS):
        assert session.call(TOOL, ARGUMENTS).ok
    return IN_PROCESS / (time.perf_counter() - began)


async def over_mcp(folder: Path) -> float:
    """Calls a second of a client of a stdio server."""
    words = ["-m", "stages.environments.serve", folder.name, "--environments", str(folder.parent)]
    async with Client(StdioServerParameters(command=sys.executable, args=words, cwd=Path.cwd())) as client:
        assert not (await client.call_tool(TOOL, ARGUMENTS)).is_error
        began = time.perf_counter()
        for _ in range(OVER_MCP):
            assert not (await client.call_tool(TOOL, ARGUMENTS)).is_error
        return OVER_MCP / (time.perf_counter() - began)


def over_pipes() -> float:
    """Calls a second of BFCL's ticket class in its limited process."""
    with bfcl.host(Path(".packages")) as host:
        session = host.open(["TicketAPI"], {"TicketAPI": {"current_user": "Ann"}})
        assert session.call("create_ticket", {"title": "Broken lamp"}).ok
        began = time.perf_counter()
        for _ in range(OVER_PIPES):
            assert session.call("get_ticket", {"ticket_id": 1}).ok
        return OVER_PIPES / (time.perf_counter() - began)


def main() -> None:
    """Print one table."""
    environment, scenario = tasks_environment(), tasks_scenario()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / environment.id
        folder.mkdir()
        (folder / "environment.json").write_text(environment.model_dump_json(by_alias=True))
        jsonl.write(folder / "scenarios.jsonl", [scenario])
        jsonl.write_json(folder / "gate.json", {"passed": True})
        ours, theirs, classes = in_process(), anyio.run(over_mcp, folder), over_pipes()
    ratio = ours / theirs
    print(f"{'in process':34}{ours:10.0f} calls a second")
    print(f"{'behind a stdio MCP process':34}{theirs:10.0f} calls a second")
    print(f"{'BFCL class in a limited process':34}{classes:10.0f} calls a second")
    print(f"in process / MCP {ratio:.0f}x  >= {TARGET:.0f}x {'met' if ratio >= TARGET else 'MISSED'}")
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.2f}"
    )


if __name__ == "__main__":
    main()
