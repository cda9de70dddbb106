"""Which fields only the server writes: by flag, or by a fixed list of phrases in the description.

Google's older documents flag nothing and say it in prose (calendar: 0 flags, 32 phrases), so both count, and the record
keeps which it was. The list is short on purpose: a phrase must stand as a marker of its own or name the server as the
author; `read-only` inside a sentence about something else is no evidence.
"""

import re
from typing import Literal

PHRASES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # A marker alone, as a sentence or in brackets: "Output only.", "[Output Only]", "(read-only)", "... Read-only."
        r"(?:^|[.;:(\[*]\s*)(?:output[- ]only|read[- ]only)\s*(?:[.:;,)\]*]|$)",
        # A sentence about the field itself.
        r"\bthis (?:field |property |value |parameter |attribute )?is (?:an? )?(?:output[- ]only|read[- ]only)",
        r"^(?:an? |the )?(?:output[- ]only|read[- ]only) (?:field|property|value|identifier|id|timestamp|name)\b",
        # The server named as the author.
        r"\b(?:assigned|generated|defined|allocated|populated) (?:automatically )?by (?:the )?"
        r"(?:server|system|service|api)\b",
        r"\bserver[- ](?:assigned|generated|defined)\b",
        r"\bthis (?:field |value )?is ignored on input\b",
        r"\bleave (?:this )?blank when creating\b",
    )
)

# "If unset, assigned by the server" lets the caller write it after all.
_CALLER_MAY = re.compile(
    r"\b(?:if (?:not|un\w+|it is not|this is not|the|left|omitted|empty|absent|you|no)|when (?:not|un\w+|omitted)"
    r"|unless|otherwise|optional)\b",
    re.IGNORECASE,
)


def read_only(flag: object, description: object) -> Literal["flag", "prose"] | None:
    """How a field is known to be output-only: `flag`, `prose`, or None when the caller may write it."""
    if flag is True:
        return "flag"
    if not isinstance(description, str):
        return None
    text = " ".join(description.split())
    if any(pattern.search(text) for pattern in PHRASES[:3]):
        return "prose"
    if any(pattern.search(text) for pattern in PHRASES[3:]) and not _CALLER_MAY.search(text):
        return "prose"
    return None
