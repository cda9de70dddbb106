"""A short session of an environment to read: what a caller would do first, with what really came of it."""

from typing import Any

from stages.core.engine import Session
from stages.environments.teller import Expected, Script

ORDER = (
    "list",
    "create",
    "get",
    "set",
    "patch",
    "update",
    "batch_get",
    "batch_create",
    "batch_update",
    "tag",
    "tags",
    "put",
    "part",
    "copy",
    "move",
    "delete",
    "undelete",
)
"""Verbs in the order in which they are shown; after them one call that fails."""


def sample(session: Session, stories: list[Script], index: int, verbs: dict[str, str]) -> list[dict[str, Any]]:
    """One call of each verb that the environment has, and one that fails: `{tool, arguments, value | error}` each.

    Args:
        session: is put back to its start, before and after.
        stories: the gate's, whose calls are taken; their values are not: these come from the session.
        index: which of the gate's start states the session stands on.
        verbs: tool -> verb.
    """
    session.reset()
    told = [step for story in stories if story.scenario == index for step in story.steps]
    shown = [_played(session, step) for verb in ORDER if (step := _first(told, verbs, verb))]
    # A key that nowhere exists fails whatever was done before.
    errors = [step for story in stories if story.check == "error" and story.scenario == index for step in story.steps]
    wrong = next((step for step in errors if step.message and "nowhere" in step.arguments.values()), None)
    if wrong is not None:
        shown.append(_played(session, wrong))
    session.reset()
    return shown


def _first(told: list[Expected], verbs: dict[str, str], verb: str) -> Expected | None:
    """The verb's call with most arguments among those that the oracle lets through; of lists the plainest."""
    fit = [step for step in told if step.ok and verbs[step.tool] == verb]
    best = min if verb == "list" else max
    return best(fit[:40], key=lambda step: len(step.arguments), default=None)


def _played(session: Session, step: Expected) -> dict[str, Any]:
    result = session.call(step.tool, step.arguments)
    came = {"value": result.value} if result.ok else {"error": result.error, "message": result.message}
    return {"tool": step.tool, "arguments": step.arguments, **came}
