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


def spans(path: Path) -> list[tuple[int, int]]:
    """(offset, bytes) of each record, for workers that read one each with `read_at`. Raises UserError."""
    if not path.is_file():
        raise UserError(str(path), "no such file")
    found, offset = [], 0
    with path.open("rb") as lines:
        for line in lines:
            if line.strip():
                found.append((offset, len(line)))
            offset += len(line)
    return found


def read_at(path: Path, span: tuple[int, int], kind: type[R]) -> R:
    """The record at a place that `spans` named. Raises UserError naming file, place and field."""
    with path.open("rb") as lines:
        lines.seek(span[0])
        line = lines.read(span[1])
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "line"
        raise UserError(f"{path}: byte {span[0]}: {field}", first["msg"]) from None


def write(path: Path, records: Iterable[Record]) -> int:
    """Write records to `path` through a temporary file beside it. Returns how many."""
    return write_lines(path, (record.model_dump_json(by_alias=True) for record in records))


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """Write records that are JSON already (made by a worker, say) as `write` does."""
    part = path.with_name(f".{path.name}.part")
    count = 0
    with part.open("w", encoding="utf-8", newline="\n") as out:
        for line in lines:
            out.write(line + "\n")
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
