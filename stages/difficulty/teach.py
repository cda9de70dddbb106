"""Taught responses: a short worked solution a family, computed from the question alone, ending in "Answer: ...".

A small model gains more from few visible steps than from bare answers. None of this is trusted: the caller lets the
problem's verifier judge every response before it is used. A family that is not here, or a question that is not
understood, has no worked solution.
"""

import math
import re
from collections.abc import Callable

from stages.core.records import Problem


def worked(problem: Problem) -> str | None:
    """A worked solution that ends in its answer; None if there is no method for the question."""
    method = METHODS.get(problem.family)
    return method(problem.question) if method else None


def chain_sum(question: str) -> str | None:
    """Left to right, one operation a step."""
    found = re.search(r"\d+(?: [-+] \d+)+", question)
    if found is None:
        return None
    first, *rest = re.findall(r"\d+|[-+]", found.group())
    total, steps = int(first), []
    for sign, digits in zip(rest[::2], rest[1::2], strict=True):
        after = total + int(digits) if sign == "+" else total - int(digits)
        steps.append(f"{total} {sign} {digits} = {after}")
        total = after
    return _told(steps, total)


def gcd(question: str) -> str | None:
    """Euclid's remainders."""
    pair = _two(question)
    if pair is None:
        return None
    large, small = max(pair), min(pair)
    steps = []
    while small:
        steps.append(f"{large} mod {small} = {large % small}")
        large, small = small, large % small
    return _told(steps, large)


def lcm(question: str) -> str | None:
    """The product over the greatest common divisor."""
    pair = _two(question)
    if pair is None or 0 in pair:
        return None
    left, right = pair
    shared = math.gcd(left, right)
    steps = [f"gcd({left}, {right}) = {shared}", f"{left} / {shared} = {left // shared}"]
    steps.append(f"{left // shared} * {right} = {left // shared * right}")
    return _told(steps, left // shared * right)


def products(question: str) -> str | None:
    """The first factor times each digit of the second, in its place."""
    pair = _two(question)
    if pair is None:
        return None
    left, right = pair
    parts = [int(digit) * 10**place for place, digit in enumerate(reversed(str(right))) if digit != "0"][::-1]
    if len(parts) < 2:
        return _told([f"{left} * {right} = {left * right}"], left * right)
    steps = [f"{left} * {part} = {left * part}" for part in parts]
    steps.append(f"{' + '.join(str(left * part) for part in parts)} = {left * right}")
    return _told(steps, left * right)


def letter_counting(question: str) -> str | None:
    """Word by word, then the sum."""
    found = re.search(r'letter "(.)".*?: "(.*)"', question, re.DOTALL)
    if found is None:
        return None
    letter, words = found.group(1).lower(), found.group(2).split()
    counts = [word.lower().count(letter) for word in words]
    return _told([f"{word} {count}" for word, count in zip(words, counts, strict=True)], sum(counts), ", ")


def word_sequence_reversal(question: str) -> str | None:
    """The words from last to first; nothing to show on the way."""
    found = re.search(r"words:\s*(.+)$", question, re.DOTALL)
    return f"Answer: {', '.join(reversed(found.group(1).strip().split(', ')))}" if found else None


def needle_haystack(question: str) -> str | None:
    """The one statement that says what is asked."""
    statements, found = question.rsplit("\n", 1)[0], re.search(r"Who (.+?)\? Reply", question)
    if found is None:
        return None
    told = re.findall(rf"(?:^|\. )([^ .]+) ({re.escape(found.group(1))})\.", statements)
    return _told([f"{name} {does}." for name, does in told], told[0][0]) if len(told) == 1 else None


def _two(question: str) -> tuple[int, int] | None:
    numbers = [int(digits) for digits in re.findall(r"\d+", question)]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None


def _told(steps: list[str], answer: int | str, between: str = "\n") -> str:
    return f"{between.join(steps)}\nAnswer: {answer}"


METHODS: dict[str, Callable[[str], str | None]] = {
    "chain_sum": chain_sum,
    "gcd": gcd,
    "lcm": lcm,
    "letter_counting": letter_counting,
    "needle_haystack": needle_haystack,
    "products": products,
    "word_sequence_reversal": word_sequence_reversal,
}
