"""Whether other words still ask for the same kind of action: a check by word lists, on the strict side.

No list proves what a sentence asks for, but the two mistakes that would teach the most harm show in single words: the
action is gone (`The task "Milk" is out of date.`), or another one stands there (`remove` where something was added). Words
of the lists that the old words had already are never held against the new ones.
"""

import re

OWN = {
    "create": r"creat\w*|add\w*|mak\w+|new|set up|another|start\w*|put\w*|needs?|want\w*|one more|open\w*|insert\w*|have|has",
    "delete": r"delet\w*|remov\w*|rid of|drop\w*|eras\w*|discard\w*|clear\w*|trash\w*|throw\w*|scrap\w*|go|gone|away",
    "rename": r"renam\w*|call\w*|nam\w+|titl\w+|known as|label\w*",
    "count": r"how many|numbers?|count\w*|total",
}
"""What asks for each action; one of them must stay where the old words have one. Reads and changes have no such word."""
STRONG = {
    "create": r"creat\w+|add|adds|adding|insert\w*",
    "delete": r"delet\w+|remov\w+|rid of|eras\w+|discard\w*|trash\w*",
    "rename": r"renam\w+",
    "count": r"how many",
}
"""What can ask for this action alone."""
_NOT = r"not|never|\w+n['’]t|without|instead of"


def changed(template: str, old: str, new: str) -> tuple[str, str] | None:
    """Why `new` may ask for something else, as (reason, detail), else None.

    Args:
        template: the wording's name; its verb says the action (`create_in.3`).
        old: the grammar's words, without values.
        new: the proposed words, without values.
    """
    action = re.split(r"[._]", template)[0]
    if action in OWN and _has(OWN[action], old) and not _has(OWN[action], new):
        return "action_dropped", action
    for other, pattern in STRONG.items():
        if other != action and _has(pattern, new) and not _has(pattern, old):
            return "other_action", other
    return ("other_action", "not") if _has(_NOT, new) and not _has(_NOT, old) else None


def _has(pattern: str, text: str) -> bool:
    return re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text.lower()) is not None
