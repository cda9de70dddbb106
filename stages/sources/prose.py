"""Values that a description quotes (`For example, "Tokyo"`): a field's examples where nothing better shows any.

Quoted ones alone: what a sentence names without quotes is as often a word of its own. A template is no value.
"""

import re

from stages.sources.hints import quoted
from stages.sources.limits import MOST_EXAMPLES

_TELLS = ("xample", "e.g", "E.g", "such as")
_TEMPLATE = re.compile(r"[{}<>*$]|\.\.\.|account_id|_UUID|(?:^|/)(?:projects|organizations|folders|accounts)/")
_NOBODY = re.compile(r"example|sample|\btest|^my(?![a-z]*sql)|\b(?:my|foo|bar)\b", re.IGNORECASE)
"""Stands for a value and is none that anybody would have: `Example-Environment`, `myuser`."""


def telling(value: str) -> bool:
    """Whether a text that is shown as an example says more than that something stands there."""
    return not _TEMPLATE.search(value) and not _NOBODY.search(value)


def shown(description: object) -> tuple[str, ...]:
    """The values that a whole description quotes as examples; none for what is no text."""
    if not isinstance(description, str) or not any(word in description for word in _TELLS):
        return ()
    return tuple(one for one in quoted(description) if telling(one))[:MOST_EXAMPLES]
