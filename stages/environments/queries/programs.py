"""Queries and orders as SQL: conditions for a WHERE, and the numbered rows of a list that is not in order of its keys."""

from stages.core.records import Let, Require, Return, Step
from stages.environments.shapes import EntityShape, Query, ToolShape
from stages.environments.sql import literal, name, path, path_key, text

_SIGNS = {"after": ">", "from": ">=", "before": "<", "until": "<="}


def condition(argument: str, query: Query) -> str:
    """Holds where the argument was not given, or a column fits it."""
    fits = " OR ".join(_fits(argument, query, name(column)) for column in query.columns)
    none = f"{text(argument)} IS NULL"
    if query.kind == "any_of":
        none = f"coalesce(json_array_length(:args, {path(argument)}), 0) = 0"
    return f"({none} OR {fits})"


def _fits(argument: str, query: Query, column: str) -> str:
    given = text(argument)
    if query.kind == "contains":
        return f"instr(lower({column}), lower({given})) > 0"
    if query.kind == "prefix":
        return f"substr({column}, 1, length({given})) = {given}"
    if query.kind == "any_of":
        return f"{column} IN (SELECT value FROM json_each(:args, {path(argument)}))"
    if query.kind == "wild":
        literal_ = f"replace(replace(replace({given}, '\\', '\\\\'), '%', '\\%'), '_', '\\_')"
        return f"{column} LIKE '%' || replace({literal_}, '*', '%') || '%' ESCAPE '\\'"
    return f"unixepoch({column}, 'subsec') {_SIGNS[query.kind]} unixepoch({given}, 'subsec')"


def bound(tool: ToolShape) -> tuple[str, ...]:
    """Arguments that a token is bound to, in their order."""
    return (*tool.filters, *tool.queries, *(tool.sort.arguments if tool.sort else ()))


def in_order(
    entity: EntityShape, tool: ToolShape, clauses: list[str], shown: str, size: str | None
) -> tuple[Step, ...]:
    """The last steps of a list that can be asked for in an order; `:after` and `:size` are known where it has pages.

    Args:
        clauses: conditions that its rows meet, but for the page.
        shown: the expression that shows a row.
        size: the expression of a page's size; None: all rows at once.
    """
    sort, key, table = tool.sort, name(entity.key), name(entity.table)
    assert sort is not None  # else the list is in order of its keys
    cases = "".join(f" WHEN {literal(value)} THEN {name(column)}" for value, column in sort.columns.items())
    value = f"CASE {text(sort.by)}{cases} END" if sort.by else "NULL"
    down = f"coalesce({text(sort.order)} = {literal(sort.down)}, 0)" if sort.order else "0"
    steps: list[Step] = []
    if tool.page_token and tool.next_token:
        anchor = f"(SELECT {value} FROM {table} WHERE {key} = :after)"
        steps.append(Let(let=f"SELECT {down} AS down, {anchor} AS anchor"))
        there = f"SELECT 1 WHERE :after = '' OR EXISTS (SELECT 1 FROM {table} WHERE {key} = :after)"
        if sort.by:
            there += f" OR {text(sort.by)} IS NULL"
            steps.append(Require(require=there, error=tool.bad_token, message="no page of this list has that token"))
        later = [f"({_later(value, key, sign)})" for sign in (">", "<")]
        clauses = [*clauses, f"(:after = '' OR iif(:down, {later[1]}, {later[0]}))"]
    else:
        steps.append(Let(let=f"SELECT {down} AS down"))
    where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
    keys = [f"iif(:down, NULL, {value})", f"iif(:down, {value}, NULL) DESC", f"iif(:down, NULL, {key})"]
    order = ", ".join((*keys, f"iif(:down, {key}, NULL) DESC"))
    placed = f"_placed AS (SELECT *, row_number() OVER (ORDER BY {order}) AS _place FROM {table}{where})"
    rows = f"json((SELECT json_group_array(json({shown}) ORDER BY _place) FROM _page))"
    out = path_key(tool.items or "items")
    if size is None:
        page = "_page AS (SELECT * FROM _placed)"
        return (*steps, Return(return_=f"WITH {placed}, {page} SELECT json_object({out}, {rows})"))
    page = "_page AS (SELECT * FROM _placed WHERE _place <= :size)"
    more = ""
    if tool.page_token and tool.next_token:
        last = f"'p:' || (SELECT {key} FROM _page ORDER BY _place DESC LIMIT 1) || :suffix"
        more = f", {path_key(tool.next_token)}, iif((SELECT count(*) FROM _placed) > :size, {last}, NULL)"
    return (
        *steps,
        Return(return_=f"WITH {placed}, {page} SELECT json_patch('{{}}', json_object({out}, {rows}{more}))"),
    )


def _later(value: str, key: str, sign: str) -> str:
    """Whether a row comes after the last one shown: nulls first, then by value, then by key."""
    some, had = f"({value} IS NOT NULL)", "(:anchor IS NOT NULL)"
    return f"{some} {sign} {had} OR {some} = {had} AND ({value} {sign} :anchor OR {value} IS :anchor AND {key} {sign} :after)"
