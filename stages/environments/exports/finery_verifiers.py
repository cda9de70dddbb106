"""Environments for verifiers: the taskset `finery_verifiers`. `vf-validate finery_verifiers` checks every task without a model.

Tools are served by one process a rollout, which keeps the log of calls in the rollout's state; the one reward replays
that log on a fresh session, so nothing that a model writes is taken for a call.
"""

# pyright: reportMissingImports=false
import asyncio
import json
from collections.abc import Iterator
from typing import Any, cast

import verifiers.v1 as vf
from mcp.server.mcpserver import MCPServer
from mcp.types import CallToolResult, TextContent, Tool

from stages.core.dialogues import system
from stages.core.records import Call
from stages.environments.exports.tasks import begin, passes, replayed, shown, tasks


class Log(vf.State):
    """What was called, in order."""

    calls: list[dict[str, Any]] = []


class FineryData(vf.TaskData):
    """A task's wire data: which dialogue it is."""

    task: str


class FineryTools(vf.Toolset[vf.ToolsetConfig, Log]):
    """The tools that the task shows, named and described as they are."""

    TOOL_PREFIX = None

    async def setup_task(self, task: FineryData) -> None:
        """Open the rollout's session."""
        self._task, self._session, self._lock = tasks()[task.task], begin(task.task), asyncio.Lock()

    def register(self, mcp: MCPServer) -> None:
        """Serve the records' own schemas: a Python function could not carry `max-results`."""
        server, call = cast(Any, mcp), self._with_state(self._call)

        async def one_at_a_time(name: str, arguments: dict[str, Any], context: Any = None) -> CallToolResult:
            # The state is written back after a call: two at once would lose one of the log's lines.
            async with self._lock:
                return await call(name, arguments)

        server.list_tools, server.call_tool = self._tools, one_at_a_time

    async def _tools(self) -> list[Tool]:
        described = [self._session.runtime.environment.tool(name) for name in self._task.tools]
        return [Tool(name=t.name, description=t.description, input_schema=dict(t.parameters)) for t in described]

    async def _call(self, name: str, arguments: dict[str, Any]) -> CallToolResult:
        result = self._session.call(name, arguments)
        self.state.calls = [*self.state.calls, {"tool": name, "arguments": arguments}]
        text = TextContent(type="text", text=json.dumps(shown(result), ensure_ascii=False))
        return CallToolResult(content=[text], is_error=not result.ok)


class FineryTask(vf.Task[FineryData, Log, vf.TaskConfig]):
    """One task. Its reward is 1.0 or 0.0, once, for the whole rollout."""

    @classmethod
    def toolsets(cls, config: vf.TaskConfig) -> list[vf.Toolset]:
        """A tool server of its own for each rollout."""
        return [FineryTools(vf.ToolsetConfig())]

    async def validate(self, runtime: Any) -> bool:
        """Whether the reference passes."""
        turn = tasks()[self.data.task].turns[0]
        return passes(replayed(self.data.task, turn.calls), self.data.task, turn.answer)

    @vf.reward
    async def goal(self, trace: vf.Trace) -> float:
        """The state is right, nothing else is broken, and the last words say what was asked for."""
        session = replayed(self.data.task, [Call.model_validate(call) for call in trace.state.calls])
        return float(passes(session, self.data.task, trace.last_reply))


class FineryTaskset(vf.Taskset[FineryTask, vf.TasksetConfig]):
    """Every task of the package."""

    def load(self) -> Iterator[FineryTask]:
        """In the order of the file."""
        for task, dialogue in tasks().items():
            told = FineryData(name=task, task=task, prompt=dialogue.turns[0].user, system_prompt=system(dialogue))
            yield FineryTask(told, self.config.task)


__all__ = ["FineryTaskset"]

if __name__ == "__main__":
    FineryTools.run()
