"""Plain numbers: exact, the last clear answer, never a hedge, always in time."""

import json
import time
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.core.verifiers import numbers, text

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_a_known_case_is_judged_rightly(case):
    verifier = numbers if case["verifier"] == "number" else text
    assert verifier.verify(case["answer"], case["gold"]) is case["equal"]


@pytest.mark.parametrize(
    ("reply", "gold"),
    [
        ("The answer is 12 because 7 + 5 = 12.", "12"),
        (r"\[\boxed{42}\]", "42"),
        (r"First \boxed{7}, but no: \boxed{\frac{1}{2}}", "0.5"),
        ("4 - 1 - 7 = -4", "-4"),
        ("so there are 5 legs", "5"),
        ("**Answer:** 1,234 apples.", "1234"),
        ("Step 1: 3 + 4 = 7\nAnswer: 7", "7"),
        ("x = −3", "-3"),
        ("4^5000", "2^10000"),
        (r"2.5 \times 10^{3}", "2500"),
        ("-2^4", "-16"),
        ("The GCD of 39 and 102 is 3.", "3"),
    ],
)
def test_a_clear_answer_is_found(reply, gold):
    assert numbers.verify(reply, gold)


@pytest.mark.parametrize(
    ("reply", "gold"),
    [
        ("The answer is 12 or 13", "12"),
        ("Answer: 12, 13", "12"),
        ("maybe 12", "12"),
        ("The answer is not 12", "12"),
        ("7 + 5", "5"),
        ("12!", "12"),
        ("5.5.5", "5"),
        ("1,23", "1"),
        ("1 1/2", "1"),
        ("", "0"),
        ("1/0", "0"),
        (r"\boxed{4", "4"),
        ("Answer: 0.333", "1/3"),
        ("2^100000", "2^100001"),
    ],
)
def test_what_is_no_clear_or_another_answer_fails(reply, gold):
    assert not numbers.verify(reply, gold)


def test_a_gold_that_is_no_plain_number_is_an_error_and_not_a_failure_of_the_model():
    """Algebra, factorials and roots are outside the promise (Math-Verify#82, #14)."""
    for gold in (r"1-\frac{1}{\mathrm{e}}", r"\frac{1}{2004!}", r"\pi", "(1, 2)"):
        with pytest.raises(ValueError, match="not a plain number"):
            numbers.verify("1", gold)


@pytest.mark.parametrize(
    "reply",
    ["9" * 100_000, "1e" + "9" * 12, "2^999999999999", "(" * 50_000 + "1", "1," * 50_000, "- " * 50_000, "{" * 9999],
)
def test_a_hostile_reply_costs_no_time(reply):
    """open-r1#420, simpleRL-reason#95."""
    started = time.process_time()
    numbers.verify(reply, "7")
    numbers.verify(rf"\boxed{{{reply}", "7")
    assert time.process_time() - started < 2


@given(st.fractions())
def test_every_fraction_reads_as_itself_in_every_writing(value: Fraction):
    for written in (str(value), rf"\frac{{{value.numerator}}}{{{value.denominator}}}", f"Answer: {value}."):
        assert numbers.verify(written, f"{value.numerator}/{value.denominator}")
    assert not numbers.verify(str(value + 1), str(value))


@given(st.text(max_size=200))
def test_no_text_raises(reply: str):
    numbers.verify(reply, "3")
    text.verify(reply, "three")


def test_text_ignores_case_space_and_decoration_and_nothing_else():
    assert text.verify("Answer:  **Red,  green** .", "red, green")
    assert text.verify(r"\boxed{\text{Friday}}", "friday")
    assert not text.verify("green, red", "red, green")
    assert not text.verify("It is not red", "red")
