"""The parent's side: one limited process with foreign classes, many sessions in it.

The errors have names: UserError, the classes cannot be loaded; ScenarioRefused, a class does not take a start state;
ClassFault, its objects cannot be copied or shown; StateLost, the process has died or was killed, with all its sessions.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from stages.core.engine.classes.protocol import asked, written
from stages.core.engine.classes.session import ClassSession
from stages.core.engine.classes.wire import Wire
from stages.core.engine.faults import StateLost
from stages.core.engine.scenario import ScenarioRefused
from stages.core.errors import UserError


class Bounds(NamedTuple):
    """Of one process: seconds of one request, seconds until it is killed, memory in MB."""

    seconds: float = 5.0
    patience: float = 15.0
    megabytes: int = 2_048


class Host:
    """A limited process with classes loaded. Use it as a context, or `close` it. Threads may share it.

    Its classes are kept from everything outside, not from each other: they share an interpreter. Strangers to each other
    belong in hosts of their own.

    Args:
        folders: where the classes' modules are found, beside the interpreter's own.
        classes: class -> module it lies in.
        tools: class -> its methods that may be called.
        bounds: time and memory.
        preload: modules that methods import when they run; afterwards nothing more can be imported.

    Raises UserError when the classes cannot be loaded.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        classes: Mapping[str, str],
        tools: Mapping[str, Sequence[str]],
        bounds: Bounds | None = None,
        preload: Sequence[str] = (),
    ) -> None:
        self.bounds = bounds or Bounds()
        self.tools = {name: tuple(tools[name]) for name in classes}
        given = {
            "path": [str(folder.resolve()) for folder in folders],
            "preload": list(preload),
            "classes": dict(classes),
            "tools": self.tools,
            "seconds": self.bounds.seconds,
            "megabytes": self.bounds.megabytes,
        }
        self._wire = Wire(self.bounds.patience)
        try:
            missing = asked(self._wire, written(given))
        except (StateLost, ScenarioRefused) as error:
            self.close()
            raise UserError("classes", f"could not be loaded: {getattr(error, 'problem', error)}") from None
        except BaseException:
            self.close()
            raise
        self.unfenced = str(missing)
        """What `jail.py` could not put up on this machine; no words where the kernel itself refuses system calls."""

    def __enter__(self) -> "Host":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process and all its sessions."""
        self._wire.close()

    @property
    def lost(self) -> str | None:
        """Why the process is gone; None while it serves."""
        return self._wire.lost

    def open(self, classes: Sequence[str], config: Mapping[str, Any], *, long_context: bool = False) -> ClassSession:
        """A session on fresh objects of these classes, loaded with their parts of `config`.

        Raises ScenarioRefused when a class does not take its part, StateLost when the process is gone.
        """
        unknown = [name for name in classes if name not in self.tools]
        if unknown:
            raise UserError(f"classes: {unknown[0]}", "not loaded in this process")
        where = f"classes: {', '.join(classes)}"
        try:
            start = written({"do": "open", "classes": list(classes), "config": dict(config), "long": long_context})
        except (TypeError, ValueError, RecursionError) as problem:
            raise ScenarioRefused(where, f"the start state is not JSON that can be sent: {problem}") from None
        tools = frozenset(tool for name in classes for tool in self.tools[name])
        return ClassSession(self._wire, start, tools)
