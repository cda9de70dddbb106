"""The fence around foreign classes, put up by `worker.py`. Standard library only: the worker runs with `python -I`.

Three layers, in two steps. `enclose` comes before the classes are imported, the function it returns after that:

- limits of the operating system: memory, no bytes into files, no core, no process, few descriptors;
- on x86-64 Linux the kernel's filter of system calls (seccomp-BPF, `man 2 seccomp`): a list of those that an interpreter
  needs which is already running, all others fail with EPERM, and another machine's calls (i386, x32) end the process.
  While modules are imported, files can be opened to be read, and libraries mapped to be run; afterwards nothing can be
  opened at all, so no path has to be judged. No process, thread, socket or signal to anybody in either step;
- an audit hook (PEP 578) with a list of events, all others being refused. It says in words what the kernel says by
  number, and while modules are imported it keeps `open` inside the folders given and the interpreter's own.

Elsewhere only limits and hook are left, and the second step says so. A hook lives in the interpreter that it watches: it
stops code that has no idea of it and most that has, but nobody who corrupts memory. What no layer stops: what a module
does to this process (and to the other classes in it) while it is imported, and whatever a class keeps in memory.
"""

import os
import platform
import resource
import struct
import sys
import sysconfig

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
"""O_TMPFILE is of no use without one of these."""
EXECUTABLE = 0x4
"""PROT_EXEC of mmap and mprotect."""
TCGETS = 0x5401
"""Is this a terminal? The one ioctl that opening a file needs."""

# x86-64's numbers. A rule is None, or (argument, operation, value): `without` these bits, or `only` this value.
RUNNING = {
    0: None,  # read
    1: None,  # write
    3: None,  # close
    5: None,  # fstat
    8: None,  # lseek
    9: (2, "without", EXECUTABLE),  # mmap
    10: (2, "without", EXECUTABLE),  # mprotect
    11: None,  # munmap
    12: None,  # brk
    14: None,  # rt_sigprocmask
    15: None,  # rt_sigreturn
    24: None,  # sched_yield
    25: None,  # mremap
    28: None,  # madvise
    35: None,  # nanosleep
    38: None,  # setitimer
    39: None,  # getpid
    60: None,  # exit
    96: None,  # gettimeofday
    186: None,  # gettid
    201: None,  # time
    202: None,  # futex
    219: None,  # restart_syscall
    228: None,  # clock_gettime
    229: None,  # clock_getres
    230: None,  # clock_nanosleep
    231: None,  # exit_group
    318: None,  # getrandom
}
LOADING = RUNNING | {
    2: (1, "without", WRITING),  # open, as musl does it
    4: None,  # stat
    6: None,  # lstat
    9: None,  # mmap: a shared library is mapped to be run
    10: None,  # mprotect
    13: None,  # rt_sigaction
    16: (1, "only", TCGETS),  # ioctl
    17: None,  # pread64
    21: None,  # access
    72: (1, "only", 1),  # fcntl, F_GETFD
    79: None,  # getcwd
    89: None,  # readlink
    157: (0, "only", 22),  # prctl, PR_SET_SECCOMP: the second step's filter
    217: None,  # getdents64
    257: (2, "without", WRITING),  # openat
    262: None,  # newfstatat
    332: None,  # statx
}

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000
"""SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with EPERM, SECCOMP_RET_KILL_PROCESS."""
X86_64, X32 = 0xC000003E, 0x40000000
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38

EVENTS = frozenset((
    "array.__new__", "builtins.id", "sys._getframemodulename", "sys.excepthook", "sys.unraisablehook", "time.sleep",
    "cpython._PySys_ClearAuditHooks", "cpython.PyInterpreterState_Clear",
))  # fmt: skip
"""What classes may do that raises an event at all. BFCL's eight raise `builtins.id`, by way of deepcopy, and no other."""
SIGNATURE = frozenset(("__code__", "__defaults__", "__kwdefaults__"))
"""What of a function a signature is read from. Every other attribute that raises an event leads to frames."""
IMPORT_EVENTS = frozenset((
    "import", "exec", "compile", "marshal.load", "marshal.loads", "sys._getframe", "code.__new__", "object.__getattr__",
    "object.__setattr__",
))  # fmt: skip


def program(rules):
    """The filter of a list of rules, as (code, jump if true, jump if false, value) a step."""
    steps = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, X86_64), (RETURN, 0, 0, KILL)]
    steps += [(LOAD, 0, 0, 0), (AT_LEAST, 0, 1, X32), (RETURN, 0, 0, KILL)]
    for number, rule in sorted(rules.items()):
        if rule is None:
            steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
            continue
        argument, operation, value = rule
        # The low half of a 64-bit argument: the kernel, too, reads these as 32 bits.
        test = (ANY_BIT, 0, 1, value) if operation == "without" else (EQUAL, 1, 0, value)
        steps += [(EQUAL, 0, 4, number), (LOAD, 0, 0, 16 + 8 * argument), test]
        steps += [(RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    return [*steps, (RETURN, 0, 0, REFUSE)]


def kernel(*lists):
    """(for each list of rules a function that lays it upon this process for good, "") or (None, why there are none)."""
    if sys.platform != "linux" or platform.machine() != "x86_64" or struct.calcsize("P") != 8:
        return None, f"no filter for {sys.platform} on {platform.machine()}"
    import ctypes

    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return None, f"no_new_privs: {os.strerror(ctypes.get_errno())}"

    def layer(rules):
        # All is ready before the hook is: what ctypes does raises events.
        steps = b"".join(struct.pack("=HBBI", *step) for step in program(rules))
        held = ctypes.create_string_buffer(steps, len(steps))
        head = ctypes.create_string_buffer(struct.pack("@HP", len(steps) // 8, ctypes.addressof(held)))
        place = ctypes.addressof(head)

        def lay():
            if prctl(PR_SET_SECCOMP, 2, place, 0, 0):
                raise OSError(f"the kernel refused the filter of {len(head)} and {len(held)} bytes")

        return lay

    return [layer(rules) for rules in lists], ""


def limit(megabytes):
    """Lower this process's limits for good. Returns the names of those that this system does not take."""
    wanted = {"AS": megabytes * 1024 * 1024, "FSIZE": 0, "CORE": 0, "NPROC": 0, "NOFILE": 16}
    missing = []
    for name, value in wanted.items():
        try:
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
        except (AttributeError, ValueError, OSError):
            missing.append(f"no limit {name}")
    return missing


def hook(folders):
    """(the audit hook, a function that ends its time of importing).

    All that it needs is in its closure: names of this module could be changed by whom it watches.
    """
    roots = {*folders, *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))}
    roots = tuple(os.path.realpath(root) + os.sep for root in roots)
    events, import_events, signature, writing = EVENTS, IMPORT_EVENTS, SIGNATURE, WRITING
    real, decode, separator, refused, number, text = os.path.realpath, os.fsdecode, os.sep, PermissionError, int, str
    kind = isinstance
    importing = True

    def watch(event, arguments):
        if event in events:
            return
        if event == "object.__getattr__" and arguments[1] in signature:
            return
        if event == "import" and not importing:
            raise refused(f"import of {arguments[0]} is not allowed here: what is needed is loaded before")
        if importing:
            if event in import_events:
                return
            if event == "open" or event == "os.listdir":
                flags = arguments[2] if event == "open" else 0
                if not kind(flags, number) or flags & writing:
                    raise refused("open for writing is not allowed here")
                path = arguments[0]
                if kind(path, number) or (real(decode(path)) + separator).startswith(roots):
                    return
                raise refused(f"{event} of {text(path)[:100]} is not allowed here")
        raise refused(f"{event} is not allowed here")

    def imported():
        nonlocal importing
        importing = False

    return watch, imported


def enclose(folders, megabytes):
    """First step. Returns the second, which returns what is missing here: no words where everything is in place."""
    missing = limit(megabytes)
    layers, why = kernel(LOADING, RUNNING)
    watch, imported = hook(folders)
    if layers is not None:
        try:
            layers[0]()
        except OSError as error:
            layers, why = None, str(error)
    sys.addaudithook(watch)
    # Whoever imports these anew meets the hook.
    for name in [name for name in sys.modules if name.partition(".")[0] in ("ctypes", "_ctypes")]:
        del sys.modules[name]

    def tighten():
        if layers is not None:
            layers[1]()
        imported()
        return "; ".join([*missing, why] if why else missing)

    return tighten
