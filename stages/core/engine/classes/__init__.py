"""Environments that ship as Python classes, behind the interface of a session, in a limited process of their own."""

from stages.core.engine.classes.host import Bounds, Host
from stages.core.engine.classes.protocol import ClassFault
from stages.core.engine.classes.session import ClassSession
from stages.core.engine.faults import StateLost
from stages.core.engine.scenario import ScenarioRefused

__all__ = ["Bounds", "ClassFault", "ClassSession", "Host", "ScenarioRefused", "StateLost"]
