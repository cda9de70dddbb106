"""The fence's layers one by one: the kernel's filter without the hook, the hook without the filter."""

import json
import os
import subprocess
import sys

import pytest

from stages.core.engine.classes.wire import WORKER
from tests.core.engine.classes.strangers import kernel

CRIMES = {
    "write": "os.open('stolen', os.O_WRONLY | os.O_CREAT)",
    "append": "open('stolen', 'a')",
    "update": "open(__file__, 'r+')",
    "truncate": "os.open(__file__, os.O_RDONLY | os.O_TRUNC)",
    "remove": "os.remove('there')",
    "rename": "os.rename('there', 'elsewhere')",
    "folder": "os.mkdir('stolen')",
    "link": "os.symlink('there', 'stolen')",
    "mode": "os.chmod('there', 0)",
    "fork": "os.fork() or os._exit(0)",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "execute": "os.execv('/bin/true', ['true'])",
    "shell": "int(os.system('true') != 0) / 0",
    "thread": "threading.Thread(target=print).start()",
    "socket": "socket.socket()",
    "pair": "socket.socketpair()",
    "unix": "socket.socket(socket.AF_UNIX)",
    "kill": "os.kill(os.getpid(), 0)",
    "parent": "os.kill(parent, 0)",
    "group": "os.killpg(0, 0)",
    "pipe": "os.pipe()",
    "memory file": "os.memfd_create('x')",
    "priority": "os.nice(1)",
    "limits": "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))",
    "executable": "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)",
    "root": "os.chroot('.')",
    "user": "os.setuid(65534)",
    "terminal": "fcntl.ioctl(0, 0x5412, b'x')",
    "owner": "fcntl.fcntl(0, fcntl.F_SETOWN, parent)",
}
LATER = {
    "read": "open('there')",
    "look": "os.stat('there')",
    "list": "os.listdir('.')",
    "handler": "signal.signal(signal.SIGALRM, signal.SIG_IGN)",
    "duplicate": "os.dup(0)",
    "where": "os.getcwd()",
}
QUIET = {"thread", "group", "pipe", "memory file", "priority", "limits", "executable", "root", "user", "look", "handler",
         "duplicate", "where"}  # fmt: skip
"""What raises no audit event in Python 3.11, so that without the kernel nobody refuses it."""
START = f"""
import fcntl, importlib.util, json, mmap, os, resource, signal, socket, sys, threading
parent = os.getppid()
spec = importlib.util.spec_from_file_location("jail", {str(WORKER.with_name("jail.py"))!r})
jail = importlib.util.module_from_spec(spec)
spec.loader.exec_module(jail)
def done(crimes):
    found = {{}}
    for name, crime in crimes.items():
        try:
            crime() if callable(crime) else exec(crime, globals())
            found[name] = "done"
        except BaseException as error:
            found[name] = type(error).__name__
    return found
"""


def run(text: str, folder) -> subprocess.CompletedProcess:
    (folder / "there").write_text("mine")
    script = folder / "script.py"
    script.write_text(START + text)
    found = subprocess.run([sys.executable, "-I", "script.py"], capture_output=True, text=True, cwd=folder, timeout=60)
    assert sorted(os.listdir(folder)) == ["script.py", "there"] and (folder / "there").read_text() == "mine"
    return found


@kernel
def test_the_kernel_alone_refuses_every_crime_in_both_steps(tmp_path):
    found = run(
        f"(first, second), why = jail.kernel(jail.LOADING, jail.RUNNING)\n"
        f"first()\nbefore = done({CRIMES!r})\nreading = done({LATER!r})\n"
        f"second()\nafter = done({CRIMES | LATER!r})\n"
        f"print(json.dumps([before, reading, after]))",
        tmp_path,
    )
    before, reading, after = json.loads(found.stdout)
    # A shared library is mapped to be run.
    assert [name for name, error in before.items() if error == "done"] == ["executable"]
    assert [name for name, error in reading.items() if error == "done"] == ["read", "look", "list", "handler", "where"]
    assert [name for name, error in after.items() if error == "done"] == []


@kernel
@pytest.mark.parametrize("number", ["0x40000000 | 39", "0x40000000 | 520"])
def test_calls_of_the_other_abi_end_the_process(tmp_path, number):
    found = run(
        f"import ctypes\nlibc = ctypes.CDLL(None)\n(first, second), why = jail.kernel(jail.LOADING, jail.RUNNING)\n"
        f"first()\nlibc.syscall({number})\nprint('lived')",
        tmp_path,
    )
    assert (found.returncode, found.stdout) == (-31, "")


@kernel
def test_a_filter_once_laid_cannot_be_widened(tmp_path):
    found = run(
        "(first, second), why = jail.kernel(jail.LOADING, jail.RUNNING)\nsecond()\n"
        "try:\n    first()\nexcept OSError as error:\n    print(error)",
        tmp_path,
    )
    assert "refused" in found.stdout


def test_without_the_kernel_the_hook_refuses_what_raises_an_event(tmp_path):
    # Made before: to compile is an event too.
    crimes = ", ".join(f"{name!r}: lambda: {crime}" for name, crime in (CRIMES | LATER).items() if name not in QUIET)
    found = run(
        f"crimes = {{{crimes}}}\nwatch, imported = jail.hook(['.'])\nsys.addaudithook(watch)\nimported()\n"
        f"print(json.dumps(done(crimes)))",
        tmp_path,
    )
    assert set(json.loads(found.stdout).values()) == {"PermissionError"}


def test_a_missing_layer_is_said_in_words(tmp_path):
    found = run(
        "import platform\nplatform.machine = lambda: 'riscv64'\n"
        "tighten = jail.enclose(['.'], 512)\nos.write(1, tighten().encode())",
        tmp_path,
    )
    assert "on riscv64" in found.stdout
