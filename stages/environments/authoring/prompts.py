"""What the author is told at each step of the loop. Each step sees only what its work needs.

Whoever writes start states sees the tables alone, whoever writes cases sees no program: a mistake in a program is then not
repeated in what is expected of it.
"""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import JsonValue

from stages.environments.authoring.replies import Case, Draft, Proposal, State

Message = dict[str, JsonValue]
CUT = 12_000
"""Characters of a refused reply that are shown again."""

_JSON = "Answer with one JSON object and with nothing else: no prose, no comments."

PROPOSE = f"""You design small tool environments: a set of functions over a few tables of state, such as the service of a \
real business would offer to an assistant. Think of what exists in such services, of what people ask of them, and of \
functions whose results other functions need. Every function reads or writes the stored state; none needs the outer \
world, the real clock, chance, a file, a mail server or human judgement. There is one way to do each thing. Concepts that \
functions share have the same names and the same descriptions everywhere.
{_JSON} Its form:
{{"title": "...", "description": "one or two sentences", "tools": [{{"name": "snake_case", "description": "one sentence", \
"parameters": {{"type": "object", "properties": {{"...": {{"type": "string", "description": "..."}}}}, "required": \
["..."]}}, "writes": true}}]}}
Schemas are JSON Schema without references. Do not offer functions that load, save or reset the state."""

FORMAT = """Tables are typed records, never DDL: {"name", "noun", "plural", "label" (the column by which a person names a \
row, or null), "minted" (true: programs make the key; false: the caller names it), "parent" (the table its rows belong \
to, or null), "columns": [{"name", "type": "TEXT" | "INTEGER" | "REAL", "kind": "key" | "parent" | "text" | "number" | \
"boolean" | "enum" | "time" | "json", "required": bool, "unique": bool, "references": table or null, "one_of": [values of \
an enum], "default": value or null, "clock": true for times that programs take from _meta}]}. Exactly one column is of \
kind key. A column of kind parent references its table; its rows go when the parent's row is deleted. Booleans are \
INTEGER 0 and 1, JSON is TEXT, times are RFC 3339 in UTC ("2026-03-02T09:00:00Z").
There is also a table _meta(now TEXT, next_id INTEGER) with one row; it is not listed. Only successful writes move it.

A program is a list of steps of SQLite's SQL, all in one transaction. The call's arguments are one JSON text, :args.
{"require": "SELECT ...", "error": "CODE", "message": "..."}  must give a row, else the call ends with that error; {name} \
in the message is an argument. Codes: NOT_FOUND, INVALID_ARGUMENT, ALREADY_EXISTS, FAILED_PRECONDITION, \
PERMISSION_DENIED.
{"let": "SELECT ..."}  must give exactly one row; its columns become names for later steps (:id). It may also be UPDATE \
_meta SET ... RETURNING ...
{"run": "INSERT ... | UPDATE ... | DELETE ..."}  one statement on your own tables.
{"return": "SELECT ..."}  the last step: one row with one column of JSON text. Required.
Arguments are checked against the schema first. Take one by :args->>'$.name' (a value) or :args->'$.name' (JSON). An \
argument left out gives NULL. Nothing else exists: no random(), no date('now'), no PRAGMA, no ATTACH, no trigger, no \
view.
Rows are shown without null values, by json_patch('{}', json_object(...)); inside a list a row needs json(...) around it, \
and so does a json_group_array that comes from a subquery. Lists end in ORDER BY a unique key. Writes tick the clock:
{"let": "UPDATE _meta SET now = strftime('%Y-%m-%dT%H:%M:%SZ', now, '+1 minute') RETURNING now"}
Example, a tool that adds a book to a shelf:
[{"require": "SELECT 1 FROM shelf WHERE id = :args->>'$.shelf_id'", "error": "NOT_FOUND", "message": "no shelf \
{shelf_id}"},
{"let": "UPDATE _meta SET next_id = next_id + 1 RETURNING 'book' || next_id AS id"},
{"let": "UPDATE _meta SET now = strftime('%Y-%m-%dT%H:%M:%SZ', now, '+1 minute') RETURNING now"},
{"run": "INSERT INTO book(id, shelf_id, title, added) VALUES (:id, :args->>'$.shelf_id', :args->>'$.title', :now)"},
{"return": "SELECT json_patch('{}', json_object('id', id, 'shelf_id', shelf_id, 'title', title, 'added', added)) FROM \
book WHERE id = :id"}]"""

WRITE = f"""You write the inside of a tool environment: its tables and, for each of its tools, a program.
{FORMAT}
{_JSON} Its form:
{{"tables": [...], "tools": {{"<name of a tool>": {{"table": "the table it is about", "program": [...], "verb": \
"action"}}}}}}
Where a tool plainly lists, gets, creates, updates, patches or deletes rows of its table, say so by "verb" ("list", \
"get", "create", "update", "patch", "delete") with "key_parameter" (the argument that holds the row's key), "parents" \
(argument -> table whose key it holds), "fields" (argument -> column it writes), "filters" (argument -> column it narrows \
a list by) and, for a list, "items" (the property that holds the rows). Such tools show rows under the columns' own \
names. A claim that does not hold fails the tool. Write every tool, and no other."""

STATES = f"""You write start states for a database. You see its tables only. Make them believable and different from each \
other: names that people would use, times near "now", references that hold, no two rows alike. Write one simple state (1 \
or 2 rows a table), one medium (3 to 5), one complex (5 to 8), one boundary (empty tables, nulls, extreme values) and one \
that breaks a rule of the tables on purpose ("expect": "validation_error").
{_JSON} Its form:
{{"scenarios": [{{"name": "simple", "complexity": "simple" | "medium" | "complex" | "boundary", "description": "...", \
"expect": "pass" | "validation_error", "now": "2026-03-02T09:00:00Z", "next_id": 100, "tables": {{"<table>": \
[{{"<column>": value}}]}}}}]}}
Booleans are 0 and 1, JSON columns hold JSON text. next_id is a whole number above every number in a key."""

CASES = f"""You write test cases for a tool environment. You see its tools, its tables and its start states, not its \
programs: say what must come of each call by what the tools' descriptions promise. For every tool write one valid, one \
boundary and one error case, on different states; where a tool changes something, let a later call show it.
{_JSON} Its form:
{{"cases": [{{"scenario": "<name>", "kind": "valid" | "boundary" | "error", "calls": [{{"tool": "...", "arguments": {{}}, \
"value": {{what the value must hold at least}}}} or {{"tool": "...", "arguments": {{}}, "error": "CODE"}}], "rows": \
{{"<table>": [what is known of each row that is added or changed]}}, "gone": {{"<table>": [keys of rows that go]}}}}]}}
All that the calls change stands in rows and gone, and nothing else may change. Codes: NOT_FOUND, INVALID_ARGUMENT (also \
for arguments that break the schema), ALREADY_EXISTS, FAILED_PRECONDITION, PERMISSION_DENIED. A new key is in no state: \
leave it out."""

REVISE = f"""You mend a tool environment that failed its tests. First decide whose fault it is: the programs', or the \
start states' and cases' (they expect what the tools' descriptions do not promise). If it is the cases', the programs \
stay as they are. No case may be dropped; it may be put right, and cases may be added.
{FORMAT}
{_JSON} Its form:
{{"fault": "programs", "tables": null or all tables, "tools": {{only the tools that change, each whole}}}} or
{{"fault": "scenarios", "scenarios": null or all of them, "cases": null or all of them}}"""


def ask(rules: str, **parts: Any) -> tuple[Message, ...]:
    """The opening of a talk: the rules, and what there is as one JSON object."""
    told = json.dumps(parts, ensure_ascii=False, indent=1)
    return ({"role": "system", "content": rules}, {"role": "user", "content": told})


def again(talk: tuple[Message, ...], reply: str, mistakes: Sequence[str]) -> tuple[Message, ...]:
    """The talk goes on after a reply that could not be taken."""
    said = "That was not taken:\n" + "\n".join(f"- {line}" for line in mistakes) + "\nWrite the whole object again."
    return (*talk, {"role": "assistant", "content": reply[:CUT]}, {"role": "user", "content": said})


def interface(proposal: Proposal) -> dict[str, Any]:
    """The proposal as later steps see it."""
    return proposal.model_dump(mode="json")


def tables(draft: Draft) -> list[dict[str, Any]]:
    """The tables, without what stands at its default."""
    return [table.model_dump(mode="json", exclude_defaults=True) for table in draft.tables]


def programs(draft: Draft) -> dict[str, Any]:
    """The tools' insides, without what stands at its default."""
    return {
        name: tool.model_dump(mode="json", exclude_defaults=True, by_alias=True) for name, tool in draft.tools.items()
    }


def states(written: Sequence[State]) -> list[dict[str, Any]]:
    """The start states."""
    return [state.model_dump(mode="json") for state in written]


def cases(written: Sequence[Case]) -> list[dict[str, Any]]:
    """The cases, numbered as mistakes number them."""
    return [{"number": n, **case.model_dump(mode="json", exclude_defaults=True)} for n, case in enumerate(written)]
