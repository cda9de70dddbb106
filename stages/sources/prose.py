"""Values that a description quotes (`For example, "Tokyo"`): a field's examples where nothing better shows any.

Quoted ones alone: what a sentence names without quotes is as often a word of its own. A template is no value.
"""

import re

from stages.sources.hints import quoted
from stages.sources.limits import MOST_EXAMPLES

_TELLS = ("xample", "e.g", "E.g", "such as")
_TEMPLATE = re.compile(r"[{}<>*$]|\.\.\.|(?:^|/)(?:projects|organizations|folders|accounts)/")


def shown(description: object) -> tuple[str, ...]:
    """The values that a whole description quotes as examples; none for what is no text."""
    if not isinstance(description, str) or not any(word in description for word in _TELLS):
        return ()
    return tuple(one for one in quoted(description) if not _TEMPLATE.search(one))[:MOST_EXAMPLES]
