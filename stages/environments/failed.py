"""How the oracle's rules end a call."""


class CallFailed(Exception):
    """A call that ends in an error: its code and its message."""
