"""Stories of tag tools: tags are put over others and beside them, taken away, and looked at, row by row and table by table."""

from collections.abc import Iterator
from typing import Any

from stages.environments.shapes import Tags, ToolShape
from stages.environments.teller import Script, Teller
from stages.environments.wrongs import wrong_arguments

KEYS: tuple[str, ...] = ("team", "stage", 'the "old" one.', "a")
"""Of a key that JSON has to write in another way, and of keys that are not in their order."""

MANY = 4
"""With more tables than that, one row of each is told of: a service of fifty would take minutes to judge."""


def stories(teller: Teller, tool: ToolShape, tags: Tags) -> list[Script]:
    """Every story of one tag tool on one start state."""
    told = []
    teller.begin()
    tables = teller.oracle.tables
    # The last row first: a program that always takes the first one must not pass.
    most = 2 if len(tags.rows) <= MANY else 1
    for table, column in tags.rows.items():
        for row in [tables[table][key] for key in sorted(tables[table], reverse=True)][:most]:
            teller.begin()
            told.append(_story(teller, tool, tags, table, row[column]))
    teller.begin()
    names = [row[column] for table, column in tags.rows.items() for row in tables[table].values()]
    good = {tags.argument: names[0] if names else "nowhere"}
    if tags.given:
        good[tags.given] = ["team"] if tool.verb == "untag" else entries(tags, {"team": "blue"})
    teller.call(tool, good | {tags.argument: "nowhere"})
    wrong_arguments(teller, tool, good)
    if tool.verb == "tag":
        teller.call(tool, good | {tags.given or "": {"team": 7} if tags.entry is None else [{"odd": "team"}]})
    told.append(teller.end("error", tool))
    return told


def _story(teller: Teller, tool: ToolShape, tags: Tags, table: str, name: str) -> Script:
    put, read = (_other(teller, tags, verb) for verb in ("tag", "tags"))
    if put is not None and put.tags is not None and tool.verb != "tag":
        # All rows get the same keys first: what is taken away from one of them must stay with the others.
        for other in dict.fromkeys([*_names(teller, tags, table), name]):
            teller.call(put, _giving(put.tags, other, dict.fromkeys(KEYS, "blue")))
    match tool.verb:
        case "tag":
            for values in ({"team": "blue"}, {"stage": "live", "team": "red"}, dict.fromkeys(KEYS, "green"), {}):
                teller.call(tool, _giving(tags, name, values))
            if tags.entry is not None:
                twice = (
                    entries(tags, {"team": "one"}) + entries(tags, {"stage": "two"}) + entries(tags, {"team": "two"})
                )
                teller.call(tool, {tags.argument: name, tags.given or "": twice})
        case "untag":
            for keys in (["team"], ["team", "nobody's"], [], [KEYS[2], "a"]):
                teller.call(tool, {tags.argument: name, tags.given or "": keys})
        case _:
            for other in _names(teller, tags, table):
                teller.call(tool, {tags.argument: other})
    if read is not None and read.tags is not None and read is not tool:
        teller.call(read, {read.tags.argument: name})
    return teller.end(
        {"tag": "tags_are_merged", "untag": "untag_leaves_the_rest"}.get(tool.verb, "tags_are_listed"), tool
    )


def _names(teller: Teller, tags: Tags, table: str) -> Iterator[str]:
    """What up to three rows of the table are called, and one of the next table: all would be a long story."""
    tables = list(tags.rows)
    place = tables.index(table)
    for other, most in ((table, 3), *((each, 1) for each in (tables[place + 1 :] + tables[:place])[:1])):
        for key in sorted(teller.oracle.tables[other])[:most]:
            yield teller.oracle.tables[other][key][tags.rows[other]]


def _other(teller: Teller, tags: Tags, verb: str) -> ToolShape | None:
    """The tool of that verb for the same rows."""
    return next((t for t in teller.shape.tools if t.verb == verb and t.tags and t.tags.rows == tags.rows), None)


def _giving(tags: Tags, name: str, values: dict[str, str]) -> dict[str, Any]:
    return {tags.argument: name, tags.given or "": entries(tags, values)}


def entries(tags: Tags, values: dict[str, str]) -> Any:
    """Tags as the API writes them."""
    if tags.entry is None:
        return values
    key, value = tags.entry
    return [{key: name, value: text} for name, text in values.items()]
