"""Descriptions that a model sees: one plain sentence, short."""

import re

LONGEST = 90
PARAMETER = 60
_TAG = re.compile(r"<[^<>]{0,500}>")
_LINK = re.compile(r"\[([^\]]+)\]\s*\([^)]*\)|\[([^\]]+)\]\[[^\]]*\]")
_URL = re.compile(r"\(?https?://\S+\)?")
_END = re.compile(r"(?<!\b[A-Z])(?<!e\.g)(?<!i\.e)(?<!etc)[.!?:](?=\s|$)")
_OPENERS = re.compile(
    r"^(?:note|important|required|optional|output only|immutable|identifier|deprecated)\s*[.:]\s*", re.IGNORECASE
)
_ASIDE = re.compile(r"\s*\([^()]*\)")
_WEAK = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "for",
        "with",
        "and",
        "or",
        "by",
        "on",
        "at",
        "from",
        "that",
        "which",
        "this",
        "your",
        "as",
        "is",
        "are",
        "be",
    ]
)


def short(text: str, longest: int = LONGEST) -> str:
    """The first sentence without markup, at most `longest` characters, cut where a clause ends if it must be."""
    text = _URL.sub("", _LINK.sub(lambda link: link[1] or link[2], _TAG.sub("", text)))
    text = text.replace("Amazon Web Services", "AWS")
    text = " ".join(text.replace("`", "").replace("*", "").replace("…", "").split())
    while (bare := _OPENERS.sub("", text)) != text:
        text = bare
    end = _END.search(text)
    text = text[: end.start()] if end else text
    if len(text) + 1 > longest:
        text = _ASIDE.sub("", text)
    if len(text) + 1 > longest:
        text = _cut(text, longest - 1)
    text = text.strip(" .,;:-")
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _cut(text: str, longest: int) -> str:
    head = text[: longest + 1]
    clause = max(head.rfind(mark) for mark in (", ", "; ", " - ", " that ", " which ", " so ", " and ", " using "))
    if clause >= longest // 2:
        return head[:clause]
    kept = head.rsplit(" ", 1)[0].split()
    while kept and kept[-1].lower() in _WEAK:
        kept.pop()
    return " ".join(kept)
