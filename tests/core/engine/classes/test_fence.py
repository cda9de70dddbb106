"""Hostile classes: each crime ends in a named error, and host and neighbours live on."""

import os
import re
import signal
from pathlib import Path

import pytest

from stages.core.engine.classes import Bounds, Host, StateLost
from stages.core.errors import UserError
from tests.core.engine.classes.strangers import BOUNDS, kernel, strange

HURRIED = Bounds(seconds=0.5, patience=3.0, megabytes=512)


@pytest.fixture(scope="module")
def host():
    with strange() as found:
        yield found


@pytest.fixture
def session(host):
    return host.open(["Hostile"], {"Hostile": {"count": 3}})


@pytest.fixture(params=[BOUNDS])
def doomed(request):
    """A session in a process that will not live through the test."""
    with strange(request.param) as host:
        yield host.open(["Hostile"], {})


def lives(session) -> bool:
    return session.call("echo", {"value": "still here"}).value == "still here"


@kernel
def test_on_linux_the_kernel_itself_refuses(host):
    assert host.unfenced == ""


@pytest.mark.parametrize("tool", ["write_file", "append_file", "remove_file"])
def test_no_file_is_written_or_removed(session, tool, tmp_path):
    there = tmp_path / "there"
    there.write_text("mine")
    for path in (there, tmp_path / "new"):
        found = session.call(tool, {"path": str(path)})
        assert found.error == "INTERNAL" and "not allowed" in (found.message or "")
    assert there.read_text() == "mine" and not (tmp_path / "new").exists() and lives(session)


@pytest.mark.parametrize("tool", ["read_file", "list_folder", pytest.param("look", marks=kernel)])
@pytest.mark.parametrize(
    "path", ["/proc/self/environ", "/proc/self/mem", "/etc/passwd", "~/.ssh/id_rsa", "~", ".", __file__, os.__file__]
)
def test_no_file_is_read_or_even_looked_at(session, tool, path):
    found = session.call(tool, {"path": str(Path(path).expanduser())})
    assert (found.error, "PermissionError" in (found.message or "")) == ("INTERNAL", True), found
    assert lives(session)


@pytest.mark.parametrize(
    "tool",
    ["connect", "start", "shell", "split", "execute", "spawn", "load", "kill_parent", "frames", "traceback", "collector",
     "evaluate", "fetch_module"],
)  # fmt: skip
def test_what_raises_an_event_is_refused_in_words(session, tool):
    found = session.call(tool, {})
    assert found.error == "INTERNAL" and "not allowed here" in (found.message or ""), found
    assert lives(session)


@kernel
@pytest.mark.parametrize(
    ("tool", "words"), [("pipe", "Errno 1"), ("handler", "Errno 1"), ("thread", "new thread|not allowed")]
)
def test_what_raises_no_event_is_refused_by_the_kernel(session, tool, words):
    found = session.call(tool, {})
    assert found.error == "INTERNAL" and re.search(words, found.message or ""), found
    assert lives(session)


def test_nothing_of_our_environment_is_seen(session):
    assert set(session.call("environment", {}).value) <= {"LC_ALL", "LC_CTYPE"}


@pytest.mark.parametrize("tool", ["loop", "stubborn", "swallow_once", "steal", "double", "eat", "deep"])
def test_a_call_without_end_closes_its_session_and_no_other(session, tool):
    other = session.fork()
    found = session.call(tool, {})
    assert found.error in ("RESOURCE_EXHAUSTED", "INTERNAL"), found
    assert other.call("add", {"number": 1}).value == {"count": 4}
    if found.error == "RESOURCE_EXHAUSTED":
        with pytest.raises(StateLost, match="closed"):
            session.call("add", {"number": 1})
        with pytest.raises(StateLost, match="closed"):
            session.digest()
        session.reset()
    assert lives(session)


def test_a_time_out_that_is_caught_is_still_one(session):
    assert session.call("swallow_once", {}).error == "RESOURCE_EXHAUSTED"


@pytest.mark.parametrize("doomed", [Bounds(seconds=60, patience=90, megabytes=512)], indirect=True)
def test_memory_that_a_class_hoards_is_an_error_of_the_calls_that_miss_it(doomed):
    other, third = doomed.fork(), doomed.fork()
    assert other.call("fill", {"megabytes": 64}).ok and doomed.call("hoard", {}).ok
    assert other.call("fill", {"megabytes": 64}).error == "RESOURCE_EXHAUSTED"
    assert doomed.call("give_back", {}).ok
    assert third.call("fill", {"megabytes": 64}).ok


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("hang", {}, "silent for too long"),
        ("swallow", {}, "ended with -27|silent for too long"),
        ("flood", {}, "too long an answer|said what nobody asked"),
        ("hang_up", {}, "process ended|closed its side"),
        ("vanish", {}, "process ended with 0"),
        ("abort", {}, "process ended with -"),
        ("forge", {"line": '1 {"ok": [null, "forged"]}\n'}, "said what nobody asked"),
        ("forge", {"line": "0" * 32 + ' 2 {"ok": [null, "forged"]}\n'}, "said what nobody asked"),
        ("forge", {"line": "\n"}, "said what nobody asked"),
        ("forge", {"line": "half a line"}, "said what nobody asked"),
    ],
)
@pytest.mark.parametrize("doomed", [HURRIED], indirect=True)
def test_a_process_that_cannot_be_believed_is_ended_and_every_call_from_then_on_says_so(doomed, tool, arguments, words):
    other = doomed.fork()
    with pytest.raises(StateLost, match=words):
        doomed.call(tool, arguments)
    for again in (
        lambda: doomed.call("add", {"number": 1}),
        lambda: other.call("add", {"number": 1}),
        other.state,
        other.fork,
        other.reset,
        doomed.reset,
    ):
        with pytest.raises(StateLost, match=words):
            again()
    doomed.close()
    assert doomed.log == other.log == []


def test_a_stack_that_overflows_has_a_name(doomed):
    """Python 3.11 crashes; from 3.12 on it counts C's frames too."""
    try:
        assert doomed.call("overflow", {}).error == "RESOURCE_EXHAUSTED"
    except StateLost as error:
        assert "process ended with -11" in str(error)


def test_a_key_that_interrupts_us_does_not_end_the_process_of_the_classes(doomed):
    os.kill(doomed.call("number_of_process", {}).value, signal.SIGINT)
    assert lives(doomed)


def test_what_a_class_prints_is_no_answer_and_makes_nobody_wait(session):
    assert session.call("talk", {}).value == "honest"
    assert lives(session)


@pytest.mark.parametrize("kind", ["KeyboardInterrupt", "GeneratorExit", "Mute"])
def test_an_error_that_is_no_exception_is_an_error_of_the_call(session, kind):
    found = session.call("throw", {"kind": kind})
    assert found.error == "INTERNAL" and kind in (found.message or "")
    assert session.call("leave", {}).message == "SystemExit: 0"
    assert lives(session)


@kernel
def test_a_module_may_not_write_or_start_anything_while_it_is_imported_either(tmp_path):
    for number, crime in enumerate(
        [
            f"open({str(tmp_path / 'new')!r}, 'w')",
            "open('/etc/passwd')",
            "os.listdir('/')",
            "os.fork()",
            "os.system('true')",
            "__import__('socket').socket()",
            "__import__('ctypes')",
            "os.kill(os.getppid(), 0)",
            "__import__('threading').Thread(target=print).start()",
            "os.pipe()",
            "sys.exit()",
            "os._exit(0)",
        ]
    ):
        (tmp_path / f"crime{number}.py").write_text(f"import os, sys\nclass Crime: pass\n{crime}\n")
        with pytest.raises(UserError, match="could not be loaded") as caught:
            Host([tmp_path], {"Crime": f"crime{number}"}, {"Crime": ()})
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "new").exists()


def test_a_module_that_never_ends_its_import_is_not_waited_for(tmp_path):
    (tmp_path / "endless.py").write_text("while True: pass")
    with pytest.raises(UserError, match="could not be loaded: silent for too long"):
        Host([tmp_path], {"Endless": "endless"}, {"Endless": ()}, HURRIED)
