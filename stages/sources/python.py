"""Public Python functions as typed descriptions: signature and docstring read by `ast` as text, nothing is imported.

Only functions whose every required parameter is a scalar, a list of scalars or a choice of words, with one to six such
parameters and a first line of description. They serve single-call rows: words that no web API has.
"""

import ast
import hashlib
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from stages.core.errors import UserError
from stages.core.records import Api, Field, Operation, Parameter, Source
from stages.sources.numpydoc import parameters, typed
from stages.sources.pins import distribution, licence
from stages.sources.text import brief

_PERMISSIVE = ("MIT", "BSD", "Apache", "PSF", "Python Software")
_COPYLEFT = ("GPL", "MPL", "EPL", "CDDL")
_MOST_FILES = 600
_SKIP = {"tests", "test", "testing", "_lib", "_vendor", "conftest.py", "extern"}


def read_module(module: str, packages: dict[str, str], most: int) -> Api:
    """The functions of an installed package or stdlib module. Raises UserError if absent or not permissively licensed.

    Args:
        module: importable name, `networkx` or `statistics`.
        packages: pinned versions by package name; a package not listed is read at its installed version.
        most: functions kept, spread evenly over the sorted names.
    """
    root, source = _source(module, packages)
    paths = [root] if root.is_file() else [p for p in sorted(root.rglob("*.py")) if not _SKIP & set(p.parts[-4:])]
    found: dict[str, Operation] = {}
    digest = hashlib.sha256()
    left_out = 0
    for path in paths[:_MOST_FILES]:
        data = path.read_bytes()
        digest.update(data)
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError):
            left_out += 1
            continue
        where = module if root.is_file() else ".".join((module, *path.relative_to(root).with_suffix("").parts))
        for operation in _functions(tree, where.removesuffix(".__init__")):
            found.setdefault(operation.method, operation)
    names = sorted(found)
    kept = names if len(names) <= most else [names[i * len(names) // most] for i in range(most)]
    return Api(
        id=f"python-{module}".replace("_", "-").replace(".", "-"),
        name=module,
        title=module,
        publisher="python",
        version=source.version,
        domain="data",
        source=source.model_copy(update={"sha256": digest.hexdigest()}),
        operations=tuple(found[name] for name in kept),
        schemas={},
        left_out={"unreadable_file": left_out, "over_functions": len(names) - len(kept)},
    )


def _source(module: str, packages: dict[str, str]) -> tuple[Path, Source]:
    if not all(part.isidentifier() for part in module.split(".")):
        raise UserError("params.yaml: sources.breadth.python", f"{module!r} is no module's name")
    top = module.split(".")[0]
    if top in sys.stdlib_module_names:
        base, version, terms = Path(sysconfig.get_path("stdlib")), sys.version.split()[0], "PSF-2.0"
    else:
        package = distribution(top, None, packages.get(top))
        base, version, terms = Path(str(package.locate_file(""))), package.version, licence(package)
        # `MPL-2.0 AND MIT` names a permissive part and is not permissive.
        if not any(word in terms for word in _PERMISSIVE) or any(word in terms for word in _COPYLEFT):
            raise UserError(f"sources: {module}", f"its licence {terms!r} is not among the permissive ones")
    inside = "/".join(module.split("."))
    for path in (base / inside, base / f"{inside}.py"):
        if path.exists():
            return path, Source(package=top, version=version, path=inside, sha256="", licence=terms)
    raise UserError(f"sources: {module}", "the module has no Python source to read")


def _functions(tree: ast.Module, where: str) -> Iterator[Operation]:
    # A private module's public function is reached from the top.
    private = any(part.startswith("_") for part in where.split(".")[1:])
    prefix = where.split(".")[0] if private else where
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            operation = _operation(node, prefix)
            if operation is not None:
                yield operation


def _operation(node: ast.FunctionDef, where: str) -> Operation | None:
    text = ast.get_docstring(node)
    if not text or node.args.posonlyargs:
        return None
    documented = parameters(text)
    arguments = node.args.args
    defaults = [None] * (len(arguments) - len(node.args.defaults)) + list(node.args.defaults)
    pairs = [*zip(arguments, defaults, strict=True), *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]
    fields: list[Field] = []
    for argument, default in pairs:
        said = documented.get(argument.arg)
        kind = ast.unparse(argument.annotation) if argument.annotation else said.kind if said else ""
        literal = _literal(default)
        field = typed(argument.arg, kind, said.description if said else "", required=default is None, default=literal)
        if field is not None:
            fields.append(field)
        elif default is None:
            return None
    first = brief(text.split("\n\n")[0])
    if not 1 <= len(fields) <= 6 or not first:
        return None
    return Operation(
        name=f"{where}.{node.name}",
        resource=where,
        method=node.name,
        http_method="CALL",
        path=f"{where}.{node.name}",
        description=first,
        parameters=tuple(Parameter.model_validate({**dict(field), "location": "body"}) for field in fields),
    )


def _literal(node: ast.expr | None) -> object:
    """A default that is a plain constant; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, int, float, bool)):
        return node.value
    return None
