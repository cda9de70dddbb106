"""Environments as an OpenEnv server: `uvicorn finery_openenv:app`. An episode is one task.

OpenEnv has no word for "I have finished", so `submit` is a tool beside the environment's own: it ends the episode. The
reward is paid then, once, from the session's state, its log and what was submitted; nothing that verifies is a tool.
"""

# pyright: reportMissingImports=false
from typing import Any

from openenv.core.env_server import mcp_types as mcp
from openenv.core.env_server.http_server import create_fastapi_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import Action, Observation, State

from stages.core.dialogues import system
from stages.core.records import Dialogue
from stages.environments.exports.tasks import begin, passes, shown, tasks

SUBMIT = mcp.Tool(
    name="submit",
    description="Give the final answer in one short sentence. It ends the episode.",
    input_schema={"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]},
)


class Finery(Environment[Action, Observation, State]):
    """One episode at a time; each connection has an instance of its own."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self) -> None:
        super().__init__()
        self.reset()

    def reset(
        self, seed: int | None = None, episode_id: str | None = None, index: int | None = None, **more: Any
    ) -> Observation:
        """Open a task: the one at `index`, else the one that `seed` falls on. Its words are in the metadata."""
        self._task = list(tasks().values())[(seed or 0) % len(tasks()) if index is None else index]
        self._session = begin(self._task.id)
        self._steps, self._episode, self._done = 0, episode_id, False
        return Observation(metadata=told(self._task))

    def step(self, action: Action, timeout_s: float | None = None, **more: Any) -> Observation:
        """List the tools or call one. Raises ValueError for any other action."""
        if isinstance(action, mcp.ListToolsAction):
            return mcp.ListToolsObservation(tools=self._tools())
        if not isinstance(action, mcp.CallToolAction):
            raise ValueError("list_tools and call_tool are the only actions")
        name, arguments = action.tool_name, action.arguments
        if self._done:
            said = {"error": "FAILED_PRECONDITION", "message": "the episode has ended"}
            return mcp.CallToolObservation(tool_name=name, result=said, done=True)
        self._steps += 1
        if name == SUBMIT.name:
            self._done = True
            reward = float(passes(self._session, self._task.id, str(arguments.get("answer", ""))))
            return mcp.CallToolObservation(tool_name=name, result="submitted", done=True, reward=reward)
        return mcp.CallToolObservation(tool_name=name, result=shown(self._session.call(name, arguments)))

    @property
    def state(self) -> State:
        """The episode's id and how many calls it had."""
        return State(episode_id=self._episode, step_count=self._steps)

    def _tools(self) -> list[mcp.Tool]:
        described = [self._session.runtime.environment.tool(name) for name in self._task.tools]
        own = [mcp.Tool(name=t.name, description=t.description, input_schema=dict(t.parameters)) for t in described]
        return [*own, SUBMIT]

    def list_splits(self) -> list[str]:
        """One: the tasks that may be trained on."""
        return ["train"]

    def num_tasks(self, split: str) -> int:
        """How many tasks there are."""
        return len(tasks())

    def list_tasks(self, split: str) -> list[dict[str, Any]]:
        """Every task's id, environment and words."""
        return [told(task) for task in tasks().values()]

    def get_task(self, split: str, index: int) -> dict[str, Any]:
        """One of them. Raises IndexError."""
        return self.list_tasks(split)[index]


def told(task: Dialogue) -> dict[str, Any]:
    """What may be known of a task before it begins."""
    said = {"system": system(task, end="submit"), "prompt": task.turns[0].user}
    return {"task": task.id, "environment": task.environment, **said}


app = create_fastapi_app(Finery, mcp.CallToolAction, mcp.CallToolObservation, max_concurrent_envs=256)
