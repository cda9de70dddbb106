"""Believable argument values from a parameter's name, description, type and bounds, with the words a person says.

In: a `Field` of a described function and a generator. Out: `Stated`: the value as the schema wants it, and its words,
which `spoken.supports` proves. None where nothing sensible comes to mind: such functions are passed over.
"""

import re
from random import Random
from typing import NamedTuple

from faker import Faker
from pydantic import JsonValue

from stages.core.records import Field
from stages.trajectories.spoken import say_date, say_number
from stages.trajectories.words import listing, words

UNITS = re.compile(
    r"\bin (seconds|minutes|hours|days|weeks|months|years|milliseconds|met(?:er|re)s|kilometers|miles|degrees|"
    r"pixels|bytes|percent|dollars|kilograms|grams|celsius)\b"
)
FORMULAS = ("x**2 + 3*x - 4", "sin(x) + 1", "2*x**3 - x", "exp(-x)", "x**2", "3*x + 7", "log(x)", "x**4 - 2*x**2 + 1")


class Stated(NamedTuple):
    """A value, its words, and the unit that is said after it."""

    value: JsonValue
    text: str
    unit: str = ""


class Values:
    """Draws values with one generator; faker is seeded from it."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.fake = Faker()
        self.fake.seed_instance(rng.getrandbits(32))

    def draw(self, field: Field) -> Stated | None:
        """A value for the parameter, or None."""
        rng = self.rng
        unit = UNITS.search(field.description.lower())
        if field.enum:
            options = [v for v in field.enum if isinstance(v, str) and v and "unspecified" not in v.lower()]
            options = [v for v in options if v != field.default and len(v) < 32]
            if not options:
                return None
            value = rng.choice(options)
            return Stated(value, words(value) if rng.random() < 0.6 and words(value) else value)
        if field.type == "boolean":
            value = not field.default if isinstance(field.default, bool) else rng.random() < 0.8
            return Stated(value, "on" if value else "off")
        if field.type == "integer":
            value = self._integer(field)
            return None if value == field.default else Stated(value, say_number(value, rng), unit[1] if unit else "")
        if field.type == "number":
            value = self._number(field)
            return None if value == field.default else Stated(value, say_number(value, rng), unit[1] if unit else "")
        if field.type == "string":
            text = self._text(field)
            if text is None or text == field.default:
                return None
            return Stated(text, say_date(text, rng))
        return self._array(field) if field.type == "array" else None

    def _array(self, field: Field) -> Stated | None:
        kind = field.items.type if field.items is not None else "any"
        rng, count = self.rng, self.rng.randint(2, 5)
        if kind == "string" and field.items is not None:
            drawn = [self._text(field.items.model_copy(update={"name": field.name.rstrip("s")})) for _ in range(count)]
            texts = list(dict.fromkeys(text for text in drawn if text and "," not in text and " and " not in text))
            return Stated(texts, listing(texts)) if len(texts) > 1 else None  # type: ignore[arg-type]
        if kind == "integer" or (kind == "any" and rng.random() < 0.6):
            numbers: list = [rng.randint(1, 60) for _ in range(count)]
        elif kind in ("number", "any"):
            numbers = [round(rng.uniform(0.5, 90), 1) for _ in range(count)]
        else:
            return None
        shown = [repr(number) for number in numbers]
        return Stated(numbers, rng.choice((f"[{', '.join(shown)}]", listing(shown), ", ".join(shown))))

    def _integer(self, field: Field) -> int:
        name, rng = words(field.name), self.rng
        spans = (
            ("year", 1950, 2026), ("month", 1, 12), ("day", 1, 28), ("hour", 0, 23), ("minute", 0, 59),
            ("port", 1024, 9000), ("age", 18, 80), ("seed", 1, 99), ("width", 100, 1920), ("height", 100, 1080),
            ("page size", 5, 100), ("max results", 5, 100), ("limit", 5, 100), ("percent", 1, 100), ("size", 2, 500),
            ("price", 5, 900), ("amount", 10, 9000), ("count", 1, 40), ("order", 1, 5), ("axis", 0, 1),
        )  # fmt: skip
        low, high = next(((a, b) for word, a, b in spans if word in name), (2, 200 if len(name) > 1 else 20))
        low = max(low, int(field.minimum)) if field.minimum is not None else low
        high = min(high, int(field.maximum)) if field.maximum is not None else high
        return rng.randint(low, max(low, high))

    def _number(self, field: Field) -> float | int:
        name, rng = words(field.name), self.rng
        if name == "p" or any(word in name for word in ("prob", "alpha", "rate", "ratio", "fraction", "damping")):
            value = round(rng.uniform(0.01, 0.99), 2)
        elif "lat" in name.split() or "latitude" in name:
            value = round(rng.uniform(-60, 60), 4)
        elif "lon" in name or "lng" in name:
            value = round(rng.uniform(-170, 170), 4)
        else:
            value = rng.choice(
                (float(rng.randint(1, 50)), round(rng.uniform(0.5, 100), 1), round(rng.uniform(1, 20), 2))
            )
        if field.minimum is not None or field.maximum is not None:
            low = field.minimum if field.minimum is not None else 0.0
            high = field.maximum if field.maximum is not None else low + 10
            value = min(max(value, low), high)
        # People say 5, not 5.0; the schema takes either.
        return int(value) if float(value).is_integer() and rng.random() < 0.8 else value

    def _text(self, field: Field) -> str | None:
        name, about, fake, rng = words(field.name), field.description.lower(), self.fake, self.rng
        both = f"{name} {about[:80]}"
        if field.format == "date" or name in ("date", "day", "start date", "end date"):
            return self._day()
        if field.format in ("date-time", "google-datetime") or (" time" in f" {name}" and "zone" not in name):
            return f"{self._day()}T{rng.randint(7, 20):02d}:{rng.choice((0, 15, 30)):02d}:00Z"
        if field.pattern is not None and not re.match(field.pattern, "projects/demo/x1"):
            return None
        table = (
            ("email", fake.email), ("project", self._slug), ("instance", self._slug), ("city", fake.city),
            ("country", fake.country), ("state", fake.state),
            ("zip", fake.postcode), ("postal", fake.postcode), ("phone", fake.phone_number),
            ("address", fake.street_address),
            ("time zone", fake.timezone), ("timezone", fake.timezone), ("url", fake.url), ("uri", fake.url),
            ("language", fake.language_name), ("currency", fake.currency_code), ("color", fake.color_name),
            ("file", lambda: fake.file_name(extension=rng.choice(("csv", "txt", "json")))), ("path", fake.file_path),
            ("company", fake.company), ("author", fake.name), ("user", fake.user_name), ("first name", fake.first_name),
            ("last name", fake.last_name), ("person", fake.name), ("location", fake.city), ("region", fake.state),
            ("job", fake.job), ("domain", fake.domain_name), ("iban", fake.iban),
        )  # fmt: skip
        for word, make in table:
            if re.search(rf"\b{word}s?\b", name) and not name.endswith(" id"):
                return make()
        if re.search(r"\b(formula|expression|equation|function)\b", both):
            return rng.choice(FORMULAS)
        if re.search(r"\b(query|search|keyword|filter|q)\b", name):
            return " ".join(fake.words(rng.randint(1, 3)))
        if re.search(r"\b(description|comment|message|text|body|notes?|summary|content|reason)$", name):
            return fake.sentence(nb_words=rng.randint(4, 9)).rstrip(".")
        if re.search(r"\b(title|display name|label|subject|topic|heading)\b", name):
            return rng.choice((fake.catch_phrase(), fake.bs().title(), " ".join(fake.words(2)).title()))
        if re.search(r"\b(id|key|code|token|etag|name|parent|resource)\b", name):
            stem = fake.word() if rng.random() < 0.5 else f"{fake.word()}-{fake.word()}"
            return f"{stem}-{rng.randint(1, 99)}" if "id" in name.split() else stem
        return rng.choice((fake.word(), fake.city(), fake.first_name(), " ".join(fake.words(2))))

    def _slug(self) -> str:
        return f"{self.fake.word()}-{self.rng.choice(('prod', 'dev', 'app', 'data', 'web', 'main'))}"

    def _day(self) -> str:
        return f"{self.rng.randint(2019, 2027)}-{self.rng.randint(1, 12):02d}-{self.rng.randint(1, 28):02d}"
