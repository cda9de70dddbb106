"""What may end a call early, and what ends a session."""

import apsw

EXHAUSTED = (apsw.TooBigError, apsw.FullError, apsw.NoMemError, apsw.InterruptError, RecursionError, MemoryError)
"""SQLite's own limits and Python's."""


class Exhausted(Exception):
    """A limit of ours, not SQLite's, was reached."""


class Broken(Exception):
    """The program did not do what format 1 asks of it."""


class StateLost(RuntimeError):
    """A session could not be brought back to where it stood; it must not be used any more."""
