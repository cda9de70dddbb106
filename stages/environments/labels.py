"""Short believable names for rows: a task reads like a task, a DNS zone like `harper-shop`.

Faker has people, companies and jobs, mimesis cities, dishes, phones and programming languages, but neither has titles:
those are the patterns of `titles`, by kind of noun, with their words in the slots. Nothing drawn here may depend on
the day: faker's weekday and month take a date up to the present moment.
"""

import random
import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from faker import Faker
from faker.providers.company.en_US import Provider as Company
from mimesis import Address, Development, Food, Hardware, Locale

from stages.environments.slugs import SLUG, SLUGS
from stages.environments.titles import ANY, PERSON, TITLES, Patterns

MAX_WORDS = 4
TRIES = 300
TEAMS = ("Marketing", "Sales", "Finance", "Support", "Design", "Legal", "Payroll", "Operations", "Security", "Research")
SUBJECTS = ("Algebra", "Biology", "Chemistry", "Geometry", "Physics", "Literature", "Economics", "Geography", "History")
LANGUAGES = ("Danish", "Dutch", "French", "German", "Greek", "Italian", "Korean", "Spanish", "Turkish", "Welsh")
# fmt: off
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_VAGUE = """
ability access algorithm alliance application approach array attitude capability challenge circuit collaboration
complexity concept conglomeration contingency core definition emulation encoding flexibility frame function
functionalities groupware hierarchy implementation initiative leverage matrices matrix methodology moderator
moratorium paradigm parallelism productivity project projection solution standardization strategy structure success
superstructure synergy throughput utilization
"""
"""Of faker's business nouns, those that name no thing."""
# fmt: on
THINGS = tuple(sorted({n for n in Company.catch_phrase_words[2] if n.isalpha() and n.islower()} - set(_VAGUE.split())))


class NoValue(Exception):
    """No name or value could be found: none is free, or the field's own schema takes none."""


class Words(NamedTuple):
    """Where words come from, all under one seed: the same seed, the same words. `about` is the row they are for."""

    random: random.Random
    fake: Faker
    address: Address
    food: Food
    hardware: Hardware
    development: Development
    first: str = ""
    last: str = ""
    """The person whose row it is: name and e-mail address go together."""
    about: str = ""
    """The row's label, once it has one."""

    def someone(self) -> "Words":
        """For another row: about another person."""
        return self._replace(first=self.fake.first_name(), last=self.fake.last_name(), about="")

    def named(self, label: str) -> "Words":
        """For the row of that label; a person's name or address says who it is about."""
        who = re.fullmatch(r"([A-Za-z]+)(?: ([A-Za-z]+)|\.([a-z]+)@.*)", label)
        if who is None:
            return self._replace(about=label)
        return self._replace(about=label, first=who[1].capitalize(), last=(who[2] or who[3]).capitalize())


def words(generator: random.Random) -> Words:
    """Faker's en_US words and mimesis' English ones under `generator`'s seed."""
    fake = Faker("en_US")
    fake.seed_instance(generator.getrandbits(63))
    seed = generator.getrandbits(63)
    english = (Address(Locale.EN, seed=seed), Food(Locale.EN, seed=seed))
    return Words(generator, fake, *english, Hardware(seed=seed), Development(seed=seed)).someone()


def _plain(draw: Callable[[], str], form: str = r"[A-Z][A-Za-z0-9]*( [A-Za-z0-9]+)*") -> str:
    """The first draw of that form that is 3 to 15 letters long."""
    for _ in range(TRIES):
        text = draw()
        if 3 <= len(text) <= 15 and re.fullmatch(form, text):
            return text
    raise NoValue("no plain word")


def _job(source: Words) -> str:
    for _ in range(TRIES):
        job = source.fake.job().lower()
        if job.replace(" ", "").isalpha() and len(job.split()) <= 2 and not re.match("chief|associate|best", job):
            return job
    raise NoValue("no plain job")


SLOTS: dict[str, Callable[[Words], str]] = {
    "first": lambda w: w.fake.first_name(),
    "last": lambda w: w.fake.last_name(),
    "own_first": lambda w: w.first,
    "own_last": lambda w: w.last,
    "city": lambda w: _plain(w.address.city, r"[A-Z][a-z]+"),
    "dish": lambda w: _plain(w.food.dish),
    "device": lambda w: _plain(w.hardware.phone_model),
    "code": lambda w: _plain(w.development.programming_language, r"[A-Z][a-z]+(Script)?|[A-Z]{3}"),
    "os": lambda w: _plain(w.development.os),
    "job": _job,
    "thing": lambda w: w.random.choice(THINGS),
    "team": lambda w: w.random.choice(TEAMS),
    "subject": lambda w: w.random.choice(SUBJECTS),
    "language": lambda w: w.random.choice(LANGUAGES),
    "month": lambda w: w.random.choice(MONTHS),
    "weekday": lambda w: w.random.choice(WEEKDAYS),
    "quarter": lambda w: f"Q{w.random.randint(1, 4)}",
    "year": lambda w: str(w.random.randint(2024, 2026)),
    "n": lambda w: str(w.random.randint(1, 12)),
    "nnn": lambda w: str(w.random.randint(101, 989)),
    "color": lambda w: w.fake.safe_color_name(),
    "suffix": lambda w: w.fake.company_suffix(),
    "title": lambda w: w.about.replace("-", " "),
    "row": lambda w: (
        re.sub(r"[^a-z0-9]+", "-", w.about.lower()).strip("-") or _plain(w.address.city, "[A-Z][a-z]+").lower()
    ),
}


@cache
def _kinds(table: tuple[tuple[str, Patterns], ...]) -> dict[str, Patterns]:
    return {noun: chosen for nouns, chosen in table for noun in nouns.split(", ")}


def patterns(table: tuple[tuple[str, Patterns], ...], otherwise: Patterns, *texts: str) -> Patterns:
    """The patterns for a row that people call `texts[0]`; later texts are tried when that says nothing."""
    known = _kinds(table)
    for text in texts:
        parts = split(text)
        # The head noun comes last (a task list is a list): the whole noun, then shorter ends, then its other words.
        tries = [" ".join(parts[index:]) for index in range(len(parts))] + parts[::-1]
        for tried in (t for text in tries for t in (text, text.removesuffix("s"))):
            if tried in known:
                return known[tried]
    return otherwise


def split(name: str) -> list[str]:
    """The lower-case words of a name: `managedZones` -> managed, zones."""
    return re.findall(r"[a-z]+", re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).lower())


def fill(pattern: str, source: Words) -> str:
    """A pattern with fresh words in its slots; the first letter is a capital one, `~` makes all small."""

    def slot(found: re.Match[str]) -> str:
        return source.random.choice(found[1].split("|")) if "|" in found[1] else SLOTS[found[1]](source)

    text = re.sub(r"\{([^{}]+)\}", slot, pattern)
    return text[1:].lower() if text.startswith("~") else text[:1].upper() + text[1:]


def label(source: Words, used: set[str], *texts: str, person: bool = False) -> str:
    """A name of 1 to 4 ASCII words that no other row has; `used` (lower case) is extended.

    No label contains another as its beginning either, so that "my Payment list" can mean one row only.
    """
    forms = PERSON if person else patterns(TITLES, ANY, *texts)
    return _fresh(lambda: fill(source.random.choice(forms), source), used)


def slug(source: Words, used: set[str], noun: str) -> str:
    """A name that a caller may choose for a cloud resource: lower case, digits, hyphens and dots."""
    forms = patterns(SLUGS, SLUG, noun)

    def draw() -> str:
        return re.sub(r"[^a-z0-9.]+", "-", fill(source.random.choice(forms), source).lower()).strip("-")

    return _fresh(draw, used)


def free(text: str, used: set[str]) -> bool:
    """Take a name if no other row has it, nor one that begins like it; `used` (lower case) is extended."""
    low = text.lower()
    if not low or any(low.startswith(other) or other.startswith(low) for other in used):
        return False
    used.add(low)
    return True


def _fresh(draw: Callable[[], str], used: set[str]) -> str:
    for _ in range(TRIES):
        text = draw()
        repeated = len(set(text.lower().split())) < len(text.split())
        if not repeated and text.isascii() and len(text.split()) <= MAX_WORDS and free(text, used):
            return text
    raise NoValue(f"no fresh label after {TRIES} draws; {len(used)} are in use")
