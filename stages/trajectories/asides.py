"""Words of the turns that need no call. Every third wording serves dev and test alone, as the templates' do."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

ASKED: dict[str, tuple[str, ...]] = {
    "rename": (
        "Can you rename {row}?",
        "I'd like to give {row} another name.",
        "{row} needs a better name.",
        "Please change the name of {row}.",
        "I want to rename {row}.",
        "Could you call {row} something else?",
    ),
    "set": (
        "Please change the {field} of {row}.",
        "I'd like to update the {field} of {row}.",
        "The {field} of {row} is wrong.",
        "Can you change the {field} of {row} for me?",
        "{row} needs another {field}.",
        "Could you correct the {field} of {row}?",
    ),
    "create": (
        "I need a new {noun}.",
        "Please create {a_noun} for me.",
        "Could you add {a_noun}?",
        "Can you set up {a_noun}?",
        "Add another {noun}, please.",
        "I'd like to have one more {noun}.",
    ),
    "create_in": (
        "I need a new {noun} in {row}.",
        "Please add {a_noun} to {row}.",
        "Could you put another {noun} in {row}?",
        "Can you create {a_noun} in {row}?",
        "Add one more {noun} to {row}.",
        "{row} should get another {noun}.",
    ),
    "delete": (
        "Please delete {row}.",
        "Can you remove {row}?",
        "{row} can go.",
        "Get rid of {row}, please.",
        "I want {row} deleted.",
        "We no longer need {row}, take it away.",
    ),
}
"""Requests that lack a value, or that cannot be met; `row` is the row meant."""
TOLD: dict[str, tuple[str, ...]] = {
    "rename": (
        "Call it {said}.",
        "{said}, please.",
        "It should be {said}.",
        "Let's take {said}.",
        "{said}.",
        "I'd go for {said}.",
    ),
    "set": (
        "Make it {said}.",
        "{said}, please.",
        "It should be {said}.",
        "Let's say {said}.",
        "{said}.",
        "Take {said}.",
    ),
    "create": (
        "Call it {said}.",
        "{said}, please.",
        "It should be called {said}.",
        "Let's name it {said}.",
        "{said}.",
        "Name it {said}.",
    ),
    "create_in": (
        "Call it {said}.",
        "{said}, please.",
        "It should be called {said}.",
        "Let's name it {said}.",
        "{said}.",
        "Name it {said}.",
    ),
}
"""What the user answers when asked: the one value, and nothing else."""
DECLINED: dict[str, tuple[str, ...]] = {
    "missing_function": (
        "I'm sorry, I have no tool to delete {plural}.",
        "I can't delete {plural}: none of my tools does that.",
        "I'm unable to delete {plural} with the tools I have.",
    ),
    "policy": (
        "I'm sorry, I'm not allowed to delete {plural}.",
        "I can't do that: {plural} may not be deleted here.",
        "I can't delete {plural}, our rules do not allow it.",
    ),
}
FORBIDDEN = (
    "Never delete {plural}.",
    "You may not delete {plural}, whoever asks.",
    "Deleting {plural} is not allowed.",
    "No {noun} may ever be deleted.",
    "Refuse to delete {plural}.",
    "All {plural} must be kept: do not delete any.",
)
THANKS = (
    ("Thanks, that's all.", "You're welcome."),
    ("Great, thank you!", "You're welcome."),
    ("Perfect, that's everything.", "Glad to help."),
    ("Thank you, nothing else for now.", "You're welcome."),
    ("That helps, thanks.", "Glad to help."),
    ("Wonderful. Bye!", "Goodbye."),
)


def pick(texts: Sequence[T], held: bool, rng: Random) -> T:
    """A wording of one side of the split."""
    return rng.choice([text for number, text in enumerate(texts) if (number % 3 == 2) == held])
