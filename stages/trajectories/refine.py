"""Calibrated refinement: a proved dialogue said less plainly, each way with a proof that it can still be solved.

- `implicit_reference`: a row is described and no longer named; that no other row fits is a query against the state, and the
  turn's own look-up shows what the description speaks of.
- `ambiguity`: the row is left open and a constraint after it settles which one; the same proof, and at least one other row.
- `action_compression`: a step is no longer asked for; the graph forces it. What must exist before a new row can stand in
  it is created unasked; a value that another row holds is looked up.
- `goal_expansion` (see `expansion`): the request of the next turn is asked for in the same breath.

EnvFactory has an LLM rewrite the query (notes, section 4) and lets its solvers find out whether it still works. Here calls and
end state stay those of the dialogue that was proved, and the words are proved against them.
"""

import re
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from stages.core.engine import Runtime
from stages.core.params.trajectories import Refine
from stages.core.records import Dialogue, Refinement, Table, Turn
from stages.core.replay import at_turn
from stages.trajectories.asides import pick
from stages.trajectories.columns import listed
from stages.trajectories.compression import action_compression
from stages.trajectories.describing import Description, descriptions, mention_pattern
from stages.trajectories.rework import identified, proved
from stages.trajectories.words import article, sentence
from stages.trajectories.world import World

Operate = Callable[[Runtime, Dialogue, int, Random], Dialogue | None]


def refine(runtime: Runtime, dialogue: Dialogue, shares: Refine, rng: Random) -> Dialogue:
    """The dialogue with its turns' words refined as drawn, where they have a place for it and it is proved.

    At most one of the three that concern one request is put into a turn; requests are joined later, by `expand`.

    Args:
        runtime: of the dialogue's environment.
        dialogue: a proved one, without hard cases.
        shares: how often each refinement is tried on a turn. One that is never tried draws nothing.
        rng: draws everything.
    """
    plain: tuple[tuple[float, Operate], ...] = (
        (shares.action_compression, action_compression),
        (shares.implicit_reference, implicit_reference),
        (shares.ambiguity, ambiguity),
    )
    number = 0
    while number < len(dialogue.turns):
        for share, operate in plain:
            if share and rng.random() < share:
                made = operate(runtime, dialogue, number, rng)
                if made is not None and proved(runtime, made):
                    dialogue = made
                    break  # one refinement of the words a turn: two in one sentence read like a riddle
        number += 1
    return identified(dialogue)


def implicit_reference(runtime: Runtime, dialogue: Dialogue, number: int, rng: Random) -> Dialogue | None:
    """Describe the row that a turn looks up by its name: `the task with the latest due date in ...`."""
    found = _described(runtime, dialogue, number, rng)
    if found is None:
        return None
    match, noun, _, description = found
    turn, scope = dialogue.turns[number], match["scope"]
    # After the parent's name the words would seem to speak of the parent.
    new = f"the {noun}{scope}, the one {description.words}," if scope else f"the {noun} {description.words}"
    text = re.sub(r",(?= ?[.,?!])", "", f"{turn.user[: match.start()]}{new}{turn.user[match.end() :]}")
    return _with(dialogue, number, turn, text, "implicit_reference")


_OPEN = (
    "one of the {plural}{scope}",
    "a certain {noun}{scope}",
    "some {noun}{scope}",
    "one of the {plural}{scope}",
    "a {noun}{scope}",
    "one of the {plural}{scope}",
)
_SETTLED = (
    "I mean the one {words}.",
    "It is the one {words}.",
    "That would be the one {words}.",
    "The one I have in mind is the one {words}.",
    "Take the one {words}.",
    "To be clear, the one {words}.",
)


def ambiguity(runtime: Runtime, dialogue: Dialogue, number: int, rng: Random) -> Dialogue | None:
    """Leave open which row is meant, and settle it with a constraint: `one of the tasks ... I mean the one whose ...`."""
    found = _described(runtime, dialogue, number, rng)
    if found is None:
        return None
    match, noun, plural, description = found
    turn, held = dialogue.turns[number], dialogue.split != "train"
    new = pick(_OPEN, held, rng).format(plural=plural, noun=noun, scope=match["scope"])
    settled = pick(_SETTLED, held, rng).format(words=description.words)
    new = new.replace(f"a {noun}", article(noun)) if new.startswith("a " + noun) else new
    user = sentence(f"{turn.user[: match.start()]}{new}{turn.user[match.end() :]}")
    return _with(dialogue, number, turn, f"{user} {settled}", "ambiguity")


class Place(NamedTuple):
    """Where a turn's words name a row that it looks up, and a description that fits this row alone."""

    match: re.Match[str]
    noun: str
    plural: str
    description: Description


def _described(runtime: Runtime, dialogue: Dialogue, number: int, rng: Random) -> Place | None:
    """A row that the turn's words name, that one of its calls lists, and that can be described instead."""
    turn = dialogue.turns[number]
    if turn.case != "plain" or turn.refined or len(turn.calls) < 2:
        return None
    tool, held = runtime.environment.tool(turn.calls[-1].tool), dialogue.split != "train"
    keys = dict(tool.parents)
    if tool.key_parameter is not None and tool.verb != "create":
        keys[tool.key_parameter] = tool.table
    session = at_turn(runtime, dialogue, number)
    world, earlier = World(runtime.environment, session), sum(len(one.calls) for one in dialogue.turns[:number])
    options = [
        (runtime.environment.table(keys[span.argument]), span.call_index - earlier)
        for span in turn.spans
        if span.call == len(turn.calls) - 1 and span.argument in keys
        if span.call_index is not None and span.call_index >= earlier
    ]
    rng.shuffle(options)
    places = (_place(runtime, turn, world, table, index, held, rng) for table, index in options)
    found = next((place for place in places if place is not None), None)
    session.close()
    return found


def _place(
    runtime: Runtime, turn: Turn, world: World, table: Table, index: int, held: bool, rng: Random
) -> Place | None:
    """The place of the row of `table` whose key the turn's call `index` shows in a list."""
    looked = runtime.environment.tool(turn.calls[index].tool)
    shown = listed(looked, turn.outcomes[index].value)
    if looked.verb != "list" or looked.table != table.name:
        return None
    keys = {str(key) for key in turn.calls[-1].arguments.values()}
    ref = next((ref for ref in world.refs(table) if ref.key in keys), None)
    match = re.search(mention_pattern(runtime.environment, ref), turn.user, re.IGNORECASE) if ref else None
    if ref is None or match is None:
        return None
    # What the turn asks for or changes would be given away, or be said of a row that is about to lose it.
    told = [*turn.goal.says, *(str(span.text) for span in turn.spans if span.origin == "user" and span.text)]
    around = f"{turn.user[: match.start()]} {turn.user[match.end() :]}".lower()
    for found in descriptions(world, table, ref, shown, held, rng):
        if not any(text.lower() in found.words.lower() for text in told) and ref.label.lower() not in around:
            return Place(match, table.noun, table.plural, found)
    return None


def _with(dialogue: Dialogue, number: int, turn: Turn, user: str, kind: Refinement) -> Dialogue:
    """The dialogue with other words in one turn."""
    new = turn.model_copy(update={"user": sentence(user), "refined": (*turn.refined, kind)})
    return dialogue.model_copy(update={"turns": (*dialogue.turns[:number], new, *dialogue.turns[number + 1 :])})
