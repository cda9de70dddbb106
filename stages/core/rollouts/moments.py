"""A time as people write it: what else states the moment that a tool's result holds in RFC 3339.

`2026-08-26T11:30:00Z` -> `August 26, 2026 at 11:30 UTC` and its kin. All name the day in full and UTC; seconds may be left out
where they are zero.
"""

import re
from datetime import datetime

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.0+)?(?:Z|\+00:00)", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def told(value: str) -> str:
    """How an answer says a value: a time of day in UTC in words, anything else as it is."""
    found = wordings(value) if _MOMENT.fullmatch(value) else ()
    return found[0] if found else value


def wordings(value: str) -> tuple[str, ...]:
    """Other texts that state the same day or the same moment; none where the value is no date and no time in UTC."""
    day = _DAY.fullmatch(value) is not None
    if not day and _MOMENT.fullmatch(value) is None:
        return ()
    try:
        stated = datetime.fromisoformat(value.upper())
    except ValueError:
        return ()
    # Month and weekday names of strftime follow the locale of whoever runs this.
    month = _MONTHS[stated.month - 1]
    days = [f"{month} {stated.day}, {stated.year}", f"{stated.day} {month} {stated.year}"]
    days += [f"{month[:3]} {stated.day}, {stated.year}", f"{stated.day} {month[:3]} {stated.year}"]
    days += [f"{ordinal(stated.day)} {month} {stated.year}", f"{month} {ordinal(stated.day)}, {stated.year}"]
    if day:
        return tuple(days)
    noon = "am" if stated.hour < 12 else "pm"
    clocks = [f"{stated:%H:%M:%S}", f"{stated.hour % 12 or 12}:{stated:%M:%S} {noon}"]
    if not stated.second:
        clocks = [f"{stated:%H:%M}", f"{stated.hour % 12 or 12}:{stated:%M} {noon}", *clocks]
    spoken = [f"{day}{link}{clock} UTC" for day in days for clock in clocks for link in (" at ", ", ", " ")]
    return (*spoken, *(f"{stated:%Y-%m-%d} {clock} UTC" for clock in clocks))


def ordinal(day: int) -> str:
    """1 -> 1st."""
    suffix = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
