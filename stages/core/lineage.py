"""From an artefact back to its sources: `manifest.json`, `index.parquet`, and a model's `lineage.parquet`."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stages.core import jsonl


def file_hash(path: Path) -> str:
    """sha256 of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(out: Path, run: dict) -> None:
    """Write `manifest.json`: the params and input hashes of `run`, and the hash of every file in `out`."""
    files = {
        str(path.relative_to(out)): file_hash(path)
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }
    jsonl.write_json(out / "manifest.json", {**run, "files": files})


def write_index(out: Path) -> int:
    """Write `index.parquet` over every JSON Lines file below `out`: id, parents, file, byte offset. Returns the rows.

    Rows without an id (there are none among our records but a user's files may have some) are left out.
    """
    rows = [row for path in sorted(out.rglob("*.jsonl")) for row in _rows(path, str(path.relative_to(out)))]
    columns = ("id", "parents", "file", "offset")
    types = (pa.string(), pa.list_(pa.string()), pa.string(), pa.int64())
    arrays = [pa.array([row[i] for row in rows], type=kind) for i, kind in enumerate(types)]
    pq.write_table(pa.table(arrays, names=list(columns)), out / "index.parquet")
    return len(rows)


def _rows(path: Path, name: str) -> Iterator[tuple[str, list[str], str, int]]:
    offset = 0
    with path.open("rb") as lines:
        for line in lines:
            value = json.loads(line)
            if isinstance(value, dict) and isinstance(value.get("id"), str):
                yield value["id"], list(value.get("parents") or []), name, offset
            offset += len(line)


def write_lineage(folder: Path, steps: Iterable[tuple[str, int]]) -> None:
    """Write a model folder's `lineage.parquet`: which row was trained on at which step."""
    pairs = list(steps)
    table = pa.table(
        [pa.array([row for row, _ in pairs], pa.string()), pa.array([step for _, step in pairs], pa.int32())],
        names=["row", "step"],
    )
    pq.write_table(table, folder / "lineage.parquet")
