"""Arguments of a call to honest tools: injected SQL, wrong types, depths, sizes, odd texts, odd keys."""

from collections.abc import Mapping

from tests.attacks.kinds import DONE, Attack, program
from tests.core.engine.made import session_with

INJECTED = (
    "'); DELETE FROM task; --",
    '" OR 1=1 --',
    "' UNION SELECT sql FROM sqlite_master --",
    "l101' OR 'a'='a",
    "{x.__class__.__mro__}",
    "{0}{tasklist}",
    "%s%n%x",
    "$.title",
    ":id",
    "?1",
    "../../../../etc/passwd",
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    "é" * 60,
    "\U0001f4a3" * 100,
    "\ufeff",
    "a\r\nb\tc",
)


def _deep(kind: type, levels: int) -> object:
    value: object = kind()
    for _ in range(levels):
        value = {"x": value} if kind is dict else [value]
    return value


def _loop() -> dict:
    value: dict = {}
    value["self"] = value
    return value


NO_ARGUMENTS: dict[str, object] = {
    "nothing at all": None,
    "a list": [],
    "a text": "x",
    "a number": 3,
    "bytes": {"x": b"bytes"},
    "half a surrogate pair": {"x": "\ud800"},
    "a surrogate as key": {"\udfff": 1},
    "a NUL character": {"x": "nul\0nul"},
    "a NUL in a key": {"a\0b": 1},
    "a key that is a number": {1: 2},
    "an object of Python": {"x": object()},
    "a function": {"x": print},
    "a set": {"x": {1, 2}},
    "an infinite number": {"x": float("inf")},
    "no number": {"x": float("nan")},
    "deep objects": {"x": _deep(dict, 3_000)},
    "deep lists": {"x": _deep(list, 3_000)},
    "an object that holds itself": _loop(),
    "a very long text": {"x": "y" * 300_000},
    "a very long key": {"y" * 300_000: 1},
    "very many keys": {f"k{number}": number for number in range(60_000)},
}
"""Not JSON, or more of it than a call may hold."""

WRONG: dict[str, Mapping[str, object]] = {
    "a list where a key is wanted": {"tasklist": ["l101"], "task": "t101"},
    "a truth value where a key is wanted": {"tasklist": True, "task": "t101"},
    "an object where a key is wanted": {"tasklist": {"$ne": None}, "task": "t101"},
    "a number of 400 digits where a key is wanted": {"tasklist": 10**400, "task": "t101"},
    "null where a key is wanted": {"tasklist": None, "task": "t101"},
    "an argument nobody knows": {"tasklist": "l101", "task": "t101", "__class__": "x"},
    "a prototype": {"tasklist": "l101", "task": "t101", "__proto__": {"ok": True}},
    "a key twice in other letters": {"tasklist": "l101", "Task": "t101"},
    "a required argument missing": {"task": "t101"},
}


def attacks() -> list[Attack]:
    """Every argument of this module."""
    return [
        *(Attack(f"inject {text[:40]!r}", lambda text=text: _only_text(text)) for text in INJECTED),
        *(_handed(f"hand {name}", given) for name, given in NO_ARGUMENTS.items()),
        *(Attack(f"give {name}", lambda given=given: _refused(dict(given))) for name, given in WRONG.items()),
    ]


def _handed(name: str, given: object) -> Attack:
    # `program` takes None for "no arguments", so None itself goes as the thing it is.
    if given is None:
        return Attack(name, lambda: _none())
    return program(name, {"return": "SELECT json(:args)"}, arguments=given)


def _none() -> str | None:
    result = session_with(DONE).call("probe", None)  # type: ignore[arg-type]
    return None if result.error == "INVALID_ARGUMENT" else f"{result}"


def _only_text(text: str) -> str | None:
    """Stored as it is, shown as it is, found as nothing, and no other row touched."""
    session = session_with(DONE)
    rows = len(session.state()["task"])
    made = session.call("tasks_insert", {"tasklist": "l101", "title": text})
    if not made.ok or made.value["title"] != text:
        return f"it came back otherwise: {str(made)[:80]}"
    if len(session.state()["task"]) != rows + 1:
        return "other rows changed"
    missing = session.call("tasks_get", {"tasklist": text, "task": text})
    if missing.error != "NOT_FOUND":
        return f"it was found: {str(missing)[:80]}"
    return None if missing.message == f"Task list {text} not found." else f"the message was made: {missing.message}"


def _refused(arguments: dict) -> str | None:
    session = session_with(DONE)
    before = session.digest()
    result = session.call("tasks_get", arguments)
    if result.error != "INVALID_ARGUMENT":
        return f"it was taken: {str(result)[:80]}"
    return None if session.digest() == before else "the state changed"
