"""SVG elements as escaped text, and the scales that plots are drawn on. Colours come from the page's CSS classes.

The plots are drawn here and not by a plotting library: they follow the page's light and dark colours, keep their text
as text, and are the same bytes everywhere.
"""

import math

from markupsafe import Markup, escape


def tag(name: str, /, *children: str, **attributes: object) -> Markup:
    """One element. Text and attribute values are escaped unless they are `Markup` already.

    Args:
        name: of the element.
        children: text or elements.
        attributes: `class_` stands for `class`, `_` for `-`; numbers are rounded to a hundredth, None is left out.
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _value(value))
        for key, value in attributes.items()
        if value is not None
    )
    inside = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), written, inside)


def _value(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def picture(label: str, width: float, height: float, *children: str, class_: str = "plot") -> Markup:
    """A whole drawing that scales down with the page; `label` is read out in its place."""
    return tag(
        "svg",
        *children,
        class_=class_,
        viewBox=f"0 0 {width:g} {height:g}",
        width=float(width),
        height=float(height),
        role="img",
        aria_label=label,
    )


def text(x: float, y: float, words: str, class_: str = "", anchor: str | None = None) -> Markup:
    """A line of text; `anchor` is start, middle or end."""
    return tag("text", words, x=float(x), y=float(y), class_=class_ or None, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


SMALLEST = 1e-8
"""A span that ten decimals still divide."""


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers from below `low` to above `high`, about `most` steps apart. Two of them at least."""
    size = max(abs(low), abs(high))
    # A series that does not move has no span of its own: its size gives the scale.
    span = high - low if high - low > max(1e-9 * size, SMALLEST) else (size if size > SMALLEST else 1.0)
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(step * index, 10) for index in range(first, max(last, first + 1) + 1)]
