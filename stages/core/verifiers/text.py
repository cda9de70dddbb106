r"""Whether a reply's words equal the gold words, after this normalisation and no other.

Unicode NFKC; case folded; runs of white space become one space; quotes, stars, backticks and dollar signs around the
answer and a closing full stop go; a `\text{...}` around all of it goes; a choice label loses its brackets ("(A)" and
"A)" are "A"). Inner punctuation and word order count. A hedge ("A or B") is simply another text.
"""

import re
import unicodedata

from stages.core.verifiers import answers

_TEXT = re.compile(r"\\(?:text|mathrm|textbf)\{([^{}]*)\}")
_LABEL = re.compile(r"\(?([a-z])\)")


def verify(answer_text: str, gold: str) -> bool:
    """True if the marked answer, or without a mark the whole reply, is the gold text after normalisation.

    Raises ValueError if nothing is left of the gold.
    """
    want = normalise(gold)
    if not want:
        raise ValueError(f"gold answer {gold[:60]!r} is empty after normalisation")
    answer = answers.marked(answer_text)
    return normalise(answer_text[-answers.LIMIT :] if answer is None else answer) == want


def normalise(text: str) -> str:
    """The text as it is compared; see the module's list."""
    text = answers.plain(unicodedata.normalize("NFKC", text))
    inner = _TEXT.fullmatch(text)
    if inner:
        text = answers.plain(inner.group(1))
    text = " ".join(text.casefold().split())
    label = _LABEL.fullmatch(text)
    return label.group(1) if label else text
