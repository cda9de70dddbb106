"""What scoring says about one item: the line that `evaluation` writes and `scores` reads."""

from pydantic import JsonValue

from stages.core.records.base import Record


class ItemResult(Record):
    """One model on one item."""

    id: str
    cluster: str
    """Items of one cluster are not independent (an environment); the item's own id where they are."""
    passed: bool
    detail: str
    """Empty when passed, else a short code for why it failed."""
    output: JsonValue
    """What the model said: text, or the messages of a dialogue."""
    prompt_tokens: int = 0
    new_tokens: int = 0
