"""Tables, start states and documents from a stranger: each must be turned away with its named error."""

import gzip
import io

from stages.core.engine import Runtime, ScenarioRefused, SchemaRefused
from stages.core.errors import UserError
from stages.core.records import Column, Source, Table
from stages.sources import files, openapi
from tests.attacks.kinds import Attack, refused
from tests.fixtures.tasks import tasks_environment, tasks_scenario

SOURCE = Source(package="path", version="1", path="a.yaml", sha256="0" * 64, licence="MIT")
COLUMNS: dict[str, dict[str, object]] = {
    "a column that ends the statement": {"name": 'x"); DROP TABLE task; --'},
    "a column of SQLite's own": {"name": "sqlite_x"},
    "a column twice": {"name": "id"},
    "a default that is SQL": {"name": "x", "default": "a\0'); DROP TABLE task; --"},
    "a default of another type": {"name": "x", "type": "INTEGER", "kind": "number", "default": "1); --"},
    "a reference to SQLite's tables": {"name": "x", "kind": "parent", "references": "sqlite_master"},
    "a reference to the clock": {"name": "x", "kind": "parent", "references": "_meta"},
}
CELLS: dict[str, dict[str, object]] = {
    "a cell of another type": {"title": 7},
    "a truth value": {"deleted": True},
    "a number of 70 bits": {"position": 2**70},
    "half a surrogate pair": {"title": "\ud800"},
    "a NUL character": {"title": "a\0b"},
    "a column nobody has": {"title": "x", "rowid": 1},
    "a column that is SQL": {'title") VALUES (1); DROP TABLE task; --': "x"},
    "a parent that is not there": {"tasklist": "nowhere"},
    "a status nobody listed": {"status": "lost"},
    "JSON that is none": {"links": "[1,"},
    "a text of a megabyte": {"title": "x" * 1_000_000},
}
TEXTS: dict[str, bytes] = {
    "a billion laughs": b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
        f"{n}: &{n} [{', '.join(['*' + p] * 9)}]\n".encode() for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "an object of Python": b"!!python/object/apply:os.system ['touch stolen']",
    "a tag of one's own": b"!ruby/object:Gem::Installer {i: x}",
    "deep brackets": b"[" * 5_000,
    "deep JSON": b'{"a":' * 5_000,
    "no UTF-8": b"openapi: \xff\xfe",
    "two documents": b"a: 1\n---\nb: 2\n",
}  # fmt: skip
REFERENCES = (
    "../secret.yaml#/x", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1/x", "\\\\host\\share",
    "a.yaml/../../x", "%2e%2e/secret", "b.yaml#/x", "#/components/schemas/Nothing", "#/components/schemas/Loop",
)  # fmt: skip


def attacks() -> list[Attack]:
    """Everything of this module."""
    found = [refused(f"table with {n}", lambda c=c: _table(c), SchemaRefused, ValueError) for n, c in COLUMNS.items()]
    found += [refused(f"state with {name}", lambda c=c: _state(c), ScenarioRefused) for name, c in CELLS.items()]
    found += [
        refused(f"document of {name}", lambda t=t: files.parse(t, "a.yaml"), UserError) for name, t in TEXTS.items()
    ]
    found += [refused(f"reference {r!r}", lambda r=r: _reference(r), UserError) for r in REFERENCES]
    found.append(refused("a gzip bomb", lambda: files.unpack(_bomb(), "a.gz"), UserError))
    return found


def _table(column: dict[str, object]) -> None:
    key = Column(name="id", type="TEXT", kind="key", required=True)
    other = Column.model_validate({"type": "TEXT", "kind": "text"} | column)
    table = Table(name="thing", noun="thing", plural="things", columns=(key, other), label=None, minted=True)
    environment = tasks_environment()
    Runtime(environment.model_copy(update={"tables": (*environment.tables, table)}))


def _state(cells: dict[str, object]) -> None:
    scenario = tasks_scenario()
    first, *rest = scenario.tables["task"]
    tables = scenario.tables | {"task": (first | cells, *rest)}
    Runtime(tasks_environment()).open(scenario.model_copy(update={"tables": tables}))


def _reference(reference: str) -> None:
    text = (
        "openapi: 3.0.0\npaths:\n  /pets:\n    get:\n      responses:\n        200:\n          content:\n"
        f"            application/json:\n              schema: {{$ref: '{reference}'}}\n"
        "components:\n  schemas:\n    Loop: {$ref: '#/components/schemas/Loop'}\n"
    )
    document = files.parse_yaml(text.encode(), "a.yaml")
    openapi.read({"a.yaml": document}, "a.yaml", SOURCE, id="user-a", domain="other")


def _bomb() -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(64):
            file.write(bytes(1024 * 1024))
    return packed.getvalue()
