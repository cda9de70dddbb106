"""The quality gate: a table against expectations, by Great Expectations in memory, without analytics or files."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from stages.core.errors import UserError

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

# Both must stand before the import that would read them.
os.environ["GX_ANALYTICS_ENABLED"] = "false"


def unique(column: str) -> "Expectation":
    """No value of the column occurs twice."""
    from great_expectations.expectations.core.expect_column_values_to_be_unique import ExpectColumnValuesToBeUnique

    return ExpectColumnValuesToBeUnique(column=column)


def between(column: str, low: float | None = None, high: float | None = None) -> "Expectation":
    """Every value of the column lies in [low, high]; None leaves a side open."""
    from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween

    return ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high)


def check(rows: pd.DataFrame, expectations: Sequence["Expectation"], where: str) -> None:
    """Hold every expectation against the rows.

    Args:
        rows: one row a record; an empty table fails whatever is expected of it.
        expectations: made by `unique`, `between` or Great Expectations itself; none to check emptiness alone.
        where: the artefact, for the message.

    Raises UserError naming the first expectation that failed, its column and what was seen; a check that itself raised
    counts as failed.
    """
    if rows.empty:
        raise UserError(where, "no rows are left")
    if not expectations:
        return
    import great_expectations as gx  # four seconds: only the stages that check pay them

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # pyright: ignore[reportAttributeAccessIssue]
    suite = gx.ExpectationSuite(name="gate", expectations=list(expectations))
    result = context.data_sources.pandas_default.read_dataframe(rows).validate(suite)
    failed = [each for each in result.results if not each.success]
    if not failed:
        return
    first = failed[0]
    config = first.expectation_config
    column = (config.kwargs.get("column") if config else None) or "table"
    kind = config.type if config else "expectation"
    seen = (first.result or {}).get("partial_unexpected_list") or (first.result or {}).get("observed_value")
    if seen is None and first.exception_info:
        seen = str(first.exception_info)[:300]
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    raise UserError(f"{where}: {column}", f"{kind} failed, seen {seen!r}{more}")
