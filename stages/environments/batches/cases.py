"""Stories of batch tools: keys in another order than the rows', the same key twice, some missing, of another parent."""

from typing import Any

from stages.environments.batches import entry_cases
from stages.environments.shapes import Batch, ToolShape
from stages.environments.teller import Script, Teller
from stages.environments.wrongs import wrong_arguments


def stories(teller: Teller, tool: ToolShape, batch: Batch) -> list[Script]:
    """Every story of one batch tool on one start state."""
    if batch.entries:
        return entry_cases.stories(teller, tool, batch, batch.entries)
    told = []
    entity = teller.shape.entity(tool.table)
    teller.begin()
    rows = [teller.oracle.tables[tool.table][key] for key in sorted(teller.oracle.tables[tool.table])]
    read = next((t for t in teller.shape.tools if t.table == tool.table and t.verb == "get"), None)
    for where, keys in _places(teller, tool, rows):
        for asked in (
            keys[-1:],
            list(reversed(keys)),
            [keys[0], keys[-1], keys[0]],
            [keys[-1], "nowhere", keys[0]],
            [],
        ):
            teller.begin()
            teller.call(tool, where | {batch.keys: asked})
            if read is not None and tool.verb == "batch_delete" and asked:
                teller.call(read, teller.target(read, teller.start.tables[tool.table][asked[0]]))
            missing = "nowhere" in asked
            told.append(teller.end("batch_tells_what_is_missing" if missing else "batch_in_the_order_asked", tool))
    teller.begin()
    places = _places(teller, tool, rows)
    good = places[0][0] | {batch.keys: places[0][1][:1]} if places else None
    if good is None:
        good = dict.fromkeys(tool.parents, "nowhere") | {batch.keys: ["nowhere"]}
    for argument, table in tool.parents.items():
        for key in ["nowhere", *sorted(teller.oracle.tables[table])]:
            if key != good[argument]:
                teller.call(tool, good | {argument: key})
    teller.call(tool, good | {batch.keys: ["nowhere", f"{entity.prefix}-"]})
    teller.call(tool, good | {batch.keys: [*good[batch.keys], 7]})
    wrong_arguments(teller, tool, good)
    told.append(teller.end("error", tool))
    return told


def _places(teller: Teller, tool: ToolShape, rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[str]]]:
    """Arguments for the parents, and the keys of at most four rows that lie there; two places at most."""
    entity, found = teller.shape.entity(tool.table), []
    for row in rows:
        where = teller.place(tool, row)
        if where is not None and where not in [place for place, _ in found]:
            inside = [r[entity.key] for r in rows if teller.place(tool, r) == where]
            found.append((where, inside[:4]))
    return found[:2]
