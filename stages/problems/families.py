"""The families of reasoning-gym that the pool is made of, each with a dial of five steps from its own settings.

Chosen because a 135M model can score between 5% and 95% on them. Measured on SmolLM2-135M-Instruct, bfloat16, 20 items,
two worked examples in the prompt, at most 20 new tokens, exact match, at an early step of the dial (a later one after
the slash, where tried): letter_counting 75 / 50, gcd 25 / 0, products 15, lcm 15, word_sequence_reversal 10, chain_sum
0 / 10. Without examples the exact match is 0 everywhere, since the model talks around the number. Tried and left out:
spell_backward, time_intervals, count_bits, caesar_cipher and number_filtering (0), leg_counting, sentence_reordering
and fraction_simplification (0 to 5), coin_flip (45, but with so few questions that splits would overlap).

A step says how hard a problem is within its family; steps of two families are not comparable.
"""

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

Settings = dict[str, int]


class Family(NamedTuple):
    """One generator: its verifier, the settings of the dial's five steps, and what makes two problems the same."""

    verifier: Literal["number", "text"]
    dial: tuple[Settings, Settings, Settings, Settings, Settings]
    essence: Callable[[str], str]


def expression(question: str) -> str:
    """Numbers and operators in order: the wording around a sum does not make it another sum."""
    return " ".join(re.findall(r"\d+|[-+*/]", question))


def unordered(question: str) -> str:
    """The numbers, sorted: gcd(4, 6) is gcd(6, 4)."""
    return " ".join(sorted(re.findall(r"\d+", question), key=lambda digits: (len(digits), digits)))


def quoted(question: str) -> str:
    """The text between the outer quotes: another letter counted in it does not make it another problem."""
    return wording(question[question.index(': "') :])


def words(question: str) -> str:
    """What follows the colon, its words sorted: reversing "b, a" is near to reversing "a, b"."""
    return " ".join(sorted(wording(question.rsplit(":", 1)[1]).split(", ")))


def wording(question: str) -> str:
    """The whole question, case folded, white space collapsed."""
    return " ".join(question.casefold().split())


def _words(low: int, high: int) -> Settings:
    return {"min_words": low, "max_words": high}


def _terms(terms: int, digits: int) -> Settings:
    return {"min_terms": terms, "max_terms": terms, "min_digits": digits, "max_digits": digits}


def _statements(count: int) -> Settings:
    return {"min_num_statements": count, "max_num_statements": count}


def _digits(low: int, high: int) -> Settings:
    return {"min_digits": low, "max_digits": high}


FAMILIES: dict[str, Family] = {
    "chain_sum": Family("number", (_terms(2, 1), _terms(2, 2), _terms(3, 1), _terms(3, 2), _terms(4, 2)), expression),
    "gcd": Family(
        "number",
        ({"max_value": 12}, {"max_value": 30}, {"max_value": 60}, {"max_value": 150}, {"max_value": 400}),
        unordered,
    ),
    "lcm": Family(
        "number",
        ({"max_value": 12}, {"max_value": 20}, {"max_value": 35}, {"max_value": 60}, {"max_value": 100}),
        unordered,
    ),
    "letter_counting": Family(
        "number", (_words(1, 2), _words(3, 4), _words(5, 6), _words(7, 8), _words(9, 10)), quoted
    ),
    "needle_haystack": Family(
        "text", (_statements(1), _statements(2), _statements(3), _statements(4), _statements(6)), wording
    ),
    "products": Family(
        "number", (_digits(1, 1), _digits(1, 2), _digits(2, 2), _digits(2, 3), _digits(3, 3)), unordered
    ),
    "word_sequence_reversal": Family(
        "text", (_words(2, 2), _words(3, 3), _words(4, 4), _words(5, 6), _words(7, 8)), words
    ),
}
