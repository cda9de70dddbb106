"""Execute a dialogue's reference calls once more from its own start state: the one proof that a row replays."""

from stages.core.engine import Runtime, Session
from stages.core.records import Dialogue


def at_turn(runtime: Runtime, dialogue: Dialogue, turn: int) -> Session:
    """A session that stands where turn `turn` starts (after the last turn: their number). Raises ScenarioRefused."""
    session = runtime.open(dialogue.scenario)
    for one in dialogue.turns[:turn]:
        for call in one.calls:
            session.call(call.tool, dict(call.arguments))
    return session


def replay(runtime: Runtime, dialogue: Dialogue) -> str | None:
    """Why the row does not reach its recorded outcomes and digests; None when it does.

    Raises ScenarioRefused for a start state that does not load.
    """
    session = runtime.open(dialogue.scenario)
    try:
        if session.digest() != dialogue.start_digest:
            return "another start state"
        for number, turn in enumerate(dialogue.turns):
            for call, outcome in zip(turn.calls, turn.outcomes, strict=True):
                result = session.call(call.tool, dict(call.arguments))
                if (result.value, result.error) != (outcome.value, outcome.error):
                    return f"turn {number}: {call.tool} gave another result"
            if session.goal_digest() != turn.goal.digest:
                return f"turn {number}: another state than the goal's"
        return None if session.digest() == dialogue.end_digest else "another end state"
    finally:
        session.close()
