"""From identifiers and values to the words a person would say, and nothing a machine would.

`dueDate` -> `due date`; `NEEDS_ACTION` -> `needs action`; lists joined with commas and "and".
"""

import re

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\s_\-./:]+")
_PLAIN = re.compile(r"[A-Z][A-Za-z0-9]*(?: [A-Z0-9][A-Za-z0-9]*){0,3}")
_MACHINE = re.compile(r"\b[a-z]+[a-z0-9]*[A-Z]\w*|\b\w+_\w+")
_VOWEL_SOUNDS = ("a", "e", "i", "o")
_CONSONANT_SOUNDS = ("one", "once", "eu", "uni", "use")


def words(identifier: str) -> str:
    """The identifier as lower-case words; acronyms stay together (`htmlURL` -> `html url`)."""
    parts = [piece for part in _SEPARATORS.split(identifier) for piece in _CAMEL.split(part) if piece]
    return " ".join(parts).lower()


def article(noun: str) -> str:
    """The noun with "a" or "an"."""
    low = noun.lower()
    vowel = low.startswith((*_VOWEL_SOUNDS, "u")) and not low.startswith(_CONSONANT_SOUNDS)
    return f"{'an' if vowel else 'a'} {noun}"


def many(noun: str) -> bool:
    """Whether a noun is a plural: `notes`; not `status`, `address` or `physics`."""
    return re.search(r"(?<![sui])s$", noun) is not None and not noun.endswith("ics")


def listing(items: list[str], last: str = "and") -> str:
    """`A`, `A and B`, `A, B and C`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def plain(label: str) -> bool:
    """Whether a label reads well without quotation marks: one to four capitalised words."""
    return _PLAIN.fullmatch(label) is not None


def machine_words(text: str) -> list[str]:
    """Words of a text that only a program would use: camelCase and snake_case ones."""
    return _MACHINE.findall(text)


def sentence(text: str) -> str:
    """The text with a capital at its start, single spaces, and an end mark."""
    clean = re.sub(r"\s+", " ", text).strip()
    clean = re.sub(r"\s+([,.?!])", r"\1", clean)
    clean = clean[:1].upper() + clean[1:]
    return clean if clean.endswith((".", "?", "!")) else clean + "."
