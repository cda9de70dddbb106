"""Small environments made for one test: tools with hand-written programs on the fixture's tables."""

from stages.core.engine import Limits, Runtime, Session
from stages.core.records import Environment, Tool
from tests.fixtures.tasks import tasks_environment, tasks_scenario

ANYTHING = {"type": "object"}


def session_with(*steps: dict, parameters: dict | None = None, limits: Limits | None = None) -> Session:
    """A session on the tasks scenario that has one more tool, `probe`, with these steps."""
    environment = with_tool("probe", *steps, parameters=parameters)
    return (Runtime(environment, limits) if limits else Runtime(environment)).open(tasks_scenario())


def with_tool(name: str, *steps: dict, parameters: dict | None = None) -> Environment:
    """The tasks environment with one more tool."""
    tool = Tool.model_validate(
        {
            "name": name,
            "description": "",
            "parameters": parameters or ANYTHING,
            "verb": "action",
            "table": "task",
            "writes": True,
            "program": steps,
        }
    )
    environment = tasks_environment()
    return environment.model_copy(update={"tools": (*environment.tools, tool)})
