"""A host of the hostile classes, with little time and memory."""

from pathlib import Path

from stages.core.engine.classes import Bounds, Host
from tests.core.engine.classes.hostile import Hostile, Picky

TOOLS = {kind.__name__: [name for name in vars(kind) if not name.startswith("_")] for kind in (Hostile, Picky)}
BOUNDS = Bounds(seconds=0.5, patience=6.0, megabytes=512)


def strange(bounds: Bounds = BOUNDS) -> Host:
    """Hostile and Picky in a process of their own."""
    return Host([Path(__file__).parent], dict.fromkeys(TOOLS, "hostile"), TOOLS, bounds)
