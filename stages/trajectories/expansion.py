"""Goal expansion: two requests of a dialogue in one breath. The calls stay in their order and the end state stays as it was."""

from random import Random

from stages.core.engine import Runtime
from stages.core.params.trajectories import Refine
from stages.core.records import Dialogue, Turn
from stages.trajectories.asides import pick
from stages.trajectories.rework import identified, joined, proved, two_guesses
from stages.trajectories.words import sentence

_JOINED = (
    "{first} Also, {second}",
    "{first} And {second}",
    "{first} Oh, and {second}",
    "{first} Then {second}",
    "{first} After that, {second}",
    "{first} While you are at it, {second}",
)
_OPENERS = frozenset(
    (
        "also",
        "and",
        "then",
        "now",
        "one",
        "good",
        "actually",
        "never",
        "on",
        "hmm",
        "that",
        "so",
        "i",
        "i'd",
        "let's",
        "we",
    )
)
"""Sentences that begin so need no word before them, or read badly after one."""
_UNSAID = frozenset(("delete_it", "rename_it"))
"""Second thoughts: nobody asks for a thing and takes it back in the same breath."""


MOST_WAYS = 16
"""Ways of a joined turn that its record may hold; beyond them the requests stay apart."""


def expand(runtime: Runtime, dialogue: Dialogue, shares: Refine, rng: Random) -> Dialogue:
    """The dialogue with some requests joined as drawn. It comes after hard cases and after planning.

    Args:
        runtime: of the dialogue's environment.
        dialogue: a proved one, its turns planned or not.
        shares: how often two neighbours are joined, and how many one turn may hold. A share of 0 draws nothing.
        rng: draws everything.
    """
    number = 0
    while shares.goal_expansion and number + 1 < len(dialogue.turns):
        joins = dialogue.turns[number].refined.count("goal_expansion")
        if joins < shares.joined - 1 and rng.random() < shares.goal_expansion:
            made = goal_expansion(dialogue, number, rng)
            if made is not None and proved(runtime, made):
                dialogue = made
                continue
        number += 1
    return identified(dialogue)


def goal_expansion(dialogue: Dialogue, number: int, rng: Random) -> Dialogue | None:
    """Ask for what the next turn asks for in this turn already.

    None where the two do not go together: a hard case, a second thought, a question whose answer the other request says, or
    two questions of which one asks for a number.
    """
    if number + 1 >= len(dialogue.turns):
        return None
    first, second = dialogue.turns[number : number + 2]
    if {first.case, second.case} != {"plain"} or second.template.split(".")[0] in _UNSAID:
        return None
    if _told(first, second) or _told(second, first) or two_guesses(first, second):
        return None
    if (1 + len(first.ways)) * (1 + len(second.ways)) > MOST_WAYS:
        return None
    made = joined(dialogue, number, _together(first.user, second.user, dialogue.split != "train", rng))
    turn = made.turns[number]
    turn = turn.model_copy(update={"refined": (*turn.refined, "goal_expansion")})
    return made.model_copy(update={"turns": (*made.turns[:number], turn, *made.turns[number + 1 :])})


def _told(one: Turn, other: Turn) -> bool:
    return any(value.lower() in other.user.lower() for value in one.goal.says)


def _together(first: str, second: str, held: bool, rng: Random) -> str:
    word = second.split()[0].strip(",.:").lower() if second.split() else ""
    if word in _OPENERS or not second[:1].isalpha():
        return f"{first} {second}"
    return sentence(pick(_JOINED, held, rng).format(first=first, second=second[:1].lower() + second[1:]))
