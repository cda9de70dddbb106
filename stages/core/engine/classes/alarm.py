"""The time that one request has. Loaded by `worker.py`, standard library only.

What it needs is in closures: the names of a module could be changed by a class that wants more time.
"""

import signal


class Slow(BaseException):
    """A request that took too long. No class catches it as an Exception."""


def alarm(seconds):
    """(start, stop) of the time that one request has. `stop` says whether it was over, even if a class caught it."""
    armed = rang = False
    slow, timer, real, used = Slow, signal.setitimer, signal.ITIMER_REAL, signal.ITIMER_PROF

    def late(number, frame):
        nonlocal rang
        if armed:
            rang = True
            # Who goes on regardless is ended by the system: SIGPROF has no handler.
            timer(used, seconds)
            raise slow

    def start():
        nonlocal armed, rang
        armed, rang = True, False
        timer(real, seconds)

    def stop():
        nonlocal armed
        armed = False
        timer(real, 0)
        if rang:
            timer(used, 0)
        return rang

    signal.signal(signal.SIGALRM, late)
    return start, stop
