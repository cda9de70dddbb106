"""What every operator on a finished dialogue needs: a session that stands where a turn starts, and the proofs again."""

from stages.core.engine import Runtime, Session
from stages.core.records import Dialogue
from stages.core.replay import replay
from stages.trajectories import proof
from stages.trajectories.synthesis import identity


def before(runtime: Runtime, dialogue: Dialogue, turn: int) -> Session:
    """A session that stands where a turn starts; the number of turns gives the end."""
    session = runtime.open(dialogue.scenario)
    for one in dialogue.turns[:turn]:
        for call in one.calls:
            session.call(call.tool, dict(call.arguments))
    return session


def proved(runtime: Runtime, dialogue: Dialogue) -> bool:
    """Whether all proofs of a dialogue hold, replay included."""
    environment = runtime.environment
    return not (
        replay(runtime, dialogue)
        or proof.leaks(dialogue, environment)
        or proof.unproved(dialogue, environment)
        or proof.weak_goals(runtime, dialogue)
    )


def identified(dialogue: Dialogue) -> Dialogue:
    """The dialogue under the id that its words give it."""
    name = identity(dialogue.environment, dialogue.scenario.id, dialogue.turns, dialogue.policy)
    return dialogue.model_copy(update={"id": name})
