"""Templates with escaping always on: whatever a model, a user or an API's text says is shown, never obeyed."""

from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from stages.report import numbers
from stages.report.reasons import said

_ENVIRONMENT = Environment(
    loader=PackageLoader("stages.report", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def link(url: str | None) -> str | None:
    """A URL that may stand in an anchor: https with a host and nothing else; None for any other text."""
    if not url or any(character.isspace() for character in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme == "https" and parts.hostname else None


def code(text: str) -> Markup:
    """Escaped text in which what stands between backticks is set as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # an odd backtick is only a backtick
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )


_ENVIRONMENT.filters.update(
    code=code,
    count=numbers.count,
    percent=numbers.percent,
    points=numbers.points,
    plain=numbers.plain,
    duration=numbers.duration,
    p=numbers.probability,
    said=said,
    link=link,
)


def render(name: str, **context: object) -> Markup:
    """The template `<name>.html` filled in. A name the template needs and does not get is an error."""
    return Markup(_ENVIRONMENT.get_template(f"{name}.html").render(**context))


def missing(*words: str) -> Markup:
    """One line for a section whose stages have made nothing yet."""
    return render("missing", words=words)
