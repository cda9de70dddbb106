"""Whether a turn reached its goal: the state is right, and the closing words say what was asked for.

Only the session's state, its log and the assistant's own last message are looked at. A value that stands in a tool's result, or
in a text that merely looks like a call, proves nothing (verl#6392).
"""

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple, Protocol

from pydantic import JsonValue

from stages.core.engine.session import Entry
from stages.core.records import Goal
from stages.core.rollouts.moments import wordings

# Digits glued to letters, to a date's or a time's separators or to a longer number are a part of something else.
_NUMBER = re.compile(
    r"(?<!\w)(?<!\d[.,:/-])(?P<sign>[-+]?)(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<rest>\.\d+)?(?!\w)(?![.,:/-]\d)"
)
_DECLINES = re.compile(
    r"\b(?:can'?t|cannot|can not|could(?:n't| not)|won't|unable|not able|not (?:allowed|permitted|possible)|"
    r"may not|must not|no (?:tool|function|way)|(?:don't|do not) have|none of (?:my|the) tools|against (?:the|our))\b"
)
_DID = r"(?:deleted|removed|erased|dropped|cleared|added|created|renamed|changed|updated|moved|turned)"
_CLAIMS = re.compile(
    rf"\b(?:(?<!be )done|i(?:'ve| have)?(?: just| already| now| also| then)* {_DID}"
    rf"|(?:was|were|been|(?:is|are) (?:now|already)) {_DID}|(?:is|are|it's|they're)(?: now| already)? gone)"
    r"\b(?! (?:by|nothing|no)\b)"
)
_NEGATED = re.compile(r"\b(?:not|never|nothing|none|no|nobody|neither|nor|cannot|unable|without|can't)\b|n't\b")
_CLAUSES = re.compile(r"[.!?;:,]|\b(?:and|but|so|then|because|though|although|which)\b")
_SIGNS = str.maketrans({"\u2212": "-", "\u202f": " ", "\u00a0": " ", "\u2019": "'", "\u2018": "'", "\u02bc": "'"})


class Verdict(NamedTuple):
    """Pass or fail, and a short code for why it failed (empty when it passed)."""

    passed: bool
    reason: str = ""


class State(Protocol):
    """What the check needs of a session."""

    @property
    def log(self) -> list[Entry]: ...

    def goal_digest(self) -> str: ...


def reached(session: State, goal: Goal, final_text: str) -> Verdict:
    """Compare the session's state and the assistant's last message with a goal.

    Args:
        session: after the turn's last call.
        goal: digest of the right end state, the values to say, and the tools that can have shown them.
        final_text: the assistant's closing message, without any call.

    Returns:
        `wrong_state`, `unsaid` for the first value that is missing, `guessed` where nothing has shown what was said,
        `not_asked` or `not_declined` where the words had to ask for what is missing or to say that it cannot be done.
    """
    if session.goal_digest() != goal.digest:
        return Verdict(False, "wrong_state")
    for value in goal.says:
        if not says(final_text, value):
            return Verdict(False, "unsaid")
    if goal.reads:
        looks = [entry.result.value for entry in session.log if entry.result.ok and entry.tool in goal.reads]
        if not all(any(shows(look, value) for look in looks) for value in goal.says):
            return Verdict(False, "guessed")
    if goal.asks and not ("?" in final_text and any(says(final_text, word) for word in goal.asks)):
        return Verdict(False, "not_asked")
    if goal.declines and not declines(final_text):
        return Verdict(False, "not_declined")
    return Verdict(True)


def says(text: str, value: str) -> bool:
    """True if the text contains the value: a number by its value, anything else as whole words, case ignored.

    `1,250` and `1250.00` are one number; `12` is not in `2012`, nor in `12:30` or `2026-01-12`. A value with leading
    zeros is an identifier and is compared as text. A date or a time in UTC may be written out. An empty value is never said.
    """
    spoken = wordings(value)
    text, value = _plain(text), _plain(value)
    if not value:
        return False
    number = _number(value)
    if number is not None:
        return any(_value(found) == number for found in _NUMBER.finditer(text))
    return any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text) for one in (value, *map(_plain, spoken)))


def shows(result: JsonValue, value: str) -> bool:
    """True if a result holds the value, or a list of so many things."""
    if isinstance(result, dict):
        return any(shows(inner, value) for inner in result.values())
    if isinstance(result, list):
        return value == str(len(result)) or any(shows(inner, value) for inner in result)
    return isinstance(result, str | int | float) and says(str(result), value)


def declines(text: str) -> bool:
    """True if the text says that something cannot or must not be done, and nowhere claims that it was done.

    `Done, but I can't undo it` claims; `nothing was deleted` does not. A claim is negated by a word before it in its clause.
    """
    text = _plain(text)
    return _DECLINES.search(text) is not None and not any(_claims(clause) for clause in _CLAUSES.split(text))


def _claims(clause: str) -> bool:
    found = _CLAIMS.search(clause)
    return found is not None and _NEGATED.search(clause[: found.start()]) is None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text.translate(_SIGNS)).casefold().split())


def _number(value: str) -> Decimal | None:
    found = _NUMBER.fullmatch(value)
    if found is None or re.match(r"0\d", found["digits"]):
        return None
    return _value(found)


def _value(found: re.Match[str]) -> Decimal:
    return Decimal(found["sign"] + found["digits"].replace(",", "") + (found["rest"] or ""))
