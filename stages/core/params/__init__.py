"""params.yaml, read section by section: `load("sft")` gives the frozen model in `stages.core.params.sft`."""

from stages.core.params.base import Section
from stages.core.params.load import load

__all__ = ["Section", "load"]
