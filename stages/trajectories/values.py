"""New values a person might give: drawn from the environment's own start states first, from faker where those run out.

The start states hold believable rows (made by `environments`), so a new task is called like other tasks. Values with
quotes, line breaks or machine words are passed over: nobody would say them.
"""

from collections.abc import Sequence
from random import Random

from faker import Faker
from pydantic import JsonValue

from stages.core.records import Column, Environment, Scalar, Scenario
from stages.trajectories.words import machine_words

LONGEST = 48
"""Characters of a value that is said in a sentence."""


class Pool:
    """Values seen in each column of an environment's start states."""

    def __init__(self, environment: Environment, scenarios: Sequence[Scenario]) -> None:
        self.environment = environment
        self.seen: dict[tuple[str, str], list[Scalar]] = {}
        for scenario in scenarios:
            for table, rows in scenario.tables.items():
                for row in rows:
                    for name, value in row.items():
                        known = self.seen.setdefault((table, name), [])
                        if value is not None and value not in known:
                            known.append(value)

    def label(self, table: str, column: str, taken: set[str], rng: Random) -> str | None:
        """A name like those of other rows of the table, not among `taken` (lower case). None if there is none."""
        free = [
            value
            for value in self.seen.get((table, column), [])
            if isinstance(value, str) and sayable(value) and value.lower() not in taken
        ]
        return rng.choice(free) if free else None

    def value(self, table: str, column: Column, schema: dict[str, JsonValue], rng: Random) -> JsonValue:
        """A new value for a column as the API takes it; None where no plain value comes to mind."""
        choices = schema.get("enum") or list(column.one_of)
        if column.kind == "boolean":
            return rng.random() < 0.7
        if isinstance(choices, list) and choices:
            plain = [value for value in choices if isinstance(value, str) and sayable(value, machine=True)]
            return rng.choice(plain) if plain else None
        seen = [value for value in self.seen.get((table, column.name), []) if isinstance(value, str | int | float)]
        if column.kind == "number":
            return _number(schema, seen, rng)
        texts = [value for value in seen if isinstance(value, str) and sayable(value)]
        if column.kind in ("text", "time") and texts:
            return rng.choice(texts)
        if column.kind == "text" and column.format is None:
            fake = Faker()
            fake.seed_instance(rng.getrandbits(32))
            return fake.sentence(nb_words=4).rstrip(".")
        return None


def _number(schema: dict[str, JsonValue], seen: list, rng: Random) -> JsonValue:
    """A whole number inside the schema's bounds near those seen; text where the API takes numbers as text."""
    numbers = [int(value) for value in seen if str(value).lstrip("-").isdigit()]
    low, high = schema.get("minimum", 1), schema.get("maximum", 1000)
    low, high = (int(bound) if isinstance(bound, int | float) else 1 for bound in (low, high))
    picked = rng.choice(numbers) if numbers else rng.randint(max(low, 1), max(low, 1) + 40)
    picked = max(low, min(high, picked + rng.randint(0, 9)))
    return str(picked) if schema.get("type") == "string" else picked


def sayable(text: str, machine: bool = False) -> bool:
    """Whether a person could say the value inside a sentence."""
    if not 1 < len(text) <= LONGEST or any(mark in text for mark in '"\n\r\t{}[]<>\\'):
        return False
    return machine or not machine_words(text)
