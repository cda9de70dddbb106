"""A description that is not built as its format says: one clear line, whatever the reader stumbled over."""

from collections.abc import Iterator
from contextlib import contextmanager

from stages.core.errors import UserError

STUMBLES = (AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError, RecursionError)
"""What reading a value of another type or a missing key raises, pydantic's own errors included."""


@contextmanager
def as_described(where: str) -> Iterator[None]:
    """Turn what a reader stumbles over into a UserError that names the place and what was wrong there."""
    try:
        yield
    except STUMBLES as error:
        said = " ".join(str(error).split())[:160]
        raise UserError(where, f"not built as its format says ({type(error).__name__}: {said})") from error
