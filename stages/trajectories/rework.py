"""What operators on a finished dialogue share: two turns made one, the proofs again, the id that the new words give."""

from stages.core.engine import Runtime
from stages.core.records import Dialogue, Goal, Span, Turn
from stages.trajectories import proof
from stages.trajectories.synthesis import identity
from stages.trajectories.words import sentence


def proved(runtime: Runtime, dialogue: Dialogue) -> bool:
    """Whether all proofs of a dialogue hold, replay included."""
    return proof.refuted(runtime, dialogue) is None


def identified(dialogue: Dialogue) -> Dialogue:
    """The dialogue under the id that its words give it."""
    name = identity(dialogue.environment, dialogue.scenario.id, dialogue.turns, dialogue.policy)
    return dialogue.model_copy(update={"id": name})


def joined(dialogue: Dialogue, number: int, user: str) -> Dialogue:
    """The dialogue with turn `number` and the one behind it made one turn, whose words are `user`.

    Calls keep their order, so the end state stays; the ways of the whole are those of the first with those of the second.
    """
    first, second = dialogue.turns[number : number + 2]
    count = len(first.calls)
    ways = [one + other for one in (first.calls, *first.ways) for other in (second.calls, *second.ways)]
    rest = sentence(second.answer.removeprefix("Done, ") if first.answer.startswith("Done") else second.answer)
    both = first.model_copy(
        update={
            "user": user,
            "calls": (*first.calls, *second.calls),
            "outcomes": (*first.outcomes, *second.outcomes),
            "answer": f"{first.answer} {rest}",
            "goal": Goal(
                digest=second.goal.digest,
                says=tuple(dict.fromkeys((*first.goal.says, *second.goal.says))),
                reads=tuple(dict.fromkeys((*first.goal.reads, *second.goal.reads))),
            ),
            "spans": (*first.spans, *(s.model_copy(update={"call": s.call + count}) for s in second.spans)),
            "template": f"{first.template}+{second.template}",
            "refined": (*first.refined, *second.refined),
            "ways": tuple(ways[1:]),
            "masked": (*first.masked, *((call + count, name) for call, name in second.masked)),
        }
    )
    turns = (*dialogue.turns[:number], both, *dialogue.turns[number + 2 :])
    moved = tuple(
        turn.model_copy(update={"spans": tuple(_earlier(span, number) for span in turn.spans)}) for turn in turns
    )
    return dialogue.model_copy(update={"turns": moved})


def two_guesses(first: Turn, second: Turn) -> bool:
    """Whether two questions would stand together of which one asks for a number: a look at the other may show one as small."""
    return bool(first.goal.reads and second.goal.reads) and any(
        value.isdigit() for value in (*first.goal.says, *second.goal.says)
    )


def _earlier(span: Span, number: int) -> Span:
    """Every turn behind turn `number` is one earlier now."""
    return span.model_copy(update={"turn": span.turn - 1}) if span.turn is not None and span.turn > number else span
