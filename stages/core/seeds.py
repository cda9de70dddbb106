"""Private generators. A seed is derived from a name, so adding one consumer never shifts another's stream."""

import hashlib
import random


def derive(seed: int, *names: str | int) -> int:
    """A 63-bit seed that depends on `seed` and on every name, in order."""
    text = "\x1f".join([str(seed), *map(str, names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *names: str | int) -> random.Random:
    """A generator of its own for the work that `names` describe."""
    return random.Random(derive(seed, *names))
