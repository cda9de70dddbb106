"""Sentences around a single-call request that ask for nothing: who asks, why, what else is going on.

People tell more than a call needs. The names, dates and numbers said here belong to no argument, so a model that copies the
first number it meets is wrong; nothing is said that could be taken for a parameter the tool shows.
"""

from collections.abc import Set
from datetime import datetime
from random import Random

from faker import Faker

from stages.trajectories import content
from stages.trajectories.words import article

TODAY = datetime(2026, 11, 25, 17)
"""Faker's days lie before it. Left to itself Faker takes the time of the run, and the same seed gives other words."""
SHARE = 0.35
"""Of requests that get such sentences."""
PLACES = frozenset({"place", "place_from", "place_to", "address", "country", "country_code", "state", "latitude", "longitude",
                     "timezone", "language", "language_code"})  # fmt: skip
PEOPLE = frozenset({"person", "author", "artist", "first_name", "last_name", "user_name", "email"})
TIMES = frozenset({"date", "time", "year", "age"})
WORK = frozenset({"company", "job", "department", "ticker", "query", "title"})
COUNTS = frozenset({"limit", "page", "id"})


def setting(kinds: Set[str], rng: Random) -> str:
    """Up to two sentences, ending in a space; mostly none.

    Args:
        kinds: of all parameters that the tool shows, said or not (`meaning.kind`).
        rng: draws everything.
    """
    if rng.random() > SHARE:
        return ""
    fake = Faker()
    fake.seed_instance(rng.getrandbits(32))
    ways = []
    if not kinds & (WORK | PEOPLE):
        ways += [
            f"I work as {article(rng.choice(content.JOBS))} at {rng.choice(content.COMPANIES)}.",
            f"{rng.choice(content.COMPANIES)} asked us for this.",
            f"Our {rng.choice(content.DEPARTMENTS)} team is waiting for this.",
        ]
    if not kinds & PEOPLE:
        name, other = fake.first_name(), fake.first_name()
        ways += [
            f"My colleague {name} asked me about this.",
            f"{name} and I are working on this together.",
            f"I promised {name} an answer today, and {other} wants to know it too.",
            f"I'm helping my friend {name} with a project.",
        ]
    if not kinds & TIMES:
        weekday, month = fake.date("%A", end_datetime=TODAY), fake.date("%B", end_datetime=TODAY)
        ways += [
            f"I have to hand this in by {weekday}.",
            f"We have been at this since {month}.",
            f"We meet at {rng.randint(8, 11)} tomorrow and I want to be ready.",
            f"I started on this {rng.randint(2, 9)} days ago.",
        ]
    if not kinds & PLACES:
        ways += [
            f"I'm writing from {rng.choice(content.CITIES)}.",
            f"We have just moved to {rng.choice(content.CITIES)}.",
            f"This is for our office in {rng.choice(content.CITIES)}.",
        ]
    if not kinds & COUNTS:
        ways += [
            f"This is question {rng.randint(2, 9)} of {rng.randint(10, 20)} on my list.",
            f"There are {rng.randint(2, 9)} of us working on it.",
            f"I have asked {rng.randint(2, 6)} people already and nobody knew.",
        ]
    said = rng.sample(ways, min(len(ways), rng.choice((1, 1, 2))))
    return "".join(f"{one} " for one in said)
