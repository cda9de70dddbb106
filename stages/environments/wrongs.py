"""Calls that break a tool's schema in one way each: left out, of another type, null, or not known at all."""

from typing import Any

from stages.environments.shapes import ToolShape
from stages.environments.teller import Teller


def wrong_arguments(teller: Teller, tool: ToolShape, good: dict[str, Any]) -> None:
    """Play the wrong calls that a tool of a family of rules must refuse; `good` are arguments that it takes."""
    for name in tool.required:
        teller.call(tool, {key: value for key, value in good.items() if key != name})
    for name in (*tool.parents, *tool.more):
        teller.call(tool, good | {name: 7})
        teller.call(tool, good | {name: None})
        teller.call(tool, good | {name: [[1]]})
    teller.call(tool, good | {"no_such_argument": 1})
