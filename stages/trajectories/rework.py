"""What every operator on a finished dialogue ends with: the proofs again, and the id that the new words give."""

from stages.core.engine import Runtime
from stages.core.records import Dialogue
from stages.core.replay import replay
from stages.trajectories import proof
from stages.trajectories.synthesis import identity


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
