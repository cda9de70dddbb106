"""Environments for TRL's GRPOTrainer: `environment_factory=factories()`, `train_dataset=Dataset.from_list(rows())`.

A class an environment, a method a tool. The methods are made from the tools' records at run time and no text of theirs
is ever code. The reward is paid once, for the end state and for what `submit` was given: 1.0 or 0.0.
"""

import json
from inspect import Parameter, Signature
from typing import Any

from stages.core.dialogues import system
from stages.core.records import Dialogue, Tool
from stages.environments.exports.tasks import begin, passes, runtimes, shown, tasks

TYPES = {"string": str, "integer": int, "number": float, "boolean": bool, "array": list, "object": dict}


def rows() -> list[dict[str, Any]]:
    """One row a task: `prompt`, `environment` and `task`, as the trainer hands them to `reset`."""
    return [{"prompt": _prompt(task), "environment": task.environment, "task": task.id} for task in tasks().values()]


def _prompt(task: Dialogue) -> list[dict[str, str]]:
    asked = task.turns[0].user
    return [{"role": "system", "content": system(task, end="submit")}, {"role": "user", "content": asked}]


class Finery:
    """What all environments share. `reset` clears whatever an earlier rollout left."""

    def reset(self, task: str, **row: Any) -> None:
        """Open the task's start state."""
        self._task, self._session = task, begin(task)
        self._answer: str | None = None

    def get_reward(self) -> float:
        """1.0 when the state is right, nothing else is broken, and the answer says what was asked for."""
        return float(passes(self._session, self._task, self._answer or ""))

    def submit(self, answer: str) -> str:
        """Give the final answer. Nothing can be done after it.

        Args:
            answer: What the user is told, in one short sentence.
        """
        if self._answer is None:
            self._answer = answer
        return "submitted"

    def _call(self, tool: str, arguments: dict[str, Any]) -> str:
        if self._answer is not None:
            return json.dumps({"error": "FAILED_PRECONDITION", "message": "the answer is submitted"})
        given = {name: value for name, value in arguments.items() if value is not None}
        return json.dumps(shown(self._session.call(tool, given)), ensure_ascii=False)


def factories() -> dict[str, type[Finery]]:
    """Environment id -> its class."""
    found = {}
    for id, runtime in runtimes().items():
        methods: dict[str, Any] = {tool.name: _method(tool) for tool in runtime.environment.tools}
        name = "".join(part.capitalize() for part in id.split("-"))
        found[id] = type(name, (Finery,), methods)
    return found


def _method(tool: Tool) -> Any:
    def method(self: Finery, **arguments: Any) -> str:
        return self._call(tool.name, arguments)

    properties: Any = tool.parameters["properties"]
    required: Any = tool.parameters.get("required", [])
    names = [*required, *(name for name in properties if name not in required)]
    kinds = {name: _type(properties[name]) for name in names}
    place, empty = Parameter.POSITIONAL_OR_KEYWORD, Parameter.empty
    given = [Parameter(n, place, default=empty if n in required else None, annotation=kinds[n]) for n in names]
    lines = [f"    {name}: {_said(properties[name], name)}" for name in names]
    method.__name__ = method.__qualname__ = tool.name
    method.__doc__ = _plain(tool.description or tool.name) + ("\n\nArgs:\n" + "\n".join(lines) if lines else "")
    method.__annotations__ = kinds | {"return": str}
    method.__signature__ = Signature([Parameter("self", place), *given], return_annotation=str)  # type: ignore[attr-defined]
    return method


def _type(schema: dict[str, Any]) -> Any:
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        kind = next(one for one in kind if one != "null")
    inner = schema.get("items")
    return list[_type(inner)] if kind == "array" and isinstance(inner, dict) else TYPES[kind]  # type: ignore[misc]


def _said(schema: dict[str, Any], name: str) -> str:
    choices = f" (choices: {json.dumps(schema['enum'])})" if "enum" in schema else ""
    return _plain(str(schema.get("description") or name)) + choices


def _plain(text: str) -> str:
    # The trainer parses docstrings: a description must not begin a section of its own.
    return " ".join(text.split()).replace("Args:", "Args").replace("Returns:", "Returns").replace("(choices:", "(of")
