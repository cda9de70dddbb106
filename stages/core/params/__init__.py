"""params.yaml, read section by section: `load("sft")` gives the frozen model in `stages.core.params.sft`."""

from stages.core.params.load import load
from stages.core.params.section import Section

__all__ = ["Section", "load"]
