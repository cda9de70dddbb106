"""Whether other words for a user's turn say what the old ones said, as far as that can be proved from the words.

All that the reference was worked out from must stand in them: values, names of rows, the kind of thing acted on, the
field that is changed or asked for. Nothing of that sort may be new: no number, no quoted text, no name. The action is
checked by its words (`actions`). The rest, tone and order, is the LLM's.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from stages.core.records import Dialogue, Environment, Turn
from stages.trajectories.actions import changed
from stages.trajectories.columns import spoken_field
from stages.trajectories.words import words

SLACK = 24
"""Characters that new words may be longer in any case: twice `Delete it.` leaves no room for a sentence."""
SPECIAL = re.compile(r"<[|/!\w]|\|>|<<|\[/?\w+\]|```")
"""What opens or closes chat markup in some template: `<|im_end|>`, `</s>`, `<tool_call>`, `[INST]`."""
_NUMBER = re.compile(r"\d+")
_QUOTED = re.compile(r'["“”]([^"“”]*)["“”]')
_CAPITAL = re.compile(r"\b[A-Z]\w*")
_OPENERS = " \"'“”‘’(-–—"
_ENDS = ".!?:;"


def values(dialogue: Dialogue, number: int, environment: Environment) -> list[str]:
    """What turn `number` says of values and names: texts of users' spans up to it and names of rows, longest first."""
    told = {span.text for turn in dialogue.turns[: number + 1] for span in turn.spans if span.origin == "user"}
    for table in environment.tables:
        column = table.label if table.minted else table.key
        told |= {str(row[column]) for row in dialogue.scenario.tables.get(table.name, ()) if column and row.get(column)}
    old = dialogue.turns[number].user
    return [text for text in _longest_first(text for text in told if text) if _form(text, old) is not None]


def things(turn: Turn, environment: Environment) -> list[tuple[str, ...]]:
    """What the turn's words act on: nouns of its tables and fields, each as the ways to say it, one of which must stay."""
    found: dict[str, tuple[str, ...]] = {}
    heard = turn.user.lower()
    outcome = turn.outcomes[-1].value if turn.outcomes else None
    for call in turn.calls:
        tool = environment.tool(call.tool)
        table = environment.table(tool.table)
        if tool.writes or call is turn.calls[-1]:  # a row that is only looked up on the way is named by its label
            found[table.name] = (table.noun, table.plural)
        said = {tool.fields.get(span.argument) for span in turn.spans if span.origin == "user"}
        for column in table.columns:
            asked = isinstance(outcome, dict) and str(outcome.get(column.name)) in turn.goal.says
            if column.name not in (table.label, table.key) and (column.name in said or asked):
                found[f"{table.name}.{column.name}"] = (spoken_field(column), words(column.name))
    standing = [ways for ways in found.values() if any(_stands(way.lower(), heard) for way in ways)]
    return [_spoken_first(ways, heard) for ways in dict.fromkeys(standing)]


def bare(text: str) -> str:
    """The words alone, lower-cased: texts that differ in signs and spaces are no two wordings."""
    return " ".join(re.findall(r"\w+", text.lower()))


def refusal(
    old: Turn, new: str, said: list[str], named: list[tuple[str, ...]], longest: float
) -> tuple[str, str] | None:
    """Why `new` is not taken for `old`'s words, as (reason, detail); None if nothing speaks against it.

    Args:
        old: the grammar's turn.
        new: the proposed words.
        said: its values, as `values` gives them.
        named: what it acts on, as `things` gives them.
        longest: times the old words' characters.
    """
    if not new:
        return "empty", ""
    if len(new) > longest * len(old.user) + SLACK:
        return "too_long", f"{len(new)} characters for {len(old.user)}"
    lost, before, after = _without(said, old.user, new)
    if found := [mark for mark in after if unicodedata.category(mark)[0] == "C" or mark in "\u2028\u2029"]:
        return "control_characters", ascii(found[0])
    if found := SPECIAL.search(after):
        return "special_tokens", found.group()
    if bare(new) == bare(old.user):
        return "same", ""
    if lost is not None:
        return "value_dropped", lost
    for ways in named:
        if not any(_stands(way, new.lower()) for way in ways):
            return "word_dropped", ways[0]
    for extra in _invented(before, after):
        return "invented", extra
    return changed(old.template, before, after)


def _spoken_first(ways: tuple[str, ...], heard: str) -> tuple[str, ...]:
    """The ways in lower case, first the longest that stands in the words: it is the one that an LLM is told to keep."""
    return tuple(sorted({way.lower() for way in ways}, key=lambda way: (not _stands(way, heard), -len(way), way)))


def _without(texts: list[str], old: str, new: str) -> tuple[str | None, str, str]:
    """The first text that the old words have and the new ones lack, and both with all texts cut out, longest first.

    Cut out, so that `Buy milk and eggs` does not stand for a `Buy milk` that the old words name beside it.
    """
    lost = None
    for text in texts:
        form = _form(text, old)
        if form is None:
            continue
        if not _stands(form, new) and not _stands(text, new):
            lost = lost or text
        old, new = (_cut(text, _cut(form, one)) for one in (old, new))
    return lost, old, new


def _invented(old: str, new: str) -> Iterator[str]:
    """Numbers, quoted texts and names that only the new words have."""
    known = set(_NUMBER.findall(old))
    yield from (number for number in _NUMBER.findall(new) if number not in known)
    yield from (text for text in _QUOTED.findall(new) if text.strip() and text not in old)
    heard = set(re.findall(r"\w+", old.lower()))
    for found in _CAPITAL.finditer(new):
        before = new[: found.start()].rstrip(_OPENERS)
        starts = not before or before[-1] in _ENDS
        if not starts and found.group() != "I" and found.group().lower() not in heard:
            yield found.group()


def _form(text: str, words: str) -> str | None:
    """How a text stands in words: as it is, or with a capital at their start; None if it does not."""
    capital = text[:1].upper() + text[1:]
    if _stands(text, words):
        return text
    return capital if words.startswith(capital) and _stands(capital, words) else None


def _stands(text: str, words: str) -> bool:
    return re.search(_whole(text), words) is not None


def _cut(text: str, words: str) -> str:
    return re.sub(_whole(text), " ", words)


def _whole(text: str) -> str:
    return rf"(?<!\w){re.escape(text)}(?!\w)"


def _longest_first(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts), key=lambda text: (-len(text), text))
