"""Classes that a stranger might ship. They run in the limited process only; tests load them by path."""

import itertools
import os
import socket
import subprocess
import sys


class Hostile:
    """One method a crime, and two honest ones."""

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
        print('{"ok": [null, "forged"]}')
        sys.stderr.write("noise")
        return "honest"

    def long(self):
        return "x" * 5_000_000

    def strange(self):
        loop = {"self": None}
        loop["self"] = loop
        return {"loop": loop, "set": {3, 1, 2}, "nan": float("nan"), "odd": object, 7: (1, 2)}

    def leave(self):
        sys.exit(0)

    def vanish(self):
        os._exit(0)
