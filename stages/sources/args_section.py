"""The `Args:` section of a docstring (the Google style): name -> type text and description.

Also the habits of generated clients: `name (string): text`, `name: str. Text`, `name (string): name` (which says nothing).
"""

import re
from typing import NamedTuple


class Told(NamedTuple):
    """What a docstring says of one parameter; `kind` is the type as written (`{'a', 'b'}, optional`), "" where none is."""

    kind: str
    description: str


_HEAD = re.compile(r"^(?:Args|Arguments|Parameters):[ \t]*\n", re.MULTILINE)
_ENTRY = re.compile(r"\*{0,2}(\w+)\s*(?:\(((?:[^()]|\([^()]*\))*)\))?\s*:\s*(.*)")
_LED = re.compile(r"^((?:Optional\[)?(?:str|int|float|bool|List\[\w+\]|list\[\w+\])\]?)\.\s+(.*)", re.DOTALL)


def arguments(docstring: str) -> dict[str, Told]:
    """Every parameter of the section, in order; empty where there is no such section."""
    head = _HEAD.search(docstring)
    found: dict[str, list[str]] = {}
    kinds: dict[str, str] = {}
    depth, name = 0, ""
    for line in docstring[head.end() :].splitlines() if head else []:
        indent = len(line) - len(line.lstrip())
        if not line.strip():
            continue
        if indent == 0:
            break
        depth = depth or indent
        entry = _ENTRY.match(line.strip()) if indent == depth else None
        if entry:
            name = entry[1]
            kinds[name] = re.sub(r",?\s*optional\b.*", "", entry[2] or "").strip("` ")
            found[name] = [entry[3]]
        elif name:
            found[name].append(line.strip())
    return {name: _told(name, kinds[name], " ".join(lines).strip()) for name, lines in found.items()}


def _told(name: str, kind: str, text: str) -> Told:
    led = None if kind else _LED.match(text)
    if led:
        kind, text = led[1], led[2]
    text = re.sub(r"\(?:obj:`([^`]*)`\)?", r"\1", text.replace("(Optional)", "").replace("(optional)", ""))
    # `board_id (string): board_id` says nothing.
    same = text.strip(" .").replace(" ", "_").lower() == name.lower()
    return Told(kind, "" if same else text.strip())
