"""Numbers as the page writes them: counts, shares, differences in points, p, seconds. Never more digits than known."""

import math

MINUS = "\u2212"


def count(value: float) -> str:
    """A whole number with thousands set apart: 17,363."""
    return f"{value:,.0f}".replace("-", MINUS)


def percent(share: float) -> str:
    """A share of one as a percentage: 62.1%."""
    return f"{100 * share:.1f}%".replace("-", MINUS)


def points(difference: float) -> str:
    """A difference of shares in percentage points, always signed: +31.2."""
    return f"{100 * difference:+.1f}".replace("-", MINUS)


def interval(low: float, high: float) -> str:
    """A 95% interval of a share, in percent. A bound that could not be estimated makes it `not known`."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "not known"
    return f"{100 * low:.1f} to {100 * high:.1f}".replace("-", MINUS)


def signed_interval(low: float, high: float) -> str:
    """A 95% interval of a difference, in points."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "not known"
    return f"{points(low)} to {points(high)}"


def probability(p: float) -> str:
    """A p value with three decimals, or that it is smaller."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def plain(value: object) -> str:
    """Any metric as one short text; floats keep the digits they were written with."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float):
        return f"{value:g}".replace("-", MINUS)
    return str(value)


def duration(seconds: float) -> str:
    """Seconds as people say them: 42 s, 3 min 20 s, 1 h 05 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
