"""How long to wait before the next try: what the server asks for, else twice as long each time, with jitter.

All waits of one request together stay within one patience: a server that says 60 seconds six times over holds nothing
for six minutes (oh-my-pi#8973).
"""

import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST = 0.5
"""Seconds before the second try, where the server says nothing."""
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)


class Patience:
    """The waits of one request. `total` seconds in all; `jitter` spreads requests that failed together."""

    def __init__(self, total: float, jitter: random.Random) -> None:
        self.left = total
        self._next = FIRST
        self._jitter = jitter

    def wait(self, asked: float | None) -> float | None:
        """Seconds to wait now, or None when patience is at its end. `asked` is what the server said."""
        if self.left <= 0:
            return None
        seconds = self._next if asked is None else asked
        seconds = min(seconds * (1 + self._jitter.random() / 4), self.left)
        self._next *= 2
        self.left -= seconds
        return seconds


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for, as a number or as an HTTP date; None where it says nothing readable.

    A date is read against the server's own `Date`, since its clock need not be ours.
    """
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        then = parsedate_to_datetime(value)
        now = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(UTC)
        return max(0.0, (then - now).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date; a date without zone minus one with a zone
        return None
