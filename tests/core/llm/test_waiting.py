"""Waits between tries: what the server asks for, in seconds or as a date, within one patience."""

import random

import pytest

from stages.core.llm.waiting import Patience, retry_after

NOW = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("60", 60.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0),
        ("Wednesday, 21-Oct-26 07:29:00 GMT", 60.0),
        ("Wed, 21 Oct 2026 09:28:30 +0200", 30.0),
        ("Wed, 21 Oct 2026 07:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_by_the_servers_clock(value, seconds):
    assert retry_after({"retry-after": value, "date": NOW}) == seconds


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "inf", "nan", "1e9", "²", "٣", "1.2.3", "Wed, 99 Oct 2026 07:28:30 GMT", "9" * 400]
)
def test_an_unreadable_retry_after_is_none(value):
    assert retry_after({"retry-after": value, "date": NOW}) is None
    assert retry_after({"retry-after": value}) is None


def test_no_header_is_none_and_a_faulty_clock_of_the_server_too():
    assert retry_after({}) is None
    assert retry_after({"retry-after": NOW, "date": "yesterday"}) is None


def test_without_a_word_of_the_server_waits_double_up_to_the_patience():
    patience = Patience(60.0, random.Random(1))
    waits = []
    while (wait := patience.wait(None)) is not None:
        waits.append(wait)
    assert sum(waits) == pytest.approx(60.0)
    assert all(0.5 * 2**i <= wait <= 0.625 * 2**i for i, wait in enumerate(waits[:-1]))


def test_requests_that_failed_together_do_not_come_back_together():
    jitter = random.Random(1)
    assert len({Patience(60.0, jitter).wait(10.0) for _ in range(50)}) == 50


def test_no_patience_is_one_try():
    assert Patience(0.0, random.Random(1)).wait(1.0) is None
