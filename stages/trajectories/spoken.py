"""Values in a person's words, each way of saying it with its proof.

`say` picks a wording; `supports(text, value)` proves that a text states a value: the text itself, the same number, a
listed word for a truth value, an identifier's words (`needs action` for `NEEDS_ACTION`), a date in one of the listed
formats, or a list item by item. Nothing is said that `supports` cannot prove.
"""

import json
import re
from datetime import datetime
from random import Random

from pydantic import JsonValue

from stages.core.rollouts.moments import ordinal
from stages.trajectories.words import listing, words

TRUE_WORDS = ("yes", "true", "on", "turn on", "enable", "enabled", "with", "include", "including", "allow")
FALSE_WORDS = ("no", "false", "off", "turn off", "disable", "disabled", "without", "exclude", "excluding")
DATES = ("%Y-%m-%d", "%B %d, %Y", "%d %B %Y", "%b %d, %Y")
TIMES = ("%Y-%m-%dT%H:%M:%SZ", "%B %d, %Y at %H:%M UTC", "%Y-%m-%d %H:%M UTC", "%d %B %Y, %H:%M UTC")
COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b")
_NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)


def number(text: str) -> float | None:
    """The number a text states: digits (with thousands commas, a dollar or a per cent sign) or a small number word."""
    clean = text.strip().lower().rstrip("%").strip().removeprefix("$")
    if clean in COUNTS:
        return float(COUNTS.index(clean))
    if not _NUMBER.fullmatch(clean):
        return None
    return float(clean.replace(",", ""))


def moment(text: str, formats: tuple[str, ...]) -> datetime | None:
    """The date or time a text states in one of the formats; ordinals (`3rd`) count as numbers."""
    clean = _ORDINAL.sub("", text.strip())
    for pattern in formats:
        try:
            return datetime.strptime(clean, pattern)
        except ValueError:
            continue
    return None


def supports(text: str, value: JsonValue) -> bool:
    """Whether a user's words state this value."""
    if isinstance(value, bool):
        return text.strip().lower() in (TRUE_WORDS if value else FALSE_WORDS)
    if isinstance(value, int | float):
        stated = number(text)
        scaled = stated is not None and text.strip().endswith("%") and abs(stated / 100 - value) < 1e-12
        return stated is not None and (scaled or abs(stated - value) <= 1e-9 * max(1.0, abs(value)))
    if isinstance(value, list):
        return _states_list(text, value)
    if not isinstance(value, str):
        return False
    if text.strip() == value or (number(text) is not None and number(text) == number(value)):
        return True
    for formats in (DATES, TIMES):
        stated = moment(text, formats)
        if stated is not None and stated == moment(value, formats[:1]):
            return True
    return bool(words(text)) and words(text) == words(value)


def _states_list(text: str, value: list[JsonValue]) -> bool:
    """Whether the parts of an enumeration state the items in order; a list of lists is stated as JSON."""
    if any(isinstance(item, list) for item in value):
        try:
            return json.loads(text) == value
        except ValueError:
            return False
    whole = re.split(r",\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+", text.strip().strip("[]()"))
    parts = [part.strip().strip("\"'") for part in whole if part.strip()]
    return len(parts) == len(value) and all(supports(part, item) for part, item in zip(parts, value, strict=True))


def say_date(value: str, rng: Random) -> str:
    """A `YYYY-MM-DD` date or an RFC 3339 UTC time, as written or in words. Unreadable text is left as it is."""
    day = moment(value, DATES[:1])
    if day is not None:
        return rng.choice([value, f"{day:%B} {day.day}, {day.year}", f"{ordinal(day.day)} {day:%B} {day.year}"])
    time = moment(value, TIMES[:1])
    if time is None:
        return value
    if time.second or rng.random() < 0.5:
        return value
    return f"{time:%B} {time.day}, {time.year} at {time:%H:%M} UTC"


def say_number(value: float, rng: Random, small: float = 0.1) -> str:
    """A number in digits, a large one mostly with thousands commas, or a small one as a word with chance `small`."""
    if isinstance(value, int) and 2 <= value <= 12 and rng.random() < small:
        return COUNTS[value]
    if isinstance(value, int) and abs(value) >= 10_000 and rng.random() < 0.7:
        return f"{value:,}"
    return repr(value)


def say(value: JsonValue, rng: Random) -> str:
    """Any plain value in words that `supports` accepts; strings that are no dates come back as they are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return say_number(value, rng)
    if isinstance(value, list):
        return listing([say(item, rng) for item in value])
    return say_date(str(value), rng)
