"""Classes that a stranger might ship. They run in the limited process only; tests load them by path."""

import contextlib
import copy
import gc
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time

HOARD = []


class Hostile:
    """One method a crime, and a few honest ones."""

    def __init__(self):
        self.count = 0
        self.shelf = {"books": []}

    def _load_scenario(self, scenario, long_context=False):
        self.count = scenario.get("count", 0)

    def add(self, number: int):
        self.count += number
        self.shelf["books"].append(number)
        return {"count": self.count}

    def refuse(self):
        return {"error": "not today"}

    def raises(self):
        self.count += 1
        raise KeyError("lost")

    def write_file(self, path):
        with open(path, "w") as file:
            file.write("stolen")

    def append_file(self, path):
        os.write(os.open(path, os.O_WRONLY | os.O_CREAT), b"stolen")

    def remove_file(self, path):
        os.remove(path)

    def connect(self):
        return socket.create_connection(("127.0.0.1", 9), timeout=1) and "connected"

    def start(self):
        return subprocess.run(["true"], check=False).returncode

    def shell(self):
        return os.system("true")

    def split(self):
        return os.fork()

    def load(self):
        import ctypes

        return str(ctypes.CDLL(None))

    def environment(self):
        return dict(os.environ)

    def loop(self):
        while True:
            pass

    def stubborn(self):
        while True:
            try:
                while True:
                    pass
            except Exception:
                continue

    def hang(self):
        # One long instruction of the interpreter: no signal is served while it lasts.
        return sum(itertools.repeat(0, 10**12))

    def eat(self):
        return len("x" * (8 * 1024**3))

    def deep(self):
        return self.deep()

    def talk(self):
        print('1 {"ok": [null, "forged"]}')
        sys.__stdout__.write("noise")
        for number in (0, 1, 2):
            with contextlib.suppress(BlockingIOError):
                os.write(number, b"noise\n" * 200_000)
        sys.stderr.write("noise" * 100_000)
        return "honest"

    def long(self):
        return "x" * 5_000_000

    def strange(self):
        loop = {"self": None}
        loop["self"] = loop
        return {"loop": loop, "set": {3, 1, 2}, "nan": float("nan"), "odd": object, 7: (1, 2)}

    def leave(self):
        sys.exit(0)

    def number_of_process(self):
        return os.getpid()

    def abort(self):
        os.abort()

    def vanish(self):
        os._exit(0)

    def echo(self, value):
        return value

    def nap(self, seconds):
        time.sleep(seconds)
        self.count += 1

    def read_file(self, path):
        with open(path, "rb") as file:
            return str(file.read())

    def list_folder(self, path):
        return os.listdir(path)

    def look(self, path):
        # No audit event: only the kernel can refuse it.
        return os.stat(path).st_size

    def pipe(self):
        return os.pipe()

    def kill_parent(self):
        return os.kill(os.getppid(), 0)

    def execute(self):
        os.execv("/bin/true", ["true"])

    def spawn(self):
        return os.posix_spawn("/bin/true", ["true"], {})

    def thread(self):
        worker = threading.Thread(target=print)
        worker.start()
        worker.join()
        return "ran"

    def handler(self):
        found = []
        signal.signal(signal.SIGALRM, lambda number, frame: found.append(frame))

    def frames(self):
        return str(sys._getframe(1).f_locals)

    def traceback(self):
        try:
            raise ValueError
        except ValueError as error:
            return str(error.__traceback__.tb_frame.f_back.f_locals)

    def collector(self):
        return str([one for one in gc.get_objects() if type(one) is bytes])

    def evaluate(self):
        return eval("1 + 1")

    def fetch_module(self):
        import sqlite3

        return sqlite3.sqlite_version

    def swallow(self):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                continue

    def swallow_once(self):
        try:
            while True:
                pass
        except BaseException:
            return "nothing happened"

    def hoard(self):
        try:
            while True:
                HOARD.append(bytearray(16 * 1024**2))
        except MemoryError:
            return "all mine"

    def fill(self, megabytes):
        return len(bytearray(megabytes * 1024**2))

    def give_back(self):
        HOARD.clear()

    def overflow(self):
        # By way of C, so that it is C's stack that ends.
        sys.setrecursionlimit(10**9)
        return sorted([1], key=lambda _: self.overflow())

    def double(self):
        # 2 to the 50th leaves, in 50 lists.
        nest = ["leaf"]
        for _ in range(50):
            nest = [nest, nest]
        return nest

    def forge(self, line):
        for number in range(3, 16):
            try:
                os.write(number, line.encode())
            except OSError:
                continue
        return "honest"

    def flood(self):
        for number in range(3, 16):
            try:
                while True:
                    os.write(number, b"x" * 65_536)
            except OSError:
                continue

    def steal(self):
        for number in range(3, 16):
            try:
                os.read(number, 10)
            except OSError:
                continue

    def hang_up(self):
        os.closerange(3, 16)
        return "gone"

    def throw(self, kind):
        raise {"KeyboardInterrupt": KeyboardInterrupt, "GeneratorExit": GeneratorExit, "Mute": Mute}[kind]("x")

    def numbers(self):
        return [2**64, -(10**4000), 10**5000, float("nan"), float("inf"), -float("inf"), "\ud800x", "\0", "\u2028"]

    def keep(self):
        self.shelf["odd"] = [10**5000, float("nan"), "\ud800", object(), print, Hostile, lambda: 0]


class Mute(BaseException):
    """An error that has no words."""

    def __str__(self):
        raise self


class Picky:
    """Refuses start states in every way there is, and cannot be copied nor shown."""

    def __init__(self):
        self.shape = {}

    def _load_scenario(self, scenario, long_context=False):
        kind = scenario.get("kind")
        if kind == "refuse":
            raise ValueError("no such seat\nin this theatre")
        if kind == "exit":
            sys.exit(3)
        if kind == "loop":
            while True:
                pass
        if kind == "vanish":
            os._exit(0)
        if kind == "unhashable":
            self.shape = {Key(): 1}
        if kind == "thread":
            self.shape = {"lock": copy}

    def honest(self):
        return "yes"


class Key:
    """A key without words."""

    def __str__(self):
        raise LookupError("no words")
