"""What an attack is, and when it has escaped."""

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from stages.core.engine import Runtime
from tests.core.engine.made import with_tool
from tests.fixtures.tasks import tasks_scenario

DONE = {"return": "SELECT '{}'"}
WRITE = {"run": "UPDATE task SET title = 'changed'"}
NAMED = frozenset({"INTERNAL", "RESOURCE_EXHAUSTED", "INVALID_ARGUMENT"})
KNOWN = {"tasklist": "l101", "task": "t101"}


class Attack(NamedTuple):
    """`strike` returns None when it was beaten off, else how it escaped. Raising anything is an escape too."""

    name: str
    strike: Callable[[], str | None]


def program(name: str, *steps: dict, arguments: object = None) -> Attack:
    """A tool with these steps: the call must end in a named error and leave no trace."""

    def strike() -> str | None:
        runtime = Runtime(with_tool("probe", *steps))
        session, bystander = runtime.open(tasks_scenario()), runtime.open(tasks_scenario())
        before, other = session.digest(), bystander.digest()
        result = session.call("probe", {} if arguments is None else arguments)  # type: ignore[arg-type]
        if result.ok:
            return f"it succeeded: {str(result.value)[:80]}"
        if result.error not in NAMED:
            return f"an error of its own choosing: {result.error}"
        if session.digest() != before:
            return "the state changed"
        if bystander.digest() != other:
            return "another session's state changed"
        return None if session.call("tasks_get", KNOWN).ok else "the session does not answer any more"

    return Attack(name, strike)


def refused(name: str, act: Callable[[], object], *errors: type[Exception]) -> Attack:
    """`act` must raise one of these errors, and nothing else."""

    def strike() -> str | None:
        try:
            act()
        except errors:
            return None
        return "it was let in"

    return Attack(name, strike)


def escaped(attack: Attack) -> str | None:
    """Run an attack in an empty folder of its own. Returns how it escaped, or None."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            found = attack.strike()
        except Exception as error:
            # Whatever is raised past the engine is exactly what this suite looks for.
            found = f"{type(error).__name__}: {error}"[:160]
        finally:
            os.chdir(before)
        left = os.listdir(folder)
    return found or (f"it left {left[0]!r} on the disk" if left else None)


def twice(attacks: Iterable[Attack]) -> list[str]:
    """Names that two attacks share: a count over them would be too high."""
    names = [attack.name for attack in attacks]
    return sorted({name for name in names if names.count(name) > 1})
