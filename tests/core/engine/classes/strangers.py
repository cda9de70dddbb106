"""A host of the hostile classes, with little time and memory."""

import os
import sys
from pathlib import Path

import pytest

from stages.core.engine.classes import Bounds, Host
from tests.core.engine.classes.hostile import Hostile, Picky

TOOLS = {kind.__name__: [name for name in vars(kind) if not name.startswith("_")] for kind in (Hostile, Picky)}
BOUNDS = Bounds(seconds=0.5, patience=6.0, megabytes=512)
kernel = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine != "x86_64", reason="the kernel's filter is for x86-64 Linux"
)


def strange(bounds: Bounds = BOUNDS) -> Host:
    """Hostile and Picky in a process of their own."""
    return Host([Path(__file__).parent], dict.fromkeys(TOOLS, "hostile"), TOOLS, bounds)
