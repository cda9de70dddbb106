"""How much of a description is read: depth and number of fields are bounded, so no file can blow a record up."""

from collections import Counter
from collections.abc import Hashable

from stages.core.records import Field

DEPTH = 5
"""Nested objects below a schema's top: a list response, its row, then the two levels the engine inlines and one."""
FIELDS = 60_000
"""Fields read for one API; the largest chosen document needs a fifth of it."""


class Budget:
    """Counts what was read and what was left out. One an API; `path` is the trail of named schemas being followed."""

    def __init__(self, depth: int = DEPTH, fields: int = FIELDS) -> None:
        self.depth = depth
        self.fields = fields
        self.left_out: Counter[str] = Counter()

    def spend(self) -> bool:
        """Take one field; False when none are left (counted as `too_many_fields`)."""
        if self.fields <= 0:
            self.left_out["too_many_fields"] += 1
            return False
        self.fields -= 1
        return True

    def cut(self, trail: tuple[Hashable, ...], name: Hashable, level: int) -> str | None:
        """Why the schema `name` is not followed here: `recursive`, `too_deep`, or None to follow it."""
        if name in trail:
            return "recursive"
        return "too_deep" if level > self.depth else None


def stub(name: str, reason: str, budget: Budget, schema_name: str | None = None, **known: object) -> Field:
    """A field whose inside was cut off: an object marked `truncated`, counted by `reason`."""
    budget.left_out[reason] += 1
    return Field.model_validate(
        {"name": name, "type": "object", "truncated": True, "schema_name": schema_name, **known}
    )
