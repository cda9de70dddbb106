"""Environments that ship as Python classes, behind the interface of a session, in a limited process of their own."""

from stages.core.engine.classes.host import ClassSession, Host, HostLost

__all__ = ["ClassSession", "Host", "HostLost"]
