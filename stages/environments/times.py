"""Times of a row: drawn round the scenario's clock, and put in order: a start before its end, a creation before a change."""

import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

STAMP = "%Y-%m-%dT%H:%M:%SZ"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_BEFORE = (
    ("start", "end"), ("creat", "updat"), ("creat", "modif"), ("publish", "expir"),
    ("start", "terminat"), ("start", "stop"), ("start", "finish"), ("start", "complet"), ("submit", "complet"),
)  # fmt: skip
"""Beginnings of words in the names of an earlier and a later time."""


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC to the second, as `_meta.now` is written."""
    return moment.strftime(STAMP)


def morning(draw: random.Random) -> datetime:
    """A weekday of 2026 between 08:00 and 11:55 UTC, on five minutes."""
    day = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=7 * draw.randrange(48) + draw.randrange(5))
    return day + timedelta(hours=draw.randint(8, 11), minutes=5 * draw.randrange(12))


def hour(draw: random.Random, now: datetime) -> datetime:
    """A full or half hour in a working day of the coming fortnight."""
    day = now + timedelta(days=draw.randint(1, 14))
    return day.replace(hour=draw.randint(8, 17), minute=draw.choice((0, 30)), second=0)


def past(draw: random.Random, now: datetime) -> datetime:
    """Between an hour and a fortnight ago."""
    return now - timedelta(minutes=draw.randrange(60, 60 * 24 * 14))


def in_order(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its times in order. A plain `start` and `end` lie on one day, half an hour to two hours apart.

    A value may be JSON text that holds one time (`{"dateTime": ...}`); others are left alone.
    """
    found = dict(row)
    held = {name: _TIME.findall(value) for name, value in row.items() if isinstance(value, str)}
    times = {name: moments[0] for name, moments in held.items() if len(moments) == 1}
    for first, last in _BEFORE:
        begin = next((name for name in times if _says(name, first)), None)
        for end in [name for name in times if _says(name, last) and begin not in (None, name)]:
            low, high = times[begin or ""], times[end]
            if (begin, end) == ("start", "end"):
                length = timedelta(minutes=30 * (1 + int(high[11:13]) % 4))
                times[end] = stamp(datetime.strptime(low, STAMP).replace(tzinfo=UTC) + length)
            elif low > high:
                times[begin or ""], times[end] = high, low
    return found | {name: found[name].replace(held[name][0], moment) for name, moment in times.items()}


def _says(name: str, beginning: str) -> bool:
    words = re.findall(r"[A-Z]?[a-z]+", name)
    return any(word.lower().startswith(beginning) for word in words)
