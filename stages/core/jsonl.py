"""JSON Lines, UTF-8, one record a line: read lazily and checked, written whole or not at all."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from stages.core.errors import UserError
from stages.core.records.base import Record

R = TypeVar("R", bound=BaseModel)


def read(path: Path, kind: type[R]) -> Iterator[R]:
    """Yield the records of a file in order. Raises UserError naming file, line and field."""
    if not path.is_file():
        raise UserError(str(path), "no such file")
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield kind.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                field = ".".join(str(part) for part in first["loc"]) or "line"
                raise UserError(f"{path}:{number}: {field}", first["msg"]) from None


def write(path: Path, records: Iterable[Record]) -> int:
    """Write records to `path` through a temporary file beside it. Returns how many."""
    part = path.with_name(f".{path.name}.part")
    count = 0
    with part.open("w", encoding="utf-8", newline="\n") as out:
        for record in records:
            out.write(record.model_dump_json(by_alias=True) + "\n")
            count += 1
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    return count


def write_json(path: Path, value: object) -> None:
    """Write one JSON document, indented with sorted keys, through a temporary file beside it."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    part.replace(path)
