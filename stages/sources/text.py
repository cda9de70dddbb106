"""Descriptions as one short plain sentence: HTML gone, entities read, markers that say nothing to a caller cut off."""

import html
import re

LONGEST = 160
"""Characters kept; a tool's whole schema has 300 tokens."""

_TAG = re.compile(r"<[^<>]{0,500}>")
_SPACE = re.compile(r"\s+")
_MARKER = re.compile(
    r"^(?:(?:required|optional|output[- ]only|read[- ]only|immutable|identifier|input only|writable)\s*[.:]\s*"
    r"|[\[(](?:required|optional|output[- ]only|read[- ]only|immutable)[\])]\.?:?\s*)+",
    re.IGNORECASE,
)
# A full stop ends a sentence only before a capital: "e.g. one", "v1.2" and "Inc. and" stay whole.
_SENTENCE = re.compile(r"(?<![A-Z])(?<!e\.g)(?<!i\.e)(?<!etc)(?<!vs)[.!?](?=\s+[A-Z\"'`(\[])")


def plain(text: str) -> str:
    """The text without HTML tags and entities, white space folded to single spaces."""
    return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", text))).strip().replace(" .", ".").replace(" ,", ",")


def brief(text: object, longest: int = LONGEST) -> str:
    """The first sentence, at most `longest` characters, cut at a word with an ellipsis; "" for what is no text."""
    if not isinstance(text, str):
        return ""
    sentence = _MARKER.sub("", plain(text))
    end = _SENTENCE.search(sentence)
    if end:
        sentence = sentence[: end.end()]
    if len(sentence) <= longest:
        return sentence
    return sentence[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:(") + "…"


def says_required(text: object) -> bool:
    """Whether the description opens with the marker `Required.`, as Google's newer documents do."""
    return isinstance(text, str) and re.match(r"\s*[\[(]?required[\])]?\s*[.:]", text, re.IGNORECASE) is not None
