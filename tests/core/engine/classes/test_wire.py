"""The line to the limited process: every call gets its own answer, and what cannot be carried is named."""

import os
import signal
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stages.core.engine.classes import ClassFault, ScenarioRefused, StateLost
from tests.core.engine.classes.strangers import strange


@pytest.fixture(scope="module")
def host():
    with strange() as found:
        yield found


@pytest.fixture
def session(host):
    return host.open(["Hostile"], {"Hostile": {"count": 3}})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Interrupted(BaseException):
    pass


def kind(value: object) -> str:
    """A test's name cannot hold every value."""
    return type(value).__name__


def interrupted(session, seconds: float) -> None:
    """A call of 0.4 seconds into which a signal comes."""

    def raised(number, frame):
        raise Interrupted

    before = signal.signal(signal.SIGALRM, raised)
    try:
        with pytest.raises(Interrupted):
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            session.call("nap", {"seconds": seconds})
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_answer_of_an_interrupted_call_is_not_taken_for_the_next(session):
    other = session.fork()
    interrupted(session, 0.4)
    assert other.call("echo", {"value": "mine"}).value == "mine"
    for again in (lambda: session.call("echo", {"value": 1}), session.state, session.fork):
        with pytest.raises(StateLost, match="interrupted"):
            again()
    session.reset()
    assert session.state()["Hostile"]["count"] == 3 and session.log == []


def test_threads_that_share_a_host_get_their_own_answers(host):
    wrong, sessions = [], [host.open(["Hostile"], {}) for _ in range(4)]

    def talk(place: int) -> None:
        for number in range(200):
            found = sessions[place].call("echo", {"value": [place, number]})
            if found.value != [place, number]:
                wrong.append(found)

    threads = [threading.Thread(target=talk, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and all(len(session.log) == 200 for session in sessions)


def test_a_fork_of_our_process_may_not_speak_on_the_line(session):
    child = os.fork()
    if child == 0:
        try:
            session.call("add", {"number": 1})
        except StateLost as error:
            os._exit(0 if "fork" in str(error) else 1)
        os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert session.call("add", {"number": 1}).value == {"count": 4}


@pytest.mark.parametrize(
    "value",
    [2**64, -(2**63) - 1, 10**4000, 1e308, -0.0, "\0", "\u2028\x7f", "é" * 1000, "𝄞", "\\ud800", '"', "\n", {}, [[]], None],
    ids=kind,
)  # fmt: skip
def test_what_is_json_comes_back_as_it_went(session, value):
    found = session.call("echo", {"value": value})
    assert found.ok and found.value == value and type(found.value) is type(value)


@pytest.mark.parametrize(
    "value", [10**5000, float("nan"), float("inf"), "\ud800", {"\udfff": 1}, {1, 2}, b"x"], ids=kind
)
def test_what_is_no_json_is_an_invalid_argument(session, value):
    assert session.call("echo", {"value": value}).error == "INVALID_ARGUMENT"
    assert session.log[-1].arguments == "not JSON"
    assert session.call("echo", {"value": 1}).ok


@given(value=JSON)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_value_comes_back_as_it_went_or_is_an_invalid_argument(session, value):
    found = session.call("echo", {"value": [value]})
    assert found.error == "INVALID_ARGUMENT" or found.value == [value]
    assert session.log[-1].result == found


@pytest.mark.parametrize("tool", ["\ud800", None, 3, b"add", ["add"]], ids=kind)
def test_a_tool_name_that_is_no_text_is_an_unknown_tool(session, tool):
    assert session.call(tool, {}).error == "UNKNOWN_TOOL"
    assert isinstance(session.log[-1].tool, str)


def test_values_that_json_cannot_carry_come_as_text(session):
    *carried, high, low = session.call("numbers", {}).value
    assert carried[:2] == [2**64, -(10**4000)]
    assert int(carried[2], 16) == 10**5000
    assert carried[3:] == ["nan", "inf", "-inf", "\\ud800x"]
    assert (high, low) == ("\0", "\u2028")


def test_a_state_with_such_values_has_the_same_digest_in_every_process(session):
    assert session.call("keep", {}).ok
    with strange() as other:
        twin = other.open(["Hostile"], {"Hostile": {"count": 3}})
        assert twin.call("keep", {}).ok
        assert twin.state() == session.state() and twin.digest() == session.digest() == session.fork().digest()


def test_the_log_is_text_that_nobody_can_change_through_a_value(session):
    given = {"value": [1]}
    found = session.call("echo", given)
    given["value"].append(2)
    found.value.append(3)
    session.log[0].arguments["value"].append(4)
    ((tool, arguments, result),) = session.log
    assert (tool, arguments, result.value) == ("echo", {"value": [1]}, [1])


@pytest.mark.parametrize(
    ("kind", "words"),
    [("refuse", "Picky: ValueError: no such seat in this theatre"), ("exit", "SystemExit"), ("loop", "longer than")],
)
def test_a_start_state_that_a_class_does_not_take_is_a_refused_scenario(host, session, kind, words):
    with pytest.raises(ScenarioRefused, match=words) as caught:
        host.open(["Picky"], {"Picky": {"kind": kind}})
    assert "\n" not in str(caught.value)
    with pytest.raises(ScenarioRefused, match="not JSON"):
        host.open(["Picky"], {"Picky": {"kind": float("nan")}})
    assert session.call("add", {"number": 1}).ok


def test_a_class_that_dies_on_a_start_state_is_no_refusal():
    with strange() as host:
        with pytest.raises(StateLost, match="process ended"):
            host.open(["Picky"], {"Picky": {"kind": "vanish"}})
        with pytest.raises(StateLost, match="process ended"):
            host.open(["Picky"], {"Picky": {}})
        assert host.lost


def test_objects_that_cannot_be_copied_or_shown_are_a_fault_of_the_class_and_not_lost(host):
    session = host.open(["Picky"], {"Picky": {"kind": "unhashable"}})
    with pytest.raises(ClassFault, match="no words"):
        session.state()
    session.reset()
    copied = host.open(["Picky"], {"Picky": {"kind": "thread"}})
    with pytest.raises(ClassFault, match="pickle"):
        copied.fork()
    assert copied.call("honest", {}).value == "yes" == session.call("honest", {}).value


def test_a_closed_host_says_that_it_is_closed():
    with strange() as host:
        session = host.open(["Hostile"], {})
        session.call("add", {"number": 1})
    host.close()
    session.close()
    with pytest.raises(StateLost, match="closed"):
        session.call("add", {"number": 1})
    with pytest.raises(StateLost, match="closed"):
        host.open(["Hostile"], {})
    assert len(session.log) == 1


def test_who_waits_in_another_thread_hears_that_the_host_was_closed():
    heard = []
    with strange() as host:
        session = host.open(["Hostile"], {})

        def wait() -> None:
            try:
                while True:
                    session.call("nap", {"seconds": 0.01})
            except StateLost as error:
                heard.append(str(error))

        thread = threading.Thread(target=wait)
        thread.start()
    thread.join()
    assert heard == ["closed"]


def test_a_request_that_is_too_long_is_refused_before_it_is_sent(session):
    assert session.call("add", {"number": "x" * 9_000_000}).error == "INVALID_ARGUMENT"
    assert session.call("add", {"number": "x" * 7_999_990}).error == "INVALID_ARGUMENT"
    assert session.call("add", {"number": 1}).ok
