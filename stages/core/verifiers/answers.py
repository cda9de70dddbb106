r"""Find what a reply gives as its answer: the last clear one, or none.

In order: the last brace-balanced `\boxed{...}`; the words after the last "answer is" or "answer:"; else nothing is
marked, and each verifier decides what an unmarked reply may be. A hedge ("12 or 13", "maybe 12") is no answer. Scans are
linear and only the last characters count, so a long or hostile reply can't stall training (open-r1#420).
"""

import re

LIMIT = 4000
"""Characters from the end that are looked at."""

_BOXED = re.compile(r"\\(?:boxed|fbox)\s{0,3}\{")
_PHRASE = re.compile(r"\b(?:final\s{1,3})?answer\s{0,3}(?:is\b|:|=)\s{0,3}:?", re.IGNORECASE)
_HEDGE = re.compile(r"\b(?:or|either|maybe|perhaps|possibly|might|could be|not sure|between|not)\b", re.IGNORECASE)
_DECORATION = " \t\r\n*`\"'$“”‘’"


def marked(text: str) -> str | None:
    """The marked answer, decoration removed; None when the reply marks none. A broken `\\boxed{` marks nothing."""
    text = text[-LIMIT:]
    boxes = [box for found in _BOXED.finditer(text) if (box := _balanced(text, found.end())) is not None]
    if boxes:
        return plain(boxes[-1])
    phrases = list(_PHRASE.finditer(text))
    if not phrases:
        return None
    rest = text[phrases[-1].end() :].lstrip(_DECORATION)
    return plain(rest.split("\n", 1)[0])


def hedged(answer: str) -> bool:
    """Whether the words offer a choice, a doubt or a denial instead of an answer."""
    return _HEDGE.search(answer) is not None


def plain(text: str) -> str:
    r"""Without what only decorates: markdown stars, quotes, dollar signs, `\(` and `\[` around, a closing full stop."""
    text = text.strip(_DECORATION)
    for left, right in ((r"\(", r"\)"), (r"\[", r"\]")):
        text = text.removeprefix(left).removesuffix(right).strip(_DECORATION)
    return text.removesuffix(".").rstrip(_DECORATION)


def _balanced(text: str, start: int) -> str | None:
    depth = 1
    for index in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return text[start:index]
    return None
