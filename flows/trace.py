"""Follow a row back to its sources: `python -m flows.trace <id>`.

Walks the `parents` recorded in every artefact's index.parquet until an id has none (an API description, a generator).
"""

import sys
from pathlib import Path

import duckdb


def lineage(identifier: str, data: Path = Path("data")) -> list[tuple[int, str, str]]:
    """(depth, id, where) for the row and all its ancestors, nearest first. Empty if the id is unknown."""
    indexes = sorted(str(path) for path in data.rglob("index.parquet"))
    if not indexes:
        return []
    query = """
        with recursive row as (select id, parents, filename, file, "offset" from read_parquet(?, filename = true)),
        up as (
            select 0 as depth, id, parents, filename, file, "offset" from row where id = ?
            union select depth + 1, row.id, row.parents, row.filename, row.file, row."offset"
            from up join row on list_contains(up.parents, row.id) where depth < 32)
        select min(depth), id, min(filename || ' ' || file || ':' || "offset") from up group by id order by 1, 2
    """
    rows = duckdb.execute(query, [indexes, identifier]).fetchall()
    return [(depth, name, where.replace("/index.parquet ", "/")) for depth, name, where in rows]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: python -m flows.trace <id>", file=sys.stderr)
        sys.exit(2)
    found = lineage(sys.argv[1])
    if not found:
        print(f"{sys.argv[1]}: no artefact under data/ holds this id", file=sys.stderr)
        sys.exit(2)
    for depth, name, where in found:
        print(f"{'  ' * depth}{name}  {where}")
