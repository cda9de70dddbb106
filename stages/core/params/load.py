"""Read one section of params.yaml into its typed model. A stage sees its own section and no other."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from stages.core.errors import UserError
from stages.core.params.section import Section


def load(word: str, path: Path = Path("params.yaml")) -> Section:
    """The section `word` as `stages.core.params.<word>.Params`.

    Lists become tuples before validation, since YAML has no tuples. Raises UserError naming the key.
    """
    if not path.is_file():
        raise UserError(str(path), "no such file; run from the project's folder")
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise UserError(f"{path}:{mark.line + 1 if mark else 1}", "not valid YAML") from None
    if not isinstance(document, dict) or word not in document:
        raise UserError(f"{path}: {word}", "this section is missing")
    return parse(word, document[word], str(path))


def parse(word: str, section: object, where: str) -> Section:
    """Validate one section already read. Raises UserError with the dotted key and what was expected."""
    model: type[Section] = importlib.import_module(f"stages.core.params.{word}").Params
    try:
        return model.model_validate(_tuples(section))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in (word, *_place(section, first["loc"])))
        seen = "" if first["type"] in ("missing", "extra_forbidden") else f" (got {first['input']!r})"
        advice = {"extra_forbidden": "no such parameter", "missing": "this parameter is missing"}
        raise UserError(f"{where}: {key}", advice.get(first["type"], first["msg"]) + seen) from None


def _place(section: object, loc: tuple[int | str, ...]) -> Iterator[int | str]:
    """The keys that lead to a mistake as the user wrote them: pydantic puts the tag of a union between them."""
    here: Any = section
    for number, part in enumerate(loc):
        if isinstance(here, dict) and part not in here and number + 1 < len(loc):
            continue
        yield part
        if isinstance(here, dict | list | tuple):
            here = here.get(part) if isinstance(here, dict) else here[int(part)]


def _tuples(value: object) -> object:
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return value
