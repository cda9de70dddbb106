"""What a turn asked to be told: values that results showed, that every accepted answer says and the question did not.

One answer may chat; what all of them say was asked for. Nothing here is taken from an LLM's own list of what matters.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from stages.core.records import Call, Environment, Outcome
from stages.core.rollouts.goal import says
from stages.trajectories.columns import tellable
from stages.trajectories.synthesis import READS
from stages.trajectories.writing.origins import leaves
from stages.trajectories.writing.solve import Candidate


def agreed(
    environment: Environment, candidates: Sequence[Candidate], query: str, hidden: Collection[str]
) -> tuple[str, ...]:
    """Values that all candidates' answers say, in the order in which the first one's results show them.

    Args:
        environment: tells look-ups from writes.
        candidates: the accepted ones, the best first.
        query: the user's message; what it holds is no answer.
        hidden: keys that a server made up.
    """
    best = candidates[0]
    found: dict[str, None] = {}
    for _, value in _shown(environment, best.calls, best.outcomes):
        known = value in hidden or says(query, value) or value.lower() in query.lower()
        if not known and all(says(one.answer, value) for one in candidates):
            found.setdefault(value)
    return tuple(found)


def sources(
    environment: Environment, calls: Sequence[Call], outcomes: Sequence[Outcome], told: Sequence[str]
) -> dict[str, str]:
    """Value -> the tool that was the last to show it: three lists and three tasks are both `3`."""
    return {value: calls[index].tool for index, value in _shown(environment, calls, outcomes) if value in told}


def showing(environment: Environment, tools: Collection[str]) -> tuple[str, ...]:
    """These tools and those that show rows of the same tables, in the environment's order."""
    tables = {environment.tool(name).table for name in tools}
    return tuple(
        tool.name
        for tool in environment.tools
        if not tool.writes and (tool.name in tools or (tool.table in tables and tool.verb in READS))
    )


def shows(
    environment: Environment, calls: Sequence[Call], outcomes: Sequence[Outcome], wanted: Mapping[str, str]
) -> bool:
    """Whether each value (the keys of `wanted`) is shown by its tool."""
    shown = {(value, calls[index].tool) for index, value in _shown(environment, calls, outcomes)}
    return set(wanted.items()) <= shown


def _shown(environment: Environment, calls: Sequence[Call], outcomes: Sequence[Outcome]) -> Iterator[tuple[int, str]]:
    """(index of a call that looked something up, a value in its result or the number of rows of a list in it)."""
    for index, (call, outcome) in enumerate(zip(calls, outcomes, strict=True)):
        if outcome.error is not None or environment.tool(call.tool).writes:
            continue
        for _, value in leaves(outcome.value):
            if isinstance(value, list):
                yield index, str(len(value))
            elif tellable(value):
                yield index, str(value)
