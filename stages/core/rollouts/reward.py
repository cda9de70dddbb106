"""Rewards of one played turn, from the execution log and the end state, never from text.

Two choices, told apart by `method:` in params.

`goal`: 1 when the goal is reached, else a small share for calls that worked, less a penalty for calls beyond the
reference's number:

    R = clip(goal + valid * (1 - goal) * worked / tried - length * min(1, extra / 4), 0, 1)

where the number is that of a shortest way, if the reference took more (it may hold a failed try).
Doing nothing earns 0 and no attempt earns less, so silence never beats a try (trl#6427); trying without success never
earns more than `valid`. A length penalty counts calls, not tokens: a call's tokens are the tool's, not the model's.

`envfactory` (EnvFactory's released code): R = max(0, alpha R_traj + (1 - alpha) R_state - min(.05 extra, .5) -
min(.05 unparsable, .5)). R_traj is 1 if every reference call matches a distinct call of the model (same tool, each
reference argument equal, numbers within 1e-6 relative, extra arguments and order ignored), or if the calls of another
shortest way do: the release has one reference and punishes every other right path. R_state is 1 if the state equals the
reference's by goal digest and the model called something; the release compares saved files of servers that were called.
Masked are arguments that the planner found immaterial and those that the reference took from a schema's default.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import JsonValue

from stages.core.records import Call, Turn
from stages.core.rollouts.seat import PlayedTurn

EXTRA_CALLS = 4
"""So many calls beyond the reference's cost the whole length penalty."""
STEP, CAP = 0.05, 0.5
"""EnvFactory's price of one extra or unparsable call, and the most that either can cost."""


class GoalWeights(NamedTuple):
    """Weights of the `goal` reward; both small against 1."""

    valid: float
    length: float


def goal_reward(played: PlayedTurn, reference: Turn, weights: GoalWeights) -> float:
    """Reward in [0, 1]; the formula is in the module's docstring."""
    tried = len(played.calls) + played.unparsable
    worked = sum(entry.result.ok for entry in played.calls)
    goal = float(played.passed)
    shaped = weights.valid * (1 - goal) * (worked / tried) if tried else 0.0
    extra = max(0, tried - fewest(reference))
    return min(1.0, max(0.0, goal + shaped - weights.length * min(1.0, extra / EXTRA_CALLS)))


def envfactory_reward(played: PlayedTurn, reference: Turn, alpha: float = 0.5) -> float:
    """Reward in [0, 1]; `alpha` weighs the calls against the end state. An empty turn earns 0."""
    if not played.calls:
        return 0.0
    trajectory = float(matches([Call(tool=e.tool, arguments=e.arguments) for e in played.calls], reference))
    extra = max(0, len(played.calls) - len(reference.calls))
    penalty = min(STEP * extra, CAP) + min(STEP * played.unparsable, CAP)
    return max(0.0, alpha * trajectory + (1 - alpha) * float(played.state) - penalty)


def fewest(reference: Turn) -> int:
    """Calls of a shortest way, as far as it is known."""
    return min(map(len, (reference.calls, *reference.ways)))


def matches(calls: list[Call], reference: Turn) -> bool:
    """True if the reference's calls, or those of another of its ways, all have partners; masked arguments don't count."""
    masked = {(span.call, span.argument) for span in reference.spans if span.origin == "default"} | set(
        reference.masked
    )
    wanted = tuple(
        Call(tool=call.tool, arguments={k: v for k, v in call.arguments.items() if (index, k) not in masked})
        for index, call in enumerate(reference.calls)
    )
    return any(covers(calls, way) for way in (wanted, *reference.ways))


def covers(calls: Sequence[Call], way: Sequence[Call]) -> bool:
    """True if every call of `way` has a distinct partner among `calls` that gives at least its arguments."""
    return _partners([(call.tool, call.arguments) for call in way], list(calls))


def _partners(wanted: Sequence[tuple[str, dict[str, JsonValue]]], free: list[Call]) -> bool:
    # A reference call that asks for less could take another's only partner, so every choice is tried; turns are short.
    if not wanted:
        return True
    (tool, arguments), rest = wanted[0], wanted[1:]
    return any(
        _fits(call, tool, arguments) and _partners(rest, free[:index] + free[index + 1 :])
        for index, call in enumerate(free)
    )


def _fits(call: Call, tool: str, arguments: dict[str, JsonValue]) -> bool:
    return call.tool == tool and all(
        name in call.arguments and same(call.arguments[name], value) for name, value in arguments.items()
    )


def same(left: JsonValue, right: JsonValue) -> bool:
    """Equal JSON, numbers within 1e-6 relative; true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return abs(left - right) <= 1e-6 * max(abs(left), abs(right))
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return left == right
