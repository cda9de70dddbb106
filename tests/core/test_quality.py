"""The quality gate."""

import pandas as pd
import pytest

from stages.core.errors import UserError
from stages.core.quality import between, check, unique


def test_an_empty_table_is_a_named_failure():
    with pytest.raises(UserError, match=r"rows\.jsonl: no rows are left"):
        check(pd.DataFrame(), [], "rows.jsonl")


def test_a_failed_expectation_names_column_and_value_and_a_good_table_passes():
    gate = [unique("id")]
    check(pd.DataFrame({"id": ["a", "b"]}), gate, "rows.jsonl")
    with pytest.raises(
        UserError, match=r"rows\.jsonl: id: expect_column_values_to_be_unique failed, seen \['a', 'a'\]"
    ):
        check(pd.DataFrame({"id": ["a", "a"]}), gate, "rows.jsonl")


def test_a_check_that_raises_counts_as_failed():
    with pytest.raises(UserError, match=r"rows\.jsonl: none"):
        check(pd.DataFrame({"id": ["a"]}), [unique("none")], "rows.jsonl")


def test_a_value_outside_its_bounds_is_refused():
    with pytest.raises(UserError, match=r"rows\.jsonl: n: expect_column_values_to_be_between failed, seen \[0\]"):
        check(pd.DataFrame({"n": [0, 1]}), [between("n", 1)], "rows.jsonl")
