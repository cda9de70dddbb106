"""Which files a stage's bytes depend on: its own package and the core modules it imports, followed by `ast`."""

import ast
import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def closure(word: str) -> list[str]:
    """Paths (relative to the project, sorted) of the stage's own modules and every project module they reach."""
    todo = list((ROOT / "stages" / word).rglob("*.py"))
    seen: set[Path] = set()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        todo.extend(imports(path) - seen)
    return sorted(str(path.relative_to(ROOT)) for path in seen)


@cache
def imports(path: Path) -> frozenset[Path]:
    """Files under `stages/` that a module imports, packages' `__init__` on the way included."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] == "stages":
                found.update(_files(name.split(".")))
    return frozenset(found)


def _files(parts: list[str]) -> set[Path]:
    files = set()
    for depth in range(1, len(parts) + 1):
        base = ROOT.joinpath(*parts[:depth])
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file():
                files.add(path)
    return files


def code_hash(word: str) -> str:
    """One hash over the closure's bytes: a changed line of code never meets an old resume folder."""
    digest = hashlib.sha256()
    for name in closure(word):
        digest.update(name.encode() + b"\0" + (ROOT / name).read_bytes() + b"\0")
    return digest.hexdigest()
