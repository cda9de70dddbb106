"""Environments at run time: tools as SQL programs on an embedded database, guarded, exact and quick."""

from stages.core.engine.ddl import SchemaRefused
from stages.core.engine.faults import StateLost
from stages.core.engine.guard import LIMITS, Limits
from stages.core.engine.scenario import ScenarioRefused
from stages.core.engine.session import Entry, Result, Runtime, Session

__all__ = ["LIMITS", "Entry", "Limits", "Result", "Runtime", "ScenarioRefused", "SchemaRefused", "Session", "StateLost"]
