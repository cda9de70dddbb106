"""All shortest ways to a turn's goal, by exact search over the real state.

A way is a sequence of calls that all succeed, ends in the goal's state and has shown what the answer says. Its arguments
are what the user has stated so far, what results have shown so far, defaults, and choices that the words name (see
`candidates`). Two ways are one if they hold the same calls in another order, or differ in arguments that change nothing.

EnvFactory has an LLM judge rank solutions by how few calls they take and mark what is immaterial (envfactory.md 4); here
the fewest are found by search (`ways`) and what is immaterial by leaving it out.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from stages.core.engine import Runtime, Session
from stages.core.records import Dialogue, Rejected, Turn
from stages.core.rollouts.reward import covers
from stages.trajectories.candidates import Task
from stages.trajectories.knowledge import Sight, rows, shown, stated
from stages.trajectories.ways import Calls, CapReached, Caps, Search, same


class Ways(NamedTuple):
    """`minimal`: every way of the fewest calls. `shorter`: they are fewer than the reference's successful calls."""

    minimal: tuple[Calls, ...]
    verdict: Literal["found", "unknown", "shorter"]
    expanded: int
    masked: tuple[tuple[int, str], ...] = ()
    """(call, argument) of the reference that do not matter."""


def search(task: Task, session: Session, known: Sight, caps: Caps) -> Ways:
    """All shortest ways of a turn.

    Args:
        task: the turn.
        session: stands where the turn begins; it is read, and forked for writes.
        known: what earlier results have shown, and the keys that the user has stated.
        caps: beyond them, and where the search cannot see the reference itself, the verdict is `unknown`.
    """
    reference = task.reference
    if not task.turn.calls:
        return Ways(((),), "found", 0)
    if len(reference) > caps.calls:
        return Ways((), "unknown", 0)
    one = Search(task, session, known, caps)
    try:
        if not one.reaches(reference):
            return Ways((), "unknown", one.expanded)
        found = one.ways()
        if not found or len(found[0]) < len(reference):
            return Ways(tuple(found), "shorter" if found else "unknown", one.expanded)
        masked = one.masked(reference)
        kept = {same(way): way for way in (one.spared(way)[0] for way in found)}
    except CapReached:
        return Ways((), "unknown", one.expanded)
    minimal = tuple(kept.values())
    if not any(covers(reference, way) for way in minimal):
        return Ways((), "unknown", one.expanded)
    failed = [index for index, outcome in enumerate(task.turn.outcomes) if outcome.error is not None]
    places = [index for index in range(len(task.turn.calls)) if index not in failed]
    return Ways(minimal, "found", one.expanded, tuple((places[index], name) for index, name in masked))


def searched(runtime: Runtime, dialogue: Dialogue, caps: Caps) -> Iterator[tuple[Task, Ways]]:
    """Every turn of a proved dialogue with its ways, each turn from where the references of those before it lead."""
    environment = runtime.environment
    tools = [environment.tool(name) for name in dialogue.tools]
    session, known = runtime.open(dialogue.scenario), Sight()
    before = rows(session)
    try:
        for number, turn in enumerate(dialogue.turns):
            ahead, writes = session, [call for call in turn.calls if environment.tool(call.tool).writes]
            if writes:
                ahead = session.fork()
            for call in writes:
                ahead.call(call.tool, dict(call.arguments))
            after = rows(ahead) if writes else before
            task = Task(environment, tools, turn, before, after, *stated(dialogue, number))
            yield task, search(task, session, {**known, **task.named()}, caps)
            for call, outcome in zip(turn.calls, turn.outcomes, strict=True):
                if outcome.error is None:
                    known |= shown(environment, environment.tool(call.tool), call.arguments, outcome.value)
            if ahead is not session:
                session.close()
            session, before = ahead, after
    finally:
        session.close()


def plan(runtime: Runtime, dialogue: Dialogue, caps: Caps) -> Dialogue | Rejected:
    """The dialogue with every turn's other ways and immaterial arguments.

    Rejected as `not_minimal` where a reference is longer than needed, as `unknown` where the search cannot tell. With no
    calls to look at it stays as it is.
    """
    if caps.calls == 0:
        return dialogue
    turns: list[Turn] = []
    for task, found in searched(runtime, dialogue, caps):
        if found.verdict != "found":
            return _rejected(dialogue, len(turns), task, found)
        turns.append(recorded(task.turn, found))
    return dialogue.model_copy(update={"turns": tuple(turns)})


def recorded(turn: Turn, found: Ways) -> Turn:
    """The turn with its other ways: those that its reference is not, be it only that the reference holds a failed try."""
    others = tuple(way for way in found.minimal if not covers(turn.calls, way) or len(way) < len(turn.calls))
    return turn.model_copy(update={"ways": others, "masked": found.masked})


def _rejected(dialogue: Dialogue, number: int, task: Task, found: Ways) -> Rejected:
    """Why a turn's reference is not taken: the verbs of its calls and of a shorter way's."""
    verbs = [[task.environment.tool(c.tool).verb for c in way] for way in (task.reference, *found.minimal[:1])]
    told = "; enough: ".join(", ".join(way) or "nothing" for way in verbs)
    reason = "unknown" if found.verdict == "unknown" else "not_minimal"
    return Rejected(id=dialogue.id, reason=reason, detail=f"turn {number}: {told}")
