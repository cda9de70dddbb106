"""The limited process in which classes live. It runs as `python -I worker.py`; nothing imports it.

The first line on stdin is a secret, the second the first request. A request is `number JSON`, its answer `secret number
JSON`, a line each. The first says what to load: `{"path": [folders], "preload": [modules], "classes": {name: module},
"tools": {name: [methods]}, "megabytes": n, "seconds": n}`. An answer is `{"ok": value}` or `{"fault": [kind, words]}`.

`jail.py` says what is refused here. The secret is in no place that a class's methods can read by ordinary means (no
frames, no collector, no memory): they may find the number of the descriptor, but what they write there is no answer.
Code that runs while a module is imported could find it.

The clock stands still for the classes, so that the same calls give the same state; their random numbers are seeded by
their start states already. What a method does to its object before it fails stays done: that is how these classes are.
"""

import copy
import datetime
import importlib
import importlib.util
import inspect
import json
import os
import random
import signal
import sys

LONGEST = 4_000_000
"""Bytes of one answer."""
LATE_IMPORTS = ("_strptime", "encodings.ascii", "encodings.latin_1")
"""What the interpreter itself would import when it is needed."""


def own(name):
    """A module that lies beside this one. It gets no name in sys.modules, which a class's module might need."""
    spec = importlib.util.spec_from_file_location(name, os.path.join(os.path.dirname(__file__), name + ".py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


alarm, jail, plain = own("alarm"), own("jail"), own("plain")
Slow = alarm.Slow


def told(error):
    """An error of a class in a few words. Its own words are its own code."""
    try:
        return f"{type(error).__name__}: {error}"[:200]
    except (Slow, MemoryError, RecursionError):
        raise
    except BaseException as other:
        return f"{type(error).__name__}, which cannot say what it is ({type(other).__name__})"


class Fault(Exception):
    """What a request that is not a call ends with: a kind and words."""


class Desk:
    """The sessions of this process."""

    def __init__(self, given):
        for name in given["preload"]:
            importlib.import_module(name)
        self.classes = {
            name: getattr(importlib.import_module(module), name) for name, module in given["classes"].items()
        }
        self.tools = {name: frozenset(methods) for name, methods in given["tools"].items()}
        self.seconds = given["seconds"]
        self.start, self.stop = alarm.alarm(self.seconds)
        self.sessions = {}
        self.last = 0

    def answer(self, line):
        """The answer to one request. Whatever a class does in Python ends here."""
        request = {}
        try:
            request = json.loads(line)
            self.start()
            try:
                found = plain.encoded({"ok": getattr(self, "do_" + request["do"])(request)})
            finally:
                late = self.stop()
            if late:
                raise Slow
            if len(found) > LONGEST:
                found = self.exhausted(request, f"an answer of more than {LONGEST} bytes")
            return found
        except Fault as fault:
            return plain.encoded({"fault": fault.args})
        except (Slow, MemoryError, RecursionError) as error:
            self.stop()
            words = f"longer than {self.seconds} seconds" if isinstance(error, Slow) else type(error).__name__
            if request.get("do") == "call":
                # It stopped half-way through whatever it was doing: nobody can say in which state.
                self.sessions.pop(request["session"], None)
                words += "; the session is closed"
            return self.exhausted(request, words)
        except BaseException as error:
            return plain.encoded({"fault": ["BROKEN", told(error)]})

    def exhausted(self, request, words):
        if request.get("do") == "call":
            return plain.encoded({"ok": ["RESOURCE_EXHAUSTED", words]})
        return plain.encoded({"fault": ["REFUSED" if request.get("do") == "open" else "BROKEN", words]})

    def do_open(self, request):
        config, long = request["config"], request["long"]
        return self._keep({name: self._made(name, config.get(name, {}), long) for name in request["classes"]})

    def _made(self, name, config, long):
        try:
            made = self.classes[name]()
            if hasattr(made, "_load_scenario"):
                made._load_scenario(copy.deepcopy(config), long_context=long)
            return made
        except (Slow, MemoryError, RecursionError):
            raise
        except BaseException as error:
            raise Fault("REFUSED", f"{name}: {told(error)}") from None

    def _keep(self, objects):
        self.last += 1
        self.sessions[self.last] = objects
        return self.last

    def _objects(self, request):
        objects = self.sessions.get(request["session"])
        if objects is None:
            raise Fault("CLOSED", f"session {request['session']} is closed")
        return objects

    def do_fork(self, request):
        objects = self._objects(request)
        try:
            # One deep copy of all of them: objects that share something go on sharing it.
            return self._keep(copy.deepcopy(objects))
        except (Slow, MemoryError, RecursionError):
            raise
        except BaseException as error:
            raise Fault("BROKEN", told(error)) from None

    def do_close(self, request):
        self.sessions.pop(request["session"], None)

    def do_state(self, request):
        objects = self._objects(request)
        try:
            return {name: plain.plain(made) for name, made in sorted(objects.items())}
        except (Slow, MemoryError, RecursionError):
            raise
        except BaseException as error:
            raise Fault("BROKEN", told(error)) from None

    def do_call(self, request):
        objects, tool, arguments = self._objects(request), request["tool"], request["arguments"]
        owner = next((name for name in objects if tool in self.tools[name]), None)
        if owner is None:
            return ["UNKNOWN_TOOL", f"no tool {tool[:80]}"]
        method = getattr(objects[owner], tool)
        try:
            inspect.signature(method).bind(**arguments)
        except TypeError as error:
            return ["INVALID_ARGUMENT", str(error)[:200]]
        try:
            value = plain.plain(method(**arguments))
        except (Slow, MemoryError, RecursionError):
            raise
        except BaseException as error:
            return ["INTERNAL", told(error)]
        if isinstance(value, dict) and "error" in value:
            return ["FAILED", str(value["error"])[:500]]
        return [None, value]


def load(line):
    """(the desk, its first answer); no desk where a class cannot be loaded."""
    given = json.loads(line)
    for name in LATE_IMPORTS:
        importlib.import_module(name)
    random.seed(0)
    datetime.datetime, datetime.date = plain.StillClock, plain.StillDay
    try:
        tighten = jail.enclose(given["path"], given["megabytes"])
        sys.path[:0] = given["path"]
        desk = Desk(given)
        missing = tighten()
    except BaseException as error:
        return None, plain.encoded({"fault": ["REFUSED", told(error)]})
    return desk, plain.encoded({"ok": missing})


def main():
    # The protocol has its own descriptors, so that a print of a class says nothing in its name.
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(0, 1)
    # A key pressed in the terminal reaches the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What nobody reads until the end must not make anybody wait.
    os.set_blocking(2, False)
    sys.stderr = sys.stdout
    secret, desk = requests.readline().strip(), None
    for line in requests:
        number, _, text = line.partition(b" ")
        if desk is None:
            desk, answer = load(text)
        else:
            answer = desk.answer(text)
        answers.write(b"%s %s %s\n" % (secret, number, answer))
        answers.flush()
        if desk is None:
            break


if __name__ == "__main__":
    try:
        main()
    except BaseException as error:
        # Not even room to read a request, say. The parent reads this when the line is dead.
        os.write(2, type(error).__name__.encode())
        os._exit(1)
