"""The parameters a docstring documents (numpydoc, Google or reST): name -> type text and description, and their types."""

import re

from stages.core.records import Field
from stages.sources.args_section import Told, arguments
from stages.sources.hints import hints, literal, shown

_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\s*$", re.MULTILINE)
_ENTRY = re.compile(r"^(\w+(?:\s*,\s*\w+)*)\s*(?::\s*(.*))?$")
_REST = re.compile(r"^\s*:param\s+(?:(\w+)\s+)?(\w+):\s*(.+(?:\n(?!\s*:)\s+\S.*)*)", re.MULTILINE)
_WORDS = (
    ("integer", r"int|integer"),
    ("number", r"float|number|scalar|double|numeric|pint\.Quantity|real"),
    ("boolean", r"bool|boolean"),
    ("string", r"str|string"),
)


def parameters(docstring: str) -> dict[str, Told]:
    """Every documented parameter, in order. Nothing is raised: a docstring that has none gives an empty dict."""
    parts = _SECTION.split(docstring)
    for title, body in zip(parts[1::2], parts[2::2], strict=False):
        if title.strip() == "Parameters":
            return _numpy(body)
    return arguments(docstring) or {name: Told(kind or "", text) for kind, name, text in _REST.findall(docstring)}


def _numpy(body: str) -> dict[str, Told]:
    found: dict[str, Told] = {}
    names: list[str] = []
    kind, lines = "", []
    for line in [*body.splitlines(), "end :"]:
        entry = _ENTRY.match(line) if line and not line[0].isspace() else None
        if entry is None:
            lines.append(line.strip())
            continue
        for name in names:
            found[name] = Told(kind, " ".join(filter(None, lines)))
        names = [name.strip() for name in entry[1].split(",")]
        kind, lines = (entry[2] or "").strip(), []
    return found


def typed(name: str, kind: str, description: str, *, required: bool, default: object) -> Field | None:
    """The field a type text describes; None unless it is a scalar, a list of scalars or a choice of words.

    A choice or a default that only the description names counts as well.
    """
    found = hints(description)
    body = {"name": name, "description": shown(found), "required": required}
    choice = re.search(r"\{([^{}]{1,300})\}|Literal\[([^\[\]]{1,300})\]", kind)
    if choice:
        inside = choice[1] or choice[2]
        values = re.findall(r"['\"]([^'\"]+)['\"]", inside)
        if not values or len(values) != len(inside.split(",")):
            return None
        return Field.model_validate({**body, "type": "string", "enum": tuple(values), "default": default})
    kind = re.sub(r"^Optional\[(.*)\]$", r"\1", kind.strip())
    plain = re.sub(r"\(.*?\)|[,;]?\s*(?:optional|default.*|keyword.only)\b.*", "", kind, flags=re.IGNORECASE)
    # `scalar or array_like of shape(M, )`, `float or np.ndarray [shape=(n,)]`, `number > 0 [scalar]`: one number will do.
    plain = re.sub(r"\s+or\s+(?:np\.|numpy\.)?(?:array|ndarray)\w*.*|\s*[<>]=? *[\d.]+.*", "", plain)
    plain = re.sub(r"\s*\|\s*None|\s+or\s+None|^None\s+or\s+", "", plain).strip().strip("`,. ")
    if re.fullmatch(
        r"(?i)(?:\((?:\w,?)+\) ?)?(?:1-?d )?(?:array_like|array-like|sequence)(?: of (?:int|float|number|scalar)s?)?(?:,? 1-?d)?",
        plain,
    ):
        items = Field.model_validate({"name": "", "type": "number"})
        return Field.model_validate({**body, "type": "array", "items": items})
    listed = re.fullmatch(r"(?i)(?:list|sequence|iterable)\s*(?:of\s+|\[)(\w+?)s?\]?", plain)
    inner = _scalar(listed[1] if listed else plain)
    if inner is None:
        return None
    if listed:
        items = Field.model_validate({"name": "", "type": inner})
        return Field.model_validate({**body, "type": "array", "items": items})
    if inner == "string" and found.choices:
        body["enum"] = found.choices
    fits = {"string": str, "integer": int, "number": (int, float), "boolean": bool}[inner]
    right = isinstance(default, fits) and (inner == "boolean" or not isinstance(default, bool))
    stated = default if right and default != "" else None if required else literal(found.default, inner)
    if "enum" in body and stated not in body["enum"]:
        stated = None
    return Field.model_validate({**body, "type": inner, "default": stated})


def _scalar(word: str) -> str | None:
    for kind, pattern in _WORDS:
        if re.fullmatch(f"(?i)(?:positive |non-?negative |a |an )?(?:{pattern})s?", word.strip()):
            return kind
    return None
