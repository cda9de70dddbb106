"""What classes hold and return, as JSON that is the same in every process. Loaded by `worker.py`, standard library only.

Objects become their attributes; the clock's times and references upwards are left out. What JSON cannot carry becomes
text: NaN and infinities by name, integers too long to be written in decimals as hexadecimals, lone surrogates as escapes.
"""

import codecs
import datetime
import hashlib
import json
import math
import random
import re

NOW = (2024, 9, 1, 10, 30)
DEEPEST = 60
BITS = 14_000
"""The interpreter refuses to write or read integers of more than 4300 decimals."""
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


class StillClock(datetime.datetime):
    """A clock that always shows the same time."""

    @classmethod
    def now(cls, tz=None):
        return cls(*NOW, tzinfo=tz)

    @classmethod
    def today(cls):
        return cls(*NOW)

    @classmethod
    def utcnow(cls):
        return cls(*NOW)


class StillDay(datetime.date):
    """The day of that clock."""

    @classmethod
    def today(cls):
        return cls(*NOW[:3])


def plain(value, above=(), depth=0):
    """Any value as JSON. Raises whatever the value's own code raises."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if int.bit_length(value) <= BITS else hex(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else float.__repr__(value)
    if depth > DEEPEST:
        return "<too deep>"
    if isinstance(value, random.Random):
        return "random " + hashlib.sha256(repr(value.getstate()).encode()).hexdigest()[:16]
    if isinstance(value, datetime.datetime) and tuple(value.timetuple()[:5]) == NOW:
        return "<now>"
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return str(value)
    if id(value) in above:
        return "<above>"
    above = (*above, id(value))
    if isinstance(value, dict):
        return {str(key): plain(inner, above, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, above, depth + 1) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(inner, above, depth + 1) for inner in value), key=repr)
    if hasattr(value, "__dict__") and not isinstance(value, type) and not callable(value):
        return {key: plain(inner, above, depth + 1) for key, inner in sorted(vars(value).items())}
    # An address would differ from process to process, and the digest with it.
    return ADDRESS.sub("", str(value))


def escape(error):
    """Codec error handler: a lone surrogate inside JSON text, as an escaped escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(f"\\\\u{ord(letter):04x}" for letter in error.object[error.start : error.end]), error.end


codecs.register_error("finery.escape", escape)


def encoded(value):
    """JSON in UTF-8 of what `plain` made."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "finery.escape")
