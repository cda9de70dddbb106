"""A truth value as a person implies it: `and include the spam`, `but don't reply to all`, `the list should be private`.

`implies` is the proof: words that deny state False, words that do not state True.
"""

import re
from random import Random

from stages.core.records import Field
from stages.trajectories.meaning import about
from stages.trajectories.words import words

_DENIES = re.compile(
    r"\b(?:don't|do not|without|no|not|off|skip|exclude|excluding|disabled?|leave out|isn't|shouldn't)\b"
)
_IF = re.compile(
    r"^(?:optional\.? |a |an )?(?:(?:flag|boolean(?: value| flag)?|option|switch) )?(?:whether(?: or not)?|(?:if|"
    r"when)(?: set to)?,? true,?"
    r"|set (?:this )?to true (?:to|if)|true (?:if|to|when)|(?:determines|indicates|indicating|controls|specifies|"
    r"indicates) (?:if|whether)"
    r"|(?:flag )?to (?=indicate)|only if|if)\s*(?:to |only )?",
    re.IGNORECASE,
)
_THIRD = re.compile(r"^(\w+?)(?:(ies)|(sh|ch|ss|x)es|(?<!s)(s))$")
_VERB = re.compile(
    r"^(?:include|return|show|exclude|add|use|allow|send|notify|delete|permanently delete|replace|overwrite|reply|"
    r"sort|create|enable|fetch|search|convert|ignore|perform|make|mark|move|copy|download|keep|get|apply|skip|wait|"
    r"filter|render|retrieve|display|expand|translate|hide|append|publish|restrict|force|count|limit|split)\b"
)
_TO_BE = re.compile(
    r"^(?:(?:the|this|a|an) )?([\w' ]{3,40}?) (?:is|are|was|were|should be|will be|must be|can be|has been) (.+)$"
)


def implies(text: str, value: bool) -> bool:
    """Whether a clause states this truth value: it denies for False, and does not for True."""
    return bool(text.strip()) and bool(_DENIES.search(text.lower())) is (not value)


def clause(field: Field, value: bool, rng: Random) -> str | None:
    """The clause with its connecting word (` and include spam`); None where the description gives none."""
    said = _from_description(field, value, rng) or _from_name(field, value, rng)
    whole = said is not None and not re.search(r"\b(?:the|an?|to|of|for|in|or|and|with|not) ?(?:too)?$", said)
    return said if said is not None and whole and implies(said, value) else None


def _from_description(field: Field, value: bool, rng: Random) -> str | None:
    text = about(field)
    if "`" in text:
        return None
    rest = _cut(_IF.sub("", text)) if _IF.match(text) else ""
    text = _cut(text)
    if not rest:
        rest = text if _VERB.match(text.lower()) else ""
    if not rest or len(rest.split()) > 8 or "_" in rest:
        return None
    state = _TO_BE.match(rest)
    if state and not _VERB.match(rest.lower()):
        what, how = state[1].strip(), state[2].strip()
        verb = "should be" if value else "should not be"
        return rng.choice((f", and the {what} {verb} {how}", f". The {what} {verb} {how}"))
    first, _, tail = rest.partition(" ")
    match = _THIRD.match(first.lower())
    base = match[1] + ("y" if match[2] else match[3] or "") if match else first.lower()
    if not _VERB.match(f"{base} {tail}".lower()) or not tail:
        return None
    if value:
        return rng.choice(
            (
                f" and {base} {tail}",
                f", and {base} {tail}",
                f". {base.capitalize()} {tail} too",
                f" and also {base} {tail}",
            )
        )
    return rng.choice((f", but don't {base} {tail}", f" and do not {base} {tail}", f". Don't {base} {tail}"))


def _cut(text: str) -> str:
    return re.sub(r"\s*[(\[;,:.—].*", "", text).strip()


def _from_name(field: Field, value: bool, rng: Random) -> str | None:
    name = words(field.name)
    if not re.match(r"(?:include|show|with|only|exclude) ", name) and re.search(
        r"\b(?:if|whether|true|false|flag|set|when|only|specif\w+|indicat\w+)\b", about(field).lower()
    ):
        return None
    bare = re.sub(
        r"^(?:include|show|allow|enable|is|has|use|return|add|with|should) |(?: enabled| flag| included)$", "", name
    )
    led = re.match(r"(?:include|show|with|return|enable|allow|is|has|only|add|use) |.* (?:only|enabled)$", name)
    # A finding or a feature (`Diabetes mellitus`) is a short noun without a verb.
    if not led and len(about(field)) > 60:
        return None
    if not bare or len(bare) < 4 or _DENIES.search(bare):
        return None
    if name.startswith("is "):
        return (
            rng.choice((f", and make it {bare}", f". It should be {bare}")) if value else f". It should not be {bare}"
        )
    if re.match(r"(?:only )|.* only$", name):
        only = f"only {re.sub(r'(?: only)$|^only ', '', name)}"
        return f", {only}" if value else f", not {only}"
    if value:
        return rng.choice((f" with {bare}", f", including {bare}", f" and include {bare}", f", with {bare}"))
    return rng.choice((f" without {bare}", f", without {bare}", f", no {bare}", f" and leave out {bare}"))
