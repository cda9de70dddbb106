"""The limited process in which classes live. It runs as `python -I worker.py`; nothing imports it.

The first line on stdin says what to load: `{"path": [folders], "classes": {name: module}, "tools": {name: [methods]},
"megabytes": n, "seconds": n}`. Then one JSON request a line, one JSON answer a line. After the imports nothing may be
written, no socket opened, no process started: limits of the operating system, and an audit hook for what they leave.

The clock stands still for the classes, so that the same calls give the same state; their random numbers are seeded by
their start states already. What a method does to its object before it fails stays done: that is how these classes are.
"""

import copy
import datetime
import hashlib
import importlib
import inspect
import json
import os
import random
import resource
import signal
import sys

NOW = (2024, 9, 1, 10, 30)
LONGEST = 4_000_000
"""Characters of one answer."""
DEEPEST = 60
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
FORBIDDEN = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "ctypes.", "os.remove",
    "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.kill",
    "os.putenv", "shutil.", "sys.remote_exec", "signal.pthread_kill", "pty.", "mmap.",
)  # fmt: skip


class Slow(BaseException):
    """A call that took too long. No class catches it as an Exception."""


class StillClock(datetime.datetime):
    """A clock that always shows the same time."""

    @classmethod
    def now(cls, tz=None):
        return cls(*NOW, tzinfo=tz)

    @classmethod
    def today(cls):
        return cls(*NOW)

    @classmethod
    def utcnow(cls):
        return cls(*NOW)


class StillDay(datetime.date):
    """The day of that clock."""

    @classmethod
    def today(cls):
        return cls(*NOW[:3])


def late(number, frame):
    raise Slow


def watch(event, arguments):
    """The audit hook: refuses what the classes have no business with."""
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & WRITING):
            raise PermissionError("no file may be written here")
    elif event.startswith(FORBIDDEN):
        raise PermissionError(f"{event} is not allowed here")


def limit(megabytes):
    for kind, value in (
        (resource.RLIMIT_AS, megabytes * 1024 * 1024),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(kind, (value, value))


def plain(value, above=(), depth=0):
    """Any value as JSON. Objects become their attributes; the clock's times and references upwards are left out."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else repr(value)
    if depth > DEEPEST:
        return "<too deep>"
    if isinstance(value, random.Random):
        return "random " + hashlib.sha256(repr(value.getstate()).encode()).hexdigest()[:16]
    if isinstance(value, datetime.datetime) and tuple(value.timetuple()[:5]) == NOW:
        return "<now>"
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return str(value)
    if id(value) in above:
        return "<above>"
    above = (*above, id(value))
    if isinstance(value, dict):
        return {str(key): plain(inner, above, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, above, depth + 1) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(inner, above, depth + 1) for inner in value), key=repr)
    if hasattr(value, "__dict__"):
        return {key: plain(inner, above, depth + 1) for key, inner in sorted(vars(value).items())}
    return str(value)


class Desk:
    """The sessions of this process."""

    def __init__(self, given):
        self.classes = {
            name: getattr(importlib.import_module(module), name) for name, module in given["classes"].items()
        }
        self.tools = {name: frozenset(methods) for name, methods in given["tools"].items()}
        self.seconds = given["seconds"]
        self.sessions = {}
        self.last = 0

    def answer(self, request):
        return getattr(self, "do_" + request.pop("do"))(**request)

    def do_open(self, classes, config, long):
        return self._keep({name: self._made(name, config.get(name, {}), long) for name in classes})

    def _made(self, name, config, long):
        made = self.classes[name]()
        if hasattr(made, "_load_scenario"):
            made._load_scenario(copy.deepcopy(config), long_context=long)
        return made

    def _keep(self, objects):
        self.last += 1
        self.sessions[self.last] = objects
        return self.last

    def do_fork(self, session):
        # One deep copy of all of them: objects that share something go on sharing it.
        return self._keep(copy.deepcopy(self.sessions[session]))

    def do_close(self, session):
        self.sessions.pop(session, None)

    def do_state(self, session):
        return {name: plain(made) for name, made in sorted(self.sessions[session].items())}

    def do_call(self, session, tool, arguments):
        objects = self.sessions[session]
        owner = next((name for name in objects if tool in self.tools[name]), None)
        if owner is None:
            return ["UNKNOWN_TOOL", f"no tool {tool[:80]}"]
        method = getattr(objects[owner], tool)
        try:
            inspect.signature(method).bind(**arguments)
        except TypeError as error:
            return ["INVALID_ARGUMENT", str(error)[:200]]
        signal.setitimer(signal.ITIMER_REAL, self.seconds)
        try:
            value = method(**arguments)
        except Slow:
            # It stopped half-way through whatever it was doing: nobody can say in which state.
            del self.sessions[session]
            return ["RESOURCE_EXHAUSTED", f"longer than {self.seconds} seconds; the session is closed"]
        except (MemoryError, RecursionError) as error:
            del self.sessions[session]
            return ["RESOURCE_EXHAUSTED", f"{type(error).__name__}; the session is closed"]
        except Exception as error:
            return ["INTERNAL", f"{type(error).__name__}: {error}"[:200]]
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        value = plain(value)
        if isinstance(value, dict) and "error" in value:
            return ["FAILED", str(value["error"])[:500]]
        return [None, value]


def main():
    # The protocol has its own descriptors, so that a print of a class says nothing in its name.
    requests, answers = os.fdopen(os.dup(0), "r", encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(0, 1)
    given = json.loads(requests.readline())
    sys.path[:0] = given["path"]
    random.seed(0)
    datetime.datetime, datetime.date = StillClock, StillDay
    desk = Desk(given)
    signal.signal(signal.SIGALRM, late)
    limit(given["megabytes"])
    sys.addaudithook(watch)
    answers.write('{"ok": null}\n')
    answers.flush()
    for line in requests:
        try:
            text = json.dumps({"ok": desk.answer(json.loads(line))}, ensure_ascii=False)
            if len(text) > LONGEST:
                text = json.dumps({"ok": ["RESOURCE_EXHAUSTED", f"an answer of more than {LONGEST} characters"]})
        except (Exception, Slow) as error:
            text = json.dumps({"broken": f"{type(error).__name__}: {error}"[:300]})
        answers.write(text + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
