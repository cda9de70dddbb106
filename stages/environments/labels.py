"""Short believable names for rows: a task reads like a task, a DNS zone like `shop-example-com`.

Faker has people, cities, companies and words but no titles, so a title is a pattern by kind of noun with faker's
words in its slots. The kind is found by whole words in what a person calls the row, most telling first.
"""

import random
import re
from collections.abc import Callable
from typing import NamedTuple

from faker import Faker
from faker.providers.address.en_US import Provider as Address
from faker.providers.lorem.en_US import Provider as Lorem

MAX_WORDS = 4
TRIES = 200
# fmt: off
UNFIT = frozenset(
    [
        "accident", "affair", "alcohol", "ambition", "anger", "anxiety", "army", "battle", "beer", "birth",
        "bitter", "blood", "boot", "bone", "bonus", "boyfriend", "boy", "breast", "brother", "bullet", "cancer",
        "cell", "childhood", "church", "cigarette", "confidence", "confusion", "conclusion", "criticism",
        "courage", "cousin", "crack", "cry", "currency", "death", "debate", "debt", "depression", "desire",
        "devil", "dirt", "disaster", "disease", "dust", "effort", "emotion", "enthusiasm", "evil", "excitement",
        "extent", "failure", "fault", "fear", "feeling", "funeral", "gene", "girl", "girlfriend", "grandmother",
        "half", "harm", "hell", "highlight", "honey", "horror", "husband", "hole", "importance", "impression",
        "indication", "inflation", "injury", "inside", "intention", "joke", "kind", "lack", "lady", "luck",
        "loss", "marriage", "meaning", "mess", "mistake", "mood", "mouse", "mud", "murder", "nail", "native",
        "nerve", "noise", "nose", "nothing", "obligation", "outside", "pain", "panic", "passion", "patience",
        "penalty", "perception", "piece", "pleasure", "pollution", "possession", "pride", "queen", "reality",
        "ruin", "scared", "sense", "shame", "shock", "significance", "sister", "smoke", "son", "spite",
        "status", "steak", "stranger", "stroke", "stuff", "surgery", "sympathy", "tale", "tendency", "tension",
        "thanks", "thing", "throat", "tongue", "tooth", "trash", "trick", "trouble", "truth", "uncle", "virus",
        "war", "weakness", "wealth", "wedding", "wife", "wine", "woman", "worth", "fight", "killer", "poison",
        "prison", "priest", "politics", "police", "president", "republic", "revolution", "election", "mouth",
        "neck", "chest", "brain", "knee", "skin", "flesh", "bath", "bathroom", "toilet", "body", "instance",
        "basis", "aspect", "while", "life", "number", "part", "way", "term", "form", "kind", "sort", "reason",
        "case", "side", "section", "nothing", "people", "person", "child", "youth", "till", "aside", "average",
        "length", "self", "ease", "function", "amount", "level", "rate", "size", "shape", "host", "tune",
        "role", "access", "plenty", "tackle", "audience", "resident", "heat", "user", "analyst", "designer",
    ]
)
# fmt: on


class NoValue(Exception):
    """No name or value could be found: none is free, or the field's own schema takes none."""


class Words(NamedTuple):
    """Faker with its own seed and one generator for choices: the same seed, the same words."""

    fake: Faker
    random: random.Random
    nouns: tuple[str, ...]
    places: tuple[str, ...]


def words(generator: random.Random) -> Words:
    """Faker's en_US words under `generator`'s seed."""
    fake = Faker("en_US")
    fake.seed_instance(generator.getrandbits(63))
    pools = Lorem.parts_of_speech
    other = set(pools["verb"]) | set(pools["adjective"])
    nouns = sorted({noun for noun in pools["noun"] if 4 <= len(noun) <= 9} - other - UNFIT)
    # Real states and countries: faker's cities are made up and long.
    places = sorted({name for name in (*Address.states, *Address.countries) if name.isalpha() and len(name) <= 8})
    return Words(fake, generator, tuple(nouns), tuple(places))


LANGUAGES = (
    "Danish",
    "Dutch",
    "English",
    "French",
    "German",
    "Greek",
    "Italian",
    "Korean",
    "Spanish",
    "Turkish",
    "Welsh",
)
"""The ones that people take courses in, of the 180 that faker knows."""

# Not faker's own draws: they take a date up to the present moment, so the same seed gives another day tomorrow.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

SLOTS: dict[str, Callable[[Words], str]] = {
    "first": lambda w: w.fake.first_name(),
    "last": lambda w: w.fake.last_name(),
    "place": lambda w: w.random.choice(w.places),
    "company": lambda w: re.split(r"[,\s-]", w.fake.company())[0],
    "language": lambda w: w.random.choice(LANGUAGES),
    "month": lambda w: w.random.choice(MONTHS),
    "weekday": lambda w: w.random.choice(WEEKDAYS),
    "color": lambda w: w.fake.safe_color_name(),
    "noun": lambda w: w.random.choice(w.nouns),
    "domain": lambda w: re.sub(r"[^a-z0-9]", "-", w.fake.domain_name()),
    "suffix": lambda w: w.fake.company_suffix(),
}

# Kinds of noun, most telling first: (whole words of the noun or the label's column, patterns).
KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "student teacher guardian contact person people user member attendee patient employee author owner customer"
        " recipient delegate participant collaborator subscriber buyer invitation",
        ("{first} {last}",),
    ),
    ("alias address", ("{first} {last}",)),
    (
        "task todo reminder issue ticket",
        (
            "Call {first} about {noun}",
            "Email {first}",
            "Book {place} trip",
            "Pay {company} invoice",
            "Order {noun} for {first}",
            "Review {noun} plan",
            "Clean the {noun}",
            "Write {noun} report",
            "Visit {company}",
        ),
    ),
    (
        "attachment file document spreadsheet asset media video image photo",
        ("{noun} report", "{place} {noun}", "{month} {noun}"),
    ),
    (
        "event appointment meeting session booking conference",
        ("Lunch with {first}", "{company} review", "{place} planning", "Call with {first}", "{noun} workshop"),
    ),
    ("course class classroom", ("{language} basics", "{noun} course", "Beginner {language}")),
    ("assignment coursework homework quiz work exercise", ("{noun} essay", "{language} quiz", "{noun} exercise")),
    (
        "announcement message draft thread comment reply post note material",
        ("{noun} update", "{weekday} {noun} notes", "Notes for {first}"),
    ),
    (
        "list folder collection album group board playlist notebook drive calendar channel space category bookshelf",
        ("{place} trip", "{first} birthday", "{noun} ideas", "{company} project", "{month} plans", "{noun} club"),
    ),
    ("label topic subject section module", ("{noun} ideas", "{noun} and {noun}", "{company} {noun}")),
    (
        "account company advertiser property merchant client organization tenant publisher vendor partner",
        ("{company} {suffix}",),
    ),
    (
        "location site room building store office warehouse branch place",
        ("{place} office", "{last} building", "{place} store"),
    ),
    ("product item sku inventory good", ("{color} {noun}", "{last} {noun}")),
)
ANY = ("{last} {noun}", "{place} {noun}", "{weekday} {noun}", "{month} {noun}")
SLUGS = ("{noun}-{noun}", "{company}-{noun}", "{place}-{noun}")


def patterns(*texts: str) -> tuple[str, ...]:
    """The patterns for a row that people call `texts[0]`; later texts are tried when that says nothing."""
    for text in texts:
        # The head noun comes last (`task list` is a list, `course work` is work), so words are read from the end.
        for word in reversed(split(text)):
            for known, chosen in KINDS:
                if word in known.split() or (word.endswith("s") and word[:-1] in known.split()):
                    return chosen
    return ANY


def split(name: str) -> list[str]:
    """The lower-case words of a name: `managedZones` -> managed, zones."""
    return re.findall(r"[a-z]+", re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).lower())


def fill(pattern: str, source: Words) -> str:
    """A pattern with fresh words in its slots; the first letter is a capital one."""
    text = re.sub(r"\{(\w+)\}", lambda slot: SLOTS[slot[1]](source), pattern)
    return text[:1].upper() + text[1:]


def label(source: Words, used: set[str], *texts: str) -> str:
    """A name of 1 to 4 ASCII words that no other row has; `used` (lower case) is extended.

    No label contains another as its beginning either, so that "my Payment list" can mean one row only.
    """
    return _fresh(lambda: fill(source.random.choice(patterns(*texts)), source), used)


def slug(source: Words, used: set[str], noun: str) -> str:
    """A name that a caller may choose for a cloud resource: lower case, digits and hyphens."""
    forms = ("{domain}",) if {"zone", "domain", "dns"} & set(split(noun)) else SLUGS

    def draw() -> str:
        return re.sub(r"[^a-z0-9]+", "-", fill(source.random.choice(forms), source).lower()).strip("-")

    return _fresh(draw, used)


def _fresh(draw: Callable[[], str], used: set[str]) -> str:
    for _ in range(TRIES):
        text = draw()
        low = text.lower()
        repeated = len(set(low.split())) < len(low.split())
        if repeated or not text.isascii() or len(text.split()) > MAX_WORDS:
            continue
        if not any(low.startswith(other) or other.startswith(low) for other in used):
            used.add(low)
            return text
    raise NoValue(f"no fresh label after {TRIES} draws; {len(used)} are in use")
