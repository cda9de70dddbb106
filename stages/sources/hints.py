"""What a parameter's description says besides its meaning: examples, the choices it lists, its default.

`"City name (e.g., 'Paris', 'Oslo'). Defaults to 'Paris'."` -> meaning `City name`, examples Paris and Oslo, default Paris.
Read by patterns from text; a sentence that fits none gives its meaning alone.
"""

import re
from typing import NamedTuple

from pydantic import JsonValue

from stages.sources.text import LONGEST, brief, plain

_QUOTED = r"[\"'‘“`]{1,2}([^\"'’”`\n]{1,48})[\"'’”`]{1,2}"
_LEAD = re.compile(
    r"[,;:(–-]*\s*(?:\be\.g\.?,?:?|\bfor example,?:?|\bsuch as|\bexamples?(?: [a-z]+)?:|\bexamples? (?=['\"]))\s*",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"(?:[,;.]?\s*\b(?:[Oo]ne of|[Oo]ptions?(?: are| include)?|(?:[Pp]ossible |[Vv]alid |[Aa]llowed |"
    r"[Aa]ccepted )?[Vv]alues?(?: are)?"
    rf"|[Aa]llowed|[Aa]ccepts?|[Ee]ither|[Mm]ust be)(?: one of)?:?\s*|\(|^)((?:{_QUOTED}(?:\s*\([^()]{{0,50}}\))?"
    r"\s*(?:,\s*(?:or |and )?|\s*\bor\s+|\s*\band\s+|\s*[|/]\s*)?){2,9})"
)
_DEFAULT = re.compile(
    r"(?:[,;.]?\s*\(?\b[Dd]efaults?(?: value)?(?: is| to|:|=| of)\s*:?|\([Dd]efault(?:s|:)?)\s*"
    r"[\"'`]?(-?\d+(?:\.\d+)?|[A-Za-z][\w-]{1,30})[\"'`]?(?=[\s,.;)]|$)"
)
_BARE = re.compile(
    r"(-?\d[\w.:-]*|[A-Z][\w.&:-]*)((?: [A-Z][\w.]*){0,3})(?:\s*\([^()]{0,40}\)|\s*=\s*[\w ]+)?(?:,\s*(?:or |and )?|"
    r"\s+or\s+|\s+and\s+)?"
)
_NOT_DEFAULTS = (
    "none", "null", "the", "all", "no", "empty", "if", "is", "to", "obj", "not", "current", "any", "an", "use", "a",
)  # fmt: skip


class Hints(NamedTuple):
    """The description's parts. `default` is text as written; the reader turns it into the parameter's type."""

    about: str
    examples: tuple[str, ...]
    choices: tuple[str, ...]
    default: str | None


def hints(text: str) -> Hints:
    """Take a description apart. "" gives empty parts."""
    clean = plain(text.replace("``", "'"))
    lead = _LEAD.search(clean)
    examples = _examples(clean[lead.end() :]) if lead else ()
    listed = _LISTED.search(clean[: lead.start()] if lead else clean)
    stated = _DEFAULT.search(clean)
    default = stated[1] if stated and stated[1].lower() not in _NOT_DEFAULTS else None
    ends = [found.start() for found in (lead, listed, stated) if found is not None]
    about = brief(clean[: min(ends)] if ends else clean)
    about = re.sub(r"^[\[(]?(?:Optional|Required)\b[\])]?[;:,.]?\s*", "", re.sub(r"\s+([.,)])", r"\1", about))
    about = about.strip(" .,;:([–-") + ("]" if about.count("[") > about.count("]") + about[-1:].count("[") else "")
    return Hints(about, examples, tuple(re.findall(_QUOTED, listed[1])) if listed else (), default)


def quoted(text: str) -> tuple[str, ...]:
    """The examples of a description that stand in quotes, and no others."""
    clean = plain(text.replace("``", "'"))
    lead = _LEAD.search(clean)
    return _examples(clean[lead.end() :]) if lead and re.match(_QUOTED, clean[lead.end() :]) else ()


def _examples(text: str) -> tuple[str, ...]:
    """The values at the head of a text: quoted ones as far as they reach, else bare names and numbers."""
    found: list[str] = []
    glue = re.compile(
        r"(?:\s*\([^()]{0,60}\)|\s*=\s*[\w ]{1,30}|\s+for [\w ]{1,30})?\s*(?:[,;/]|\bor\b|\band\b)?\s*(?:or |and )?"
    )
    at = 0
    quoted = re.compile(_QUOTED)
    pattern = quoted if quoted.match(text) else _BARE
    while (one := pattern.match(text, at)) and len(found) < 8:
        found.append((one[1] + (one[2] if pattern is _BARE else "")).strip(" .,"))
        step = glue.match(text, one.end()) if pattern is quoted else None
        at = step.end() if step else one.end()
    return tuple(dict.fromkeys(one for one in found if one))


def shown(found: Hints) -> str:
    """The meaning with its examples in one fixed form, `City name (e.g. 'Paris', 'Oslo')`, at most `LONGEST` characters."""
    text = found.about[:LONGEST]
    kept: list[str] = []
    for example in found.examples[:6]:
        if len(text) + sum(len(one) + 4 for one in (*kept, example)) + 8 <= LONGEST and "'" not in example:
            kept.append(example)
    return f"{text} (e.g. {', '.join(repr(one) for one in kept)})".strip() if kept else text


def literal(text: str | None, kind: str) -> JsonValue:
    """A default written in a description as a value of the type; None when it is no such value."""
    if text is None:
        return None
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind in ("integer", "number") and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text) if "." in text else int(text)
    if kind == "string" and not re.fullmatch(r"-?\d.*|[Tt]rue|[Ff]alse", text):
        return text
    return None
