"""Call sequences for the gate, each with what the oracle says must come of it.

For every tool: a full, a least and a wrong call; then stories: insert and get, patch what was given only, delete and
get, a parent's rows go with it, pages that visit each row once, rows of another parent are not found. Sequences are
made from the oracle's state alone, so that they are the same for the environment and for each of its mutants.
"""

from typing import Any

from stages.core.records import Scenario
from stages.core.seeds import generator
from stages.environments.batches import cases as batches
from stages.environments.copies import cases as copies
from stages.environments.labels import words
from stages.environments.policies import cases as policies
from stages.environments.queries import cases as queries
from stages.environments.shapes import ApiShape, EntityShape, ToolShape
from stages.environments.tags import cases as tags
from stages.environments.teller import Script, Teller
from stages.environments.undeletes import cases as undeletes


def scripts(shape: ApiShape, scenarios: list[Scenario], seed: int) -> list[Script]:
    """Every story of every tool, on each of the scenarios."""
    told: list[Script] = []
    for index, scenario in enumerate(scenarios):
        teller = Teller(shape, scenario, index, words(generator(seed, shape.id, "cases", index)))
        for tool in shape.tools:
            entity = shape.entity(tool.table)
            if tool.tags or tool.batch or tool.part or tool.elsewhere or tool.verb == "undelete":
                told += undeletes.stories(teller, tool) if tool.verb == "undelete" else []
                told += tags.stories(teller, tool, tool.tags) if tool.tags else []
                told += batches.stories(teller, tool, tool.batch) if tool.batch else []
                told += copies.stories(teller, tool) if tool.elsewhere else []
                told += policies.stories(teller, tool) if tool.part else []
                continue
            if tool.verb == "create":
                told += _creates(teller, tool)
            elif tool.verb == "list":
                told += _lists(teller, tool, entity)
                told += queries.stories(teller, tool, entity)
            else:
                told += _acts(teller, tool, entity)
            told += _wrongs(teller, tool, entity)
    return told


def _turns(teller: Teller, tool: ToolShape, rows: list[dict[str, Any]]) -> list[Script]:
    """A state verb on every row in turn, so that one of them is in another state before; then all verbs on one row."""
    told = []
    read = _other(teller, tool, "get", "list")
    for row in rows:
        teller.begin()
        teller.call(tool, teller.target(tool, row))
        if read is not None:
            teller.call(read, teller.target(read, row) if read.verb == "get" else teller.place(read, row) or {})
        told.append(teller.end("state_verb", tool))
    others = [t for t in teller.shape.tools if t.table == tool.table and t.verb == "set" and t is not tool]
    if rows and others:
        teller.begin()
        for each in (*others, tool, *others, tool, tool):
            teller.call(each, teller.target(each, rows[0]))
        told.append(teller.end("state_verbs_in_turn", tool))
    return told


def _other(teller: Teller, tool: ToolShape, *verbs: str) -> ToolShape | None:
    return next((t for verb in verbs for t in teller.shape.tools if t.table == tool.table and t.verb == verb), None)


def _creates(teller: Teller, tool: ToolShape) -> list[Script]:
    told = []
    entity = teller.shape.entity(tool.table)
    teller.begin()
    where = teller.place(tool, None)
    if where is None:
        return told
    for check, full in (("valid", True), ("boundary", False)):
        teller.begin()
        arguments = where | teller.body(tool, full=full)
        row = teller.call(tool, arguments)
        read = _other(teller, tool, "get", "list")
        if row is not None and read is not None:
            made = teller.oracle.tables[tool.table]
            key = arguments[tool.key_parameter] if tool.key_parameter else f"{entity.prefix}{teller.oracle.next_id:03d}"
            look = teller.target(read, made[key]) if read.verb == "get" else teller.place(read, made[key]) or {}
            teller.call(read, look)
        if tool.key_parameter:
            teller.call(tool, arguments)
        else:
            teller.call(tool, where | teller.body(tool, full=full))
        told.append(teller.end("insert_then_get" if full else check, tool))
    teller.begin()
    for argument, column in tool.fields.items():
        # One at a time, so that no value can stand in the wrong column unseen.
        for value in teller.pair(entity.field(column)):
            teller.call(tool, where | teller.body(tool, full=False) | {argument: value})
    told.append(teller.end("each_argument_alone", tool))
    return told


def _lists(teller: Teller, tool: ToolShape, entity: EntityShape) -> list[Script]:
    teller.begin()
    parents = [teller.place(tool, row) for row in list(teller.oracle.tables[tool.table].values()) or [None]]
    told = []
    for where in [w for i, w in enumerate(parents) if w is not None and w not in parents[:i]][:3]:
        teller.begin()
        teller.call(tool, where)
        told.append(teller.end("valid", tool))
        if tool.page_size and tool.page_token and tool.next_token:
            for size in (1, 2):
                teller.begin()
                token = None
                for _ in range(15):
                    pages = {tool.page_size: size} | ({tool.page_token: token} if token else {})
                    value = teller.call(tool, where | pages) or {}
                    token = value.get(tool.next_token)
                    if token is None:
                        break
                told.append(teller.end("pages_visit_each_row_once", tool))
        elif tool.page_token and tool.next_token:
            teller.begin()
            token = None
            for _ in range(5):
                value = teller.call(tool, where | ({tool.page_token: token} if token else {})) or {}
                token = value.get(tool.next_token)
                if token is None:
                    break
            told.append(teller.end("pages_visit_each_row_once", tool))
        elif tool.page_size:
            teller.begin()
            teller.call(tool, where | {tool.page_size: 1})
            teller.call(tool, where | {tool.page_size: 2})
            told.append(teller.end("boundary", tool))
        for argument, column in tool.filters.items():
            teller.begin()
            for row in list(teller.oracle.tables[tool.table].values())[:3]:
                value = row[column]
                if value is not None:
                    given = bool(value) if entity.field(column).kind == "boolean" else value
                    first = teller.call(
                        tool, where | {argument: given} | ({tool.page_size: 1} if tool.page_size else {})
                    )
                    token = (first or {}).get(tool.next_token or "")
                    if token and tool.page_token:
                        teller.call(tool, where | {argument: given, tool.page_token: token})
                        teller.call(tool, where | {tool.page_token: token})
            told.append(teller.end("filters", tool))
    return told


def _acts(teller: Teller, tool: ToolShape, entity: EntityShape) -> list[Script]:
    told = []
    teller.begin()
    rows = [teller.oracle.tables[tool.table][key] for key in sorted(teller.oracle.tables[tool.table])]
    if tool.verb == "set":
        return _turns(teller, tool, rows[:4])
    # The last row first: a program that always takes the first one must not pass.
    for row in list(reversed(rows))[:2]:
        for full in (True, False) if tool.verb in ("patch", "update") else (True,):
            teller.begin()
            teller.call(tool, teller.target(tool, row) | teller.body(tool, full=full))
            read = _other(teller, tool, "get")
            if read is not None:
                teller.call(read, teller.target(read, row))
            check = {"delete": "delete_then_get", "patch": "patch_changes_only_what_was_given"}.get(tool.verb, "valid")
            if tool.verb == "delete" and any(child.parent == tool.table for child in teller.shape.entities):
                check = "cascade"
            told.append(teller.end(check, tool))
    for row in list(reversed(rows))[:1] if tool.verb in ("patch", "update") else []:
        for argument, column in tool.fields.items():
            teller.begin()
            where = teller.target(tool, row) | teller.body(tool, full=False)
            first, second = teller.pair(entity.field(column))
            teller.call(tool, where | {argument: first})
            teller.call(tool, where | {argument: second})
            if argument in tool.nullable:
                teller.call(tool, where | {argument: None})
                teller.call(tool, where | {argument: first})
            check = "patch_changes_only_what_was_given" if tool.verb == "patch" else "update_replaces_the_rest"
            told.append(teller.end(check, tool))
    return told


def _wrongs(teller: Teller, tool: ToolShape, entity: EntityShape) -> list[Script]:
    """Calls that must fail: a missing row or parent, a row of another parent, arguments that break the schema."""
    teller.begin()
    rows = list(teller.oracle.tables[tool.table].values())
    where = teller.place(tool, rows[0] if rows else None)
    base = dict.fromkeys(tool.parents, "nowhere") if where is None else where
    if tool.verb in ("get", "patch", "update", "delete", "set"):
        base = base | {tool.key_parameter or "": rows[0][entity.key] if rows else "nowhere"}
    good = base | teller.body(tool, full=False)
    for name in [*tool.parents, *([tool.key_parameter] if tool.key_parameter and tool.verb != "create" else [])]:
        teller.call(tool, good | {name: "nowhere"})
        teller.call(tool, good | {name: 7})
    for argument, table in tool.parents.items():
        for key in sorted(teller.oracle.tables[table]):
            if key != good[argument]:
                teller.call(tool, good | {argument: key})
    for name in tool.required:
        teller.call(tool, {key: value for key, value in good.items() if key != name})
    teller.call(tool, good | {"no_such_argument": 1})
    for argument, column in (tool.fields | tool.filters).items():
        enum = entity.field(column).json_schema.get("enum")
        teller.call(tool, good | {argument: "no_such_value" if enum else [[1]]})
        if argument not in tool.nullable:
            teller.call(tool, good | {argument: None})
    if tool.page_size:
        teller.call(tool, good | {tool.page_size: 0})
        teller.call(tool, good | {tool.page_size: (tool.page_max or 0) + 1})
        teller.call(tool, good | {tool.page_size: tool.page_max})
    if tool.page_token:
        for token in ("no", "", "p", "p:"):
            teller.call(tool, good | {tool.page_token: token})
    return [teller.end("error", tool)]
