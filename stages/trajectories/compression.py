"""Action compression: a step that nobody asks for and that nothing else can replace."""

import re
from collections import Counter
from random import Random

from stages.core.engine import Runtime
from stages.core.records import Dialogue, Span, Turn
from stages.core.replay import at_turn
from stages.trajectories.asides import pick
from stages.trajectories.columns import listed, spoken_field
from stages.trajectories.describing import mention_pattern
from stages.trajectories.phrases import named
from stages.trajectories.words import article, sentence
from stages.trajectories.world import World

_FRESH = (
    "Put {a_noun} named {label} in a {parent_noun} called {parent_label}. I don't have that {parent_noun} yet.",
    "I want {a_noun} called {label} in a new {parent_noun} {parent_label}.",
    "Add {a_noun} called {label} to {parent_label}, which is not among my {parent_plural} yet.",
    "Could you put the {noun} {label} into a fresh {parent_noun} named {parent_label}?",
    "{label} should be {a_noun} in a {parent_noun} that does not exist yet, {parent_label}.",
    "I need {a_noun} {label} in {parent_label}, a {parent_noun} we have yet to start.",
)
_SAME = (
    "Give {target} the same {field} as {other}.",
    "The {field} of {target} should be the same as that of {other}.",
    "{target} should have the {field} that {other} has.",
    "Make the {field} of {target} match {other}.",
    "Copy the {field} of {other} to {target}.",
    "Set the {field} of {target} to whatever {other} has.",
)


def action_compression(runtime: Runtime, dialogue: Dialogue, number: int, rng: Random) -> Dialogue | None:
    """Ask for a row in a place that must be made first, or for the value that another row has."""
    turn = dialogue.turns[number]
    if turn.case != "plain" or turn.refined or len(turn.calls) < 2:
        return None
    verb = turn.template.split(".")[0]
    made = _fresh(runtime, dialogue, turn, rng) if verb == "create_pair" else None
    made = _same(runtime, dialogue, number, rng) if verb == "set" else made
    if made is None:
        return None
    new = made.model_copy(update={"refined": ("action_compression",)})
    return dialogue.model_copy(update={"turns": (*dialogue.turns[:number], new, *dialogue.turns[number + 1 :])})


def _fresh(runtime: Runtime, dialogue: Dialogue, turn: Turn, rng: Random) -> Turn | None:
    """The request for the child alone. Its parent is forced: the child's call takes the key that the first call gave."""
    environment = runtime.environment
    tools = [environment.tool(call.tool) for call in turn.calls]
    forced = any(span.call == 1 and span.origin == "result" for span in turn.spans)
    if len(tools) != 2 or not forced or [tool.verb for tool in tools] != ["create", "create"]:
        return None
    above, table = environment.table(tools[0].table), environment.table(tools[1].table)
    labels = [_label(turn, index) for index in (0, 1)]
    if labels[0] is None or labels[1] is None or labels[0] == labels[1]:
        return None
    text = pick(_FRESH, dialogue.split != "train", rng).format(
        a_noun=article(table.noun),
        noun=table.noun,
        label=named(labels[1], rng),
        parent_noun=above.noun,
        parent_plural=above.plural,
        parent_label=named(labels[0], rng),
    )
    text = text.replace(f"a {above.noun}", article(above.noun))
    return turn.model_copy(update={"user": sentence(text)})


def _label(turn: Turn, call: int) -> str | None:
    said = {span.text for span in turn.spans if span.call == call and span.origin == "user"}
    return said.pop() if len(said) == 1 else None


def _same(runtime: Runtime, dialogue: Dialogue, number: int, rng: Random) -> Turn | None:
    """The value of another row of the same list, which the turn's look-up shows; nobody says it any more."""
    environment, turn = runtime.environment, dialogue.turns[number]
    call, place = turn.calls[-1], len(turn.calls) - 1
    tool, looked = environment.tool(call.tool), environment.tool(turn.calls[-2].tool)
    table = environment.table(tool.table)
    said = [s for s in turn.spans if s.call == place and s.origin == "user" and s.argument in tool.fields]
    rows = listed(looked, turn.outcomes[-2].value)
    if len(said) != 1 or looked.verb != "list" or looked.table != table.name or tool.key_parameter is None:
        return None
    column = tool.fields[said[0].argument]
    value, key = call.arguments[said[0].argument], call.arguments.get(tool.key_parameter)
    session = at_turn(runtime, dialogue, number)
    refs = {ref.key: ref for ref in World(environment, session).refs(table)}
    session.close()
    # The other row is named without its parent, so no row under another parent may have its name.
    names = Counter(ref.label.casefold() for ref in refs.values())
    options = [
        index
        for index, row in enumerate(rows)
        if row.get(column) == value and row.get(table.key) != key
        if (ref := refs.get(str(row.get(table.key)))) and names[ref.label.casefold()] == 1
    ]
    target = refs.get(str(key))
    match = re.search(mention_pattern(environment, target), turn.user, re.IGNORECASE) if target else None
    if not options or match is None:
        return None
    index = rng.choice(options)
    other = refs[str(rows[index][table.key])]
    field = spoken_field(next(c for c in table.columns if c.name == column))
    mention = match[0][:1].lower() + match[0][1:]
    text = pick(_SAME, dialogue.split != "train", rng).format(
        target=mention, field=field, other=f"the {table.noun} {named(other.label, rng)}"
    )
    earlier = sum(len(one.calls) for one in dialogue.turns[:number])
    path = f"{looked.items}.{index}.{column}"
    shown = Span(
        call=place, argument=said[0].argument, origin="result", path=path, call_index=earlier + len(turn.calls) - 2
    )
    spans = tuple(shown if span == said[0] else span for span in turn.spans)
    return turn.model_copy(update={"user": sentence(text), "spans": spans})
