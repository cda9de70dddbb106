"""A described function as the model sees it: its name in one of the styles in use, one line of text, a JSON Schema."""

import re
from collections.abc import Mapping, Sequence
from random import Random

from pydantic import JsonValue

from stages.core.records import Api, Field, Operation
from stages.trajectories.meaning import about, examples, nested
from stages.trajectories.words import words

LONGEST = 40
"""Characters of a parameter's description; the template shows no more than 80."""
_STOP = r" (?:that|which|of|for|in|with|to|used|from|at|on|when|and|as|such|or)\b"
_LAST_STOP = re.compile(rf"{_STOP}(?!.*{_STOP})")
_NO_NOUN = ("app", "tools", "toolkits", "api", "v1", "applications", "calc", "basic")


def spoken_name(operation: Operation, api: Api, rng: Random) -> str:
    """The function's name as one of the styles in use: dotted, snake case, or the last part alone."""
    parts = [part for part in operation.name.split(".") if not part.startswith("_") and part not in _NO_NOUN]
    if len(parts) == 1:
        return parts[0] if rng.random() < 0.5 else re.sub(r"_+", "_", words(parts[0]).replace(" ", "_"))
    if api.publisher == "python":
        # A short name says too little alone: many libraries have a `send_email`.
        whole = ".".join(parts[-2:])
        return rng.choice((parts[-1], whole, parts[-1])) if len(words(parts[-1]).split()) > 3 else whole
    short = parts[-2:]
    snake = [words(part).replace(" ", "_") for part in short]
    single = re.sub(r"ies$", "y", re.sub(r"(?<!s)s$", "", snake[0]))
    return rng.choice(
        (".".join(short), f"{snake[-1]}_{single}", f"{snake[-1]}_{snake[0]}", f"{api.name}.{snake[-1]}_{single}")
    )


def schema(fields: Sequence[Field], said: Mapping[str, JsonValue], rng: Random) -> dict[str, JsonValue]:
    """JSON Schema of the shown parameters. An example is shown now and then, never the value that is asked for."""
    properties: dict[str, JsonValue] = {}
    shorts: set[str] = set()
    for field in fields:
        shown: dict[str, JsonValue] = {"type": field.type}
        text = re.sub(r"\s+", " ", about(field).replace("`", ""))
        text = text[:80] if _shortened(text) in shorts else _shortened(text)
        shorts.add(text)
        other = [one for one in examples(field) if one not in str(said.get(field.name, "")) and len(one) < 24]
        if other and rng.random() < 0.25:
            text = f"{text}, e.g. {rng.choice(other)}"
        if text:
            shown["description"] = text
        if field.enum:
            shown["enum"] = list(field.enum)
        if field.type == "array":
            inner = field.items.type if field.items is not None and field.items.type != "any" else "number"
            shown["items"] = {"type": "array", "items": {"type": inner}} if nested(field) else {"type": inner}
        if field.default is not None:
            shown["default"] = field.default
        properties[field.name] = shown
    return {"type": "object", "properties": properties, "required": [field.name for field in fields if field.required]}


def _shortened(text: str) -> str:
    """The text up to a natural stop before `LONGEST`, its unit kept: `Diameter of the valve plug bore [m]`."""
    if len(text) <= LONGEST:
        return text
    mark = re.search(r"\s*\[[^\[\]]{1,12}\]", text)
    cut = re.split(r"[;(]|, | - |\. ", text)[0]
    while len(cut) > LONGEST and (stop := _LAST_STOP.search(cut)):
        cut = cut[: stop.start()]
    cut = cut if len(cut) <= LONGEST else cut[:LONGEST].rsplit(" ", 1)[0]
    return f"{cut.strip(' ,;:')}{' ' + mark[0].strip() if mark and mark[0].strip() not in cut else ''}"


def tool(name: str, description: str, parameters: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The function object with the first sentence of its description."""
    text = re.sub(r"\s*\[[\w, ]*\]_?|`", "", re.sub(r"\s+", " ", description)).strip()
    text = re.sub(r",? (?:as )?(?:shown|given|cited|presented) (?:in|as)\b.*$", "", text)
    text = re.sub(r",? (?:according to|as in|using|from|by|with)\s*(?=\.|$)", "", text)
    first = re.split(r"(?<=[a-z0-9)])\.\s", text)[0].rstrip("….")
    first = first if len(first) <= 84 else first[:84].rsplit(" ", 1)[0].rstrip(" ,;:(")
    return {"name": name, "description": f"{first}.", "parameters": parameters}
