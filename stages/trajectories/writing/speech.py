"""What a written user's message must not hold, checked before anybody is paid for solving it."""

import re
import unicodedata
from collections import Counter

from stages.core.engine import Session
from stages.core.records import Environment
from stages.trajectories.wording import SPECIAL
from stages.trajectories.words import machine_words
from stages.trajectories.writing.asks import Refusal
from stages.trajectories.writing.view import minted, texts

_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')


class Speech:
    """Judges texts about one state."""

    def __init__(self, environment: Environment, session: Session, longest: int) -> None:
        state = session.state()
        self._known = sorted(texts(environment, state), key=lambda text: (-len(text), text))
        self._minted = minted(environment, state)
        self._tools = {tool.name for tool in environment.tools if "_" in tool.name or "." in tool.name}
        self._longest = longest

    def refusal(self, text: str, *, like: str = "") -> Refusal | None:
        """Why the text is not taken: empty, too long, marks of a machine, or letters of another script than `like`'s."""
        if len(text.split()) < 2:
            return Refusal("empty", "say it in a sentence")
        if len(text) > self._longest:
            return Refusal("too_long", f"{len(text)} characters, {self._longest} at most")
        if found := [mark for mark in text if unicodedata.category(mark)[0] == "C" or mark in "\u2028\u2029"]:
            return Refusal("control_characters", f"one line of plain text, without {found[0]!a}")
        if found := SPECIAL.search(text):
            return Refusal("special_tokens", found.group())
        if found := self.leaks(text):
            return Refusal("leak", f"no person would say {found[0]!r}")
        if like and script(self._bare(text)) not in ("", script(like)):
            return Refusal("language", "keep to one language")
        return None

    def leaks(self, text: str) -> list[str]:
        """Tool names, keys that a server made up, and words of a program that are no value of the state or of a quotation."""
        parts = re.findall(r"[\w.-]+", text)
        found = [word for word in parts if word.strip(".-") in self._minted or word.strip(".-") in self._tools]
        return found + machine_words(self._bare(text))

    def _bare(self, text: str) -> str:
        for known in self._known:
            text = text.replace(known, " ")
        return _QUOTED.sub(" ", text)


def script(text: str) -> str:
    """The script of most letters, as Unicode names it (`LATIN`); empty without letters."""
    names = Counter(unicodedata.name(mark, "?").split()[0] for mark in text if mark.isalpha())
    return names.most_common(1)[0][0] if names else ""


def one_line(text: str) -> str:
    """The text with single spaces and none around it."""
    return " ".join(text.split())
