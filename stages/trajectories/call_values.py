"""Believable argument values from what a parameter is (`meaning.kind`), with the words a person says.

In: a `Field` of a described function and a generator. Out: `Stated`: the value as the schema wants it, and its words,
which `spoken.supports` proves. None where nothing sensible comes to mind: such functions are passed over.
"""

import json
import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from faker import Faker
from pydantic import JsonValue

from stages.core.records import Field
from stages.trajectories import amounts, content
from stages.trajectories.meaning import about, examples, kind, money, nested, noun, unit
from stages.trajectories.spoken import say_date, say_number
from stages.trajectories.words import listing, machine_words, words

_LISTS: dict[str, Sequence[str]] = {
    "timezone": content.TIME_ZONES, "language_code": content.LANGUAGE_CODES, "language": content.LANGUAGES,
    "country_code": content.COUNTRY_CODES, "country": content.COUNTRIES, "state": content.STATES,
    "currency": content.CURRENCIES, "ticker": content.TICKERS, "coin": content.COINS, "equation": content.EQUATIONS,
    "formula": content.MOLECULES, "expression": content.FORMULAS, "species": content.SPECIES, "drug": content.DRUGS,
    "disease": content.DISEASES, "chemical": content.CHEMICALS, "food": content.FOODS, "artist": content.ARTISTS,
    "author": content.AUTHORS, "song": content.MUSIC, "book": content.BOOKS, "subreddit": content.SUBREDDITS,
    "place": (*content.CITIES, *content.PLACES), "company": content.COMPANIES, "department": content.DEPARTMENTS,
    "job": content.JOBS, "channel": content.CHANNELS, "file": content.FILES, "query": content.TOPICS,
    "task": content.TASKS, "product": content.PRODUCTS, "title": content.TITLES, "message": content.MESSAGES,
    "domain": content.DOMAINS, "emoji": content.EMOJI, "package": content.PACKAGES,
    "url": content.SITES, "phone": content.PHONES, "variable": ("x", "x", "y", "t"),
    "place_from": (*content.CITIES, *content.LANDMARKS), "place_to": (*content.CITIES, *content.LANDMARKS),
}  # fmt: skip
# What a search is for, by what the function says it searches.
_SUBJECTS: tuple[tuple[str, Sequence[str]], ...] = (
    (r"health|clinic|medic|disease|patient|pubmed|guideline|trial", (*content.DISEASES, *content.DRUGS)),
    (r"\bdrugs?\b", content.DRUGS), (r"ticker|stock|compan|brand|organi[sz]ation|sec filing", content.COMPANIES),
    (r"song|track|album|artist|playlist|music", (*content.MUSIC, *content.ARTISTS)), (r"\bbooks?\b|volume", content.BOOKS),
    (r"food|recipe|ingredient", content.FOODS), (r"product|amazon|shop|item", content.PRODUCTS),
    (r"location|place|address|\bmaps?\b|geocod", (*content.LANDMARKS, *content.PLACES)), (r"\bjobs?\b", content.JOBS),
    (r"species|taxa|taxon|plant|animal|marine", content.SPECIES),
    (r"people|person|contact|user|member|player|customer|friend|author", content.AUTHORS),
    (r"e-?mail|message|file|document|note|task|card|board|folder|calendar|event|meeting|deal|lead|campaign|page", content.TITLES),
)  # fmt: skip
UNIT_WORDS = {
    "m": ("m", "meters"), "K": ("K", "kelvin"), "Pa": ("Pa", "pascals"), "m/s": ("m/s", "meters per second"),
    "kg": ("kg", "kilograms"), "W": ("W", "watts"), "degrees": ("degrees",), "ft": ("ft", "feet"), "V": ("V", "volts"),
    "kg/m^3": ("kg/m^3", "kg per cubic meter"), "m^2": ("m^2", "square meters"), "m^3": ("m^3", "cubic meters"),
    "kg/s": ("kg/s",), "m^3/s": ("m^3/s", "cubic meters per second"), "percent": ("percent",), "decimal degrees": ("degrees",),
    "USD": ("dollars", "USD"), "cm": ("cm", "centimeters"), "km": ("km", "kilometers"),
}  # fmt: skip


class Stated(NamedTuple):
    """A value, its words, and the unit that is said after it."""

    value: JsonValue
    text: str
    unit: str = ""


class Values:
    """Draws values with one generator; faker is seeded from it. `subject` is what the function is about."""

    def __init__(self, rng: Random, subject: str = "") -> None:
        self.rng = rng
        self.topics = next(
            (lists for pattern, lists in _SUBJECTS if re.search(pattern, subject.lower())), content.TOPICS
        )
        self.length = rng.choice((2, 3, 3, 4, 4, 5, 6, 8, 10))
        self.year = rng.randint(2019, 2026)
        self.fake = Faker()
        self.fake.seed_instance(rng.getrandbits(32))

    def draw(self, field: Field) -> Stated | None:
        """A value for the parameter, or None."""
        rng = self.rng
        if field.enum:
            return self._choice(field)
        if field.type == "boolean":
            value = not field.default if isinstance(field.default, bool) else rng.random() < 0.75
            return Stated(value, "on" if value else "off")
        if field.type in ("integer", "number"):
            return self._number(field)
        if field.type == "string":
            text = self._text(field)
            if text is None or text == field.default:
                return None
            return Stated(text, say_date(text, rng) if kind(field) in ("date", "time") else text)
        return self._array(field) if field.type == "array" else None

    def _choice(self, field: Field) -> Stated | None:
        options = [
            v for v in field.enum if isinstance(v, str) and v and not re.search("unspecified|unknown", v.lower())
        ]
        options = [v for v in options if v != field.default and len(v) < 32 and re.search(r"[A-Za-z]", v)]
        if not options:
            return None
        value = self.rng.choice(options)
        said = words(value)
        machine = bool(machine_words(value)) or (value.isupper() and len(value) > 4)
        return Stated(value, said if said and (machine or self.rng.random() < 0.3) else value)

    def _number(self, field: Field) -> Stated | None:
        value = amounts.draw(field, self.rng)
        if value is None:
            return None
        mark = unit(field)
        share = re.search(r"as a? ?decimal|fraction|\b0-1\b|[\[(]0, 1[\])]|probability", about(field).lower())
        if (
            share
            and isinstance(value, float)
            and 0 < value < 1
            and round(value * 100, 4).is_integer()
            and self.rng.random() < 0.7
        ):
            return Stated(value, f"{round(value * 100)}%")
        if money(field) and self.rng.random() < 0.6:
            return Stated(value, f"${value:,}")
        if kind(field) in ("id", "year", "page"):
            return Stated(value, repr(value))
        said = UNIT_WORDS.get(mark, (mark,))
        small = 0.1 if field.type == "integer" else 0.0
        return Stated(value, say_number(value, self.rng, small), self.rng.choice(said))

    def _array(self, field: Field) -> Stated | None:
        inner, rng = field.items, self.rng
        if inner is None:
            return None
        count = self.length
        if inner.type == "string":
            one = field.model_copy(update={"type": "string", "items": None, "name": re.sub(r"s$", "", field.name)})
            drawn = [self._text(one) for _ in range(count + 1)]
            texts = list(dict.fromkeys(text for text in drawn if text and "," not in text and " and " not in text))
            if len(texts) < 2 or (kind(field) == "id" and not examples(field)):
                return None
            return Stated(texts, listing(texts))  # type: ignore[arg-type]
        if nested(field):
            return self._rows(field)
        single = field.model_copy(update={"type": inner.type, "items": None})
        numbers: list[JsonValue] = [amounts.draw(single, rng) for _ in range(max(3, count))]
        if any(number is None for number in numbers):
            return None
        if inner.type == "number" and rng.random() < 0.5:
            numbers = [round(number) if isinstance(number, float) and number > 1.5 else number for number in numbers]
        shown = [repr(number) for number in numbers]
        text = rng.choice((f"[{', '.join(shown)}]", listing(shown), ", ".join(shown)))
        return Stated(numbers, text, "" if text.startswith("[") else unit(field))

    def _rows(self, field: Field) -> Stated:
        """A small table of whole numbers, as people type it: `[[1, 2], [3, 4]]`; points are pairs."""
        rng = self.rng
        text = f"{words(field.name)} {about(field)}".lower()
        pairs = re.search(r"\bpoints?\b|\bcoordinates\b|\bvertices\b|\bpairs\b", text)
        width = 2 if pairs or re.search(r"\b2 ?x ?2\b", text) else rng.choice((2, 2, 3))
        count = rng.choice((3, 4, 5)) if pairs else width
        rows: list[JsonValue] = [[rng.randint(0, 40) for _ in range(width)] for _ in range(count)]
        return Stated(rows, json.dumps(rows))

    def _text(self, field: Field) -> str | None:
        """A string of the parameter's kind: an example of the description, or one of ours."""
        rng, what = self.rng, kind(field)
        own = [text for text in examples(field) if self._sayable(text) and text != field.default]
        if own and (not what or rng.random() < (0.5 if what in ("date", "time") else 0.75)):
            return rng.choice(own)
        if (
            re.search(r"['\"]\w+['\"].*['\"]\w+['\"]|format:?\s|\be\.g\b", about(field))
            and not own
            and what in ("", "id", "title")
        ):
            return None
        if what == "query":
            return rng.choice(self.topics)
        if what in _LISTS:
            return rng.choice(_LISTS[what])
        if what == "date":
            return self._day(field)
        if what == "time":
            zone = "" if re.search(r"HH:MM:SS\)?$|'\d{4}-\d\d-\d\dT[\d:]+'", field.description) else "Z"
            return f"{self._day(field)}T{rng.randint(7, 20):02d}:{rng.choice((0, 15, 30)):02d}:00{zone}"
        if what == "color":
            return rng.choice(content.HEX_COLORS if re.search(r"hex|#", about(field).lower()) else content.COLORS)
        if what == "address":
            if re.search(r"or (?:coordinates|place)|location", about(field).lower()):
                return rng.choice((*content.LANDMARKS, *content.PLACES))
            return f"{self.fake.building_number()} {self.fake.street_name()}, {rng.choice(content.CITIES)}"
        if what == "id":
            return self._id(field)
        makers = {"email": self.fake.email, "first_name": self.fake.first_name, "last_name": self.fake.last_name,
                  "person": lambda: f"{self.fake.first_name()} {self.fake.last_name()}",
                  "user_name": self.fake.user_name}  # fmt: skip
        return makers[what]() if what in makers else None

    def _sayable(self, text: str) -> bool:
        return 0 < len(text) <= 40 and not re.search(
            r"[xX]{3}|\w=\w|[{}<>|\\*]|^\W|\.{3}|://|[A-Z]{12}|[^\w)%+.]$", text
        )

    def _id(self, field: Field) -> str:
        """A short identifier as people read them out: `4821`, `B1042`, `ord-318`."""
        rng = self.rng
        if re.search(r"pmid|pubmed", f"{field.name} {about(field)}".lower()):
            return f"{rng.randint(20_000_000, 39_999_999)}"
        letter = noun(field)[:1].upper()
        stem = re.sub(r"[^a-z]", "", noun(field).split()[0].lower())[:4]
        return rng.choice((f"{rng.randint(1000, 99999)}", f"{letter}{rng.randint(100, 9999)}", f"{stem}-{rng.randint(10, 999)}",
                           f"{letter}{rng.choice('ABCDEFGHKMN')}{rng.randint(100, 999)}",
                           f"{stem}_{rng.randint(100, 9999)}"))  # fmt: skip

    def _day(self, field: Field) -> str:
        early = re.search(r"\b(?:due|upcoming|schedul|book|availab|check)", f"{field.name} {about(field)}".lower())
        year = self.year if not early else 2026 + self.year % 2
        return f"{year}-{self.rng.randint(1, 12):02d}-{self.rng.randint(1, 28):02d}"
