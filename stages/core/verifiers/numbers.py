r"""Whether a reply's number equals the gold number: exactly, in bounded time.

Promise: integers with thousands separators, decimals, fractions (`3/4`, `\frac{3}{4}`), percent, scientific notation
(`1e-3`, `2.5 \times 10^{3}`), integer powers (`2^{100}`), signs, a trailing unit. Equal means equal as rationals: 0.333
is not 1/3. A power too large to write out is compared by primitive base and exponent, never expanded. Units are compared
as words, never converted, and a reply may leave out a unit that the gold has. Anything else (roots, factorials, pi,
variables, sets, intervals) is not a plain number: as an answer it fails, as a gold it is an error.

A reply that marks no answer is read from its last line: the number alone, else what follows the last `=`, else the
last number that is no operand. Hedged answers fail.
"""

import re
from fractions import Fraction
from typing import NamedTuple

from stages.core.verifiers import answers

MAX_DIGITS = 400
"""Longest digit string read as one number, and the size (decimal digits) up to which a power is written out."""


class Number(NamedTuple):
    """coefficient * base ** exponent; base is 1 unless the power is too large to write out."""

    coefficient: Fraction
    base: int
    exponent: int
    unit: str


_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,400})"
_DECIMAL = rf"[-+]?(?:{_DIGITS}(?:\.\d{{1,400}})?|\.\d{{1,400}})"
_FRAC = re.compile(rf"(?P<sign>[-+]?)\\[dt]?frac\{{\s*(?P<top>{_DECIMAL})\s*\}}\{{\s*(?P<bottom>{_DECIMAL})\s*\}}")
_POWER = (
    r"\s?(?:\^|\*\*)\s?(?:\{\s?(?P<{0}a>[-+]?\d{1,12})\s?\}|\(\s?(?P<{0}b>[-+]?\d{1,12})\s?\)|(?P<{0}c>[-+]?\d{1,12}))"
)
_PLAIN = re.compile(
    rf"(?P<mantissa>{_DECIMAL})"
    r"(?:[eE](?P<e>[-+]?\d{1,12})"
    rf"|\s?(?:\\times|\\cdot|[x×*·])\s?10{_POWER.replace('{0}', 't')}"
    rf"|{_POWER.replace('{0}', 'p')}"
    rf"|\s?/\s?(?P<bottom>{_DECIMAL}))?"
)
_PERCENT = re.compile(r"\s?(?:\\?%|percent\b)")
_UNIT = re.compile(r"\s*(?:\\(?:text|mathrm)\{\s*([^{}]{1,30}?)\s*\}|([A-Za-z°]{1,20}))")
_NOT_UNITS = frozenset({"e", "i", "pi", "sqrt", "x", "y", "z"})
_AFTER = re.compile(r"\s*(?:$|[.,;:)\]}\"'*`$]+(?:\s|$)|\\[)\]])|\s+[A-Za-z(]")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2011": "-", "\u00a0": " ", "\u202f": " "})


def verify(answer_text: str, gold: str) -> bool:
    """True if the reply's last clear number equals the gold. Raises ValueError if the gold is not a plain number."""
    want = read(gold)
    if want is None:
        raise ValueError(f"gold answer {gold[:60]!r} is not a plain number")
    got = extract(answer_text)
    if got is None or got[:3] != want[:3]:
        return False
    return not want.unit or not got.unit or got.unit == want.unit


def extract(text: str) -> Number | None:
    """The number a whole reply gives as its answer; None when there is none or it is hedged."""
    text = text[-answers.LIMIT :].translate(_MINUS)
    answer = answers.marked(text)
    if answer is not None:
        return None if answers.hedged(answer) else _leading(_after_equals(answer))
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return None
    last = answers.plain(lines[-1])
    if answers.hedged(last):
        return None
    whole = _leading(_after_equals(last))
    return whole if whole is not None else _last(last)


def read(text: str) -> Number | None:
    """A text that is one number and nothing else (a unit may follow); None otherwise."""
    text = answers.plain(text.translate(_MINUS))
    found = _scan(text, 0)
    if found is None:
        return None
    number, end = found
    unit = _UNIT.fullmatch(text, end)
    if unit:
        word = (unit.group(1) or unit.group(2)).casefold()
        return None if unit.group(2) and word in _NOT_UNITS else number._replace(unit=word)
    return number if not text[end:].strip() else None


def _after_equals(text: str) -> str:
    return answers.plain(text.rsplit("=", 1)[1]) if "=" in text else text


def _leading(text: str) -> Number | None:
    """The number at the start, if what follows neither continues it nor offers another one."""
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    exact = read(text)
    if exact is not None:
        return exact
    found = _scan(text, 0)
    if found is None:
        return None
    number, end = found
    rest = text[end:]
    if not _AFTER.match(rest) or re.match(r"\s*(?:,|;|and\b|&)\s*[-+]?\.?\d", rest):
        return None
    return number


def _last(text: str) -> Number | None:
    """The last number of a sentence, if it stands alone: no operator before it, nothing that continues it after."""
    starts = [m.start() for m in re.finditer(r"(?<![\w.,/^*+\-\\{])(?:[-+]?\.?\d|\\[dt]?frac)", text)]
    for start in reversed(starts):
        if re.search(r"[-+*/×^÷]\s*$", text[:start]):
            return None
        return _leading(text[start:])
    return None


def _scan(text: str, start: int) -> tuple[Number, int] | None:
    """A number that begins at `start`, percent sign included, and where it ends."""
    lead = len(text[start:]) - len(text[start:].lstrip(" $"))
    found = _FRAC.match(text, start + lead)
    if found:
        bottom = _fraction(found["bottom"])
        if bottom == 0:
            return None
        value = _fraction(found["top"]) / bottom
        number = Number(-value if found["sign"] == "-" else value, 1, 0, "")
    else:
        found = _PLAIN.match(text, start + lead)
        if not found:
            return None
        number = _plain_number(found)
        if number is None:
            return None
    end = found.end()
    percent = _PERCENT.match(text, end)
    if percent:
        number, end = number._replace(coefficient=number.coefficient / 100), percent.end()
    return number, end


def _plain_number(found: re.Match) -> Number | None:
    mantissa = _fraction(found["mantissa"])
    if found["bottom"] is not None:
        bottom = _fraction(found["bottom"])
        return Number(mantissa / bottom, 1, 0, "") if bottom else None
    ten = found["e"] or found["ta"] or found["tb"] or found["tc"]
    if ten is not None:
        return _powered(mantissa, 10, int(ten))
    exponent = found["pa"] or found["pb"] or found["pc"]
    if exponent is None:
        return Number(mantissa, 1, 0, "")
    base, sign = abs(mantissa), -1 if mantissa < 0 else 1
    if base.denominator != 1:
        return None
    # -2^4 is -(2^4): the sign stays outside, as in writing.
    return _powered(Fraction(sign), base.numerator, int(exponent))


def _powered(coefficient: Fraction, base: int, exponent: int) -> Number | None:
    if base == 0:
        return Number(Fraction(0), 1, 0, "") if exponent > 0 else None
    if base == 1 or exponent == 0 or coefficient == 0:
        return Number(coefficient, 1, 0, "")
    if len(str(base)) * abs(exponent) <= MAX_DIGITS:
        return Number(coefficient * Fraction(base) ** exponent, 1, 0, "")
    base, exponent = _primitive(base, exponent)
    numerator, denominator = coefficient.numerator, coefficient.denominator
    while numerator % base == 0:
        numerator, exponent = numerator // base, exponent + 1
    while denominator % base == 0:
        denominator, exponent = denominator // base, exponent - 1
    return Number(Fraction(numerator, denominator), base, exponent, "")


def _primitive(base: int, exponent: int) -> tuple[int, int]:
    """4 ** 500 is 2 ** 1000: the smallest base that gives the same power. Bases above a million stay as they are."""
    if base <= 1_000_000:
        for root in range(2, int(base**0.5) + 1):
            power, times = root, 1
            while power < base:
                power, times = power * root, times + 1
            if power == base:
                return root, exponent * times
    return base, exponent


def _fraction(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))
