"""How a person points at rows and states further values of a new one; every piece keeps the words it was said in."""

from random import Random

from stages.core.records import Environment
from stages.trajectories.words import plain
from stages.trajectories.world import Ref


def named(label: str, rng: Random) -> str:
    """A name, in quotes unless it reads well without them."""
    if plain(label) and rng.random() < 0.5:
        return label
    return f'"{label}"' if rng.random() < 0.8 else f"'{label}'" if "'" not in label else f'"{label}"'


def mention(environment: Environment, ref: Ref, rng: Random) -> str:
    """A row by its label: `the task "Buy milk" in my "Groceries" task list`."""
    noun = environment.table(ref.table).noun
    label = named(ref.label, rng)
    whose = "the" if ref.scope is not None else rng.choice(("the", "my", "the", "our"))
    phrase = rng.choice(
        (f"{whose} {noun} {label}", f"{whose} {label} {noun}", f"the {noun} called {label}", f"{whose} {noun} {label}")
    )
    if ref.scope is None:
        return phrase
    return f"{phrase} {rng.choice(('in', 'in', 'from', 'of'))} {mention(environment, ref.scope, rng)}"


def extra(field: str, words: str, first: bool, rng: Random) -> str:
    """One more value of a new row: ` with notes "..."`."""
    if not first:
        return f" and {field} {words}"
    return rng.choice((f" with {field} {words}", f", with the {field} {words}", f" with {words} as the {field}"))
