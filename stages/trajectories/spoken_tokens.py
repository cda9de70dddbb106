"""A user's words as tokens, each value they name cut out or kept as one token: what variety and duplicates are judged by."""

import re
from collections.abc import Iterable, Sequence

from stages.core.records import Dialogue, Environment, Turn

VALUE = "\x00"
"""The token of a value that is cut out; no word can be it."""
Words = tuple[str, ...]
_WORD = re.compile(r"\w+")


def split(text: str) -> Words:
    """Lower-case words without signs: texts that differ in case, signs or spaces are one."""
    return tuple(_WORD.findall(text.lower()))


def named(dialogue: Dialogue, environment: Environment) -> list[str]:
    """Texts that name a value or a row: users' spans, and names of rows of the start state, whether looked up or not."""
    told = {span.text for turn in dialogue.turns for span in turn.spans if span.origin == "user" and span.text}
    for table in environment.tables:
        column = table.label if table.minted else table.key
        told |= {str(row[column]) for row in dialogue.scenario.tables.get(table.name, ()) if column and row.get(column)}
    return sorted(told)


def tokens(turn: Turn, names: Iterable[str], *, keep: bool) -> Words:
    """The turn's words; a value in them is one token: itself (`keep`) or VALUE.

    A value of several words weighs as much as one of a single word, so that a long title neither hides nor makes
    likeness. Where two names begin at the same word the longer one is taken.
    """
    heard = split(turn.user)
    known: dict[str, list[Words]] = {}
    for name in names:
        parts = split(name)
        if parts:
            known.setdefault(parts[0], []).append(parts)
    found: list[str] = []
    place = 0
    while place < len(heard):
        here = [parts for parts in known.get(heard[place], ()) if heard[place : place + len(parts)] == parts]
        longest = max(here, key=len, default=())
        if longest:
            found.append(" ".join(longest) if keep else VALUE)
        else:
            found.append(heard[place])
        place += len(longest) or 1
    return tuple(found)


def ngrams(words: Sequence[str], size: int) -> list[Words]:
    """Runs of `size` words in order; none where there are fewer words."""
    return [tuple(words[start : start + size]) for start in range(len(words) - size + 1)]
