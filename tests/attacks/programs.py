"""Programs that a model might write: SQL that is no plain statement on the environment's own tables, and bombs."""

from tests.attacks.kinds import DONE, WRITE, Attack, program

NO_PLAIN_WRITE = (
    "ATTACH ':memory:' AS other",
    "ATTACH 'stolen.db' AS other",
    "DETACH main",
    "PRAGMA writable_schema = ON",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA trusted_schema = ON",
    "PRAGMA temp_store_directory = '.'",
    "UPDATE sqlite_master SET sql = ''",
    "DELETE FROM sqlite_schema",
    "INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 0, 'CREATE TABLE x(y)')",
    "CREATE TABLE more(x)",
    "CREATE TEMP TABLE more(x)",
    "CREATE VIEW v AS SELECT * FROM task",
    "CREATE VIRTUAL TABLE v USING fts5(x)",
    "CREATE INDEX i ON task(title)",
    "CREATE TRIGGER t AFTER INSERT ON task BEGIN DELETE FROM task; END",
    "ALTER TABLE task RENAME TO gone",
    "DROP TABLE task",
    "VACUUM",
    "VACUUM INTO 'stolen.db'",
    "REINDEX",
    "ANALYZE",
    "BEGIN",
    "SAVEPOINT mine",
    "RELEASE finery_call",
    "ROLLBACK TO finery_start",
    "ROLLBACK",
    "COMMIT",
    "DELETE FROM _meta",
    "UPDATE _meta SET next_id = 1",
    "INSERT INTO _meta VALUES ('x', 1)",
    "DELETE FROM task; DELETE FROM tasklist",
    "DELETE FROM task RETURNING id",
    "EXPLAIN DELETE FROM task",
    "SELECT 1",
    "",
    "-- nothing",
    "\x00DELETE FROM task",
    "DELETE FROM task WHERE title = '\ud800'",
    "DELETE FROM temp.task",
    "WITH gone AS (DELETE FROM task RETURNING id) SELECT * FROM gone",
)
"""What a `run` step may not be."""

FORBIDDEN = (
    "load_extension('evil')",
    "readfile('/etc/passwd')",
    "writefile('stolen', 'x')",
    "edit('x')",
    "random()",
    "randomblob(8)",
    "zeroblob(100000000)",
    "last_insert_rowid()",
    "changes()",
    "sqlite_version()",
    "sqlite_compileoption_get(1)",
    "current_timestamp",
    "fts5(1)",
    "sqlite_rename_table(1,2,3,4,5,6,7)",
    "(SELECT sql FROM sqlite_master)",
    "(SELECT name FROM pragma_table_list)",
    "(SELECT name FROM pragma_function_list)",
    "(SELECT value FROM generate_series(1, 9))",
    "(SELECT rowid FROM task)",
    "(SELECT * FROM dbstat)",
    "(SELECT * FROM sqlite_stmt)",
    "(SELECT * FROM bytecode('SELECT 1'))",
    "'a' REGEXP '(a+)+$'",
    "'a' MATCH 'a'",
    '"no such column"',
)
"""What an expression may not use."""

_COUNT = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
BOMBS: dict[str, tuple[dict, ...]] = {
    "a recursive query without end": (WRITE, {"let": f"{_COUNT} SELECT count(*) AS c FROM n"}, DONE),
    "a recursive query that grows its rows": (
        WRITE,
        {
            "let": "WITH RECURSIVE n(x) AS (SELECT 'xx' UNION ALL SELECT x || x FROM n)"
            " SELECT max(length(x)) AS c FROM n"
        },
        DONE,
    ),
    "a cross join of everything": (
        WRITE,
        {"let": f"SELECT count(*) AS c FROM {', '.join(f'task t{number}' for number in range(12))}"},
        DONE,
    ),
    "an insert without end": ({"run": f"INSERT INTO tasklist {_COUNT} SELECT 'y' || x, '', '' FROM n"}, DONE),
    "a state filled up": (
        {"run": f"{_COUNT[:-1]} LIMIT 5000) INSERT INTO tasklist SELECT 'x' || x, printf('%10000d', x), '' FROM n"},
        DONE,
    ),
    "a printed width in the text": (WRITE, {"return": "SELECT json_quote(printf('%1000000000d', 1))"}),
    "a printed width in an argument": (WRITE, {"return": "SELECT json_quote(printf('%*d', 1000000000, 1))"}),
    "a printed precision": (WRITE, {"return": "SELECT json_quote(printf('%.1000000000c', 'x'))"}),
    "a long result": (WRITE, {"return": "SELECT json_quote(printf('%100000d', 1))"}),
    "a blob of zeros in hex": (WRITE, {"return": "SELECT json_quote(hex(zeroblob(200000000)))"}),
    "a replace that multiplies": (
        WRITE,
        {"return": "SELECT json_quote(replace(printf('%100000d', 1), ' ', printf('%100000d', 1)))"},
    ),
    "a pattern of many wildcards": (
        WRITE,
        {"let": f"SELECT printf('%60000d', 1) LIKE '{'%_' * 200}' AS c"},
        DONE,
    ),
    "a glob of many stars": (WRITE, {"let": f"SELECT printf('%60000d', 1) GLOB '{'*?' * 200}' AS c"}, DONE),
    "a deep result": (WRITE, {"return": "SELECT printf('%.*c', 900, '[') || printf('%.*c', 900, ']')"}),
    "a deep expression": (WRITE, {"return": f"SELECT json_quote({'abs(' * 1500}1{')' * 1500})"}),
    "a long sum": (WRITE, {"return": f"SELECT json_quote({'+'.join(['1'] * 5000)})"}),
    "a long statement": (WRITE, {"return": f"SELECT '{'x' * 200_000}'"}),
    "many compound selects": (WRITE, {"return": " UNION ALL ".join(["SELECT '{}'"] * 200)}),
    "many columns": (WRITE, {"let": f"SELECT {', '.join(f'1 AS c{number}' for number in range(600))}"}, DONE),
    "a result that is no JSON": (WRITE, {"return": "SELECT 'not json'"}),
    "a result that is a number": (WRITE, {"return": "SELECT 3"}),
    "a result that is not finite": (WRITE, {"return": "SELECT '[1e999]'"}),
    "a sum that overflows": (WRITE, {"return": "SELECT json_quote(1e308 * 10)"}),
    "a number beyond all numbers": (WRITE, {"return": "SELECT '{\"a\": [-1E400]}'"}),
    "a let of no row": (WRITE, {"let": "SELECT id FROM task WHERE 0"}, DONE),
    "a let of two rows": (WRITE, {"let": "SELECT id FROM task"}, DONE),
    "a let that writes a table": (WRITE, {"let": "UPDATE task SET title = '' RETURNING id"}, DONE),
    "a let named args": (WRITE, {"let": "SELECT 1 AS args"}, DONE),
    "a require that writes": (WRITE, {"require": "DELETE FROM task RETURNING 1", "error": "NO", "message": ""}, DONE),
    "a return that writes": (WRITE, {"return": "DELETE FROM task RETURNING '{}'"}),
    "a return in the middle": (WRITE, DONE, WRITE),
    "a program without a return": (WRITE,),
    "a name nobody bound": (WRITE, {"return": "SELECT json_quote(:secret)"}),
    "a numbered binding": (WRITE, {"return": "SELECT json_quote(?1)"}),
    "a broken constraint": (WRITE, {"run": "UPDATE task SET status = 'lost'"}, DONE),
    "an orphan": (WRITE, {"run": "UPDATE task SET tasklist = 'nowhere'"}, DONE),
    "a rollback by conflict": (
        {"run": "INSERT OR ROLLBACK INTO tasklist SELECT id, 'again', '' FROM tasklist LIMIT 1"},
        DONE,
    ),
}


def attacks() -> list[Attack]:
    """Every program of this module."""
    found = [program(f"run {sql[:60]!r}", {"run": sql}, DONE) for sql in NO_PLAIN_WRITE]
    found += [program(f"use {use[:60]!r}", {"return": f"SELECT json_array({use})"}) for use in FORBIDDEN]
    return found + [program(name, *steps) for name, steps in BOMBS.items()]
