"""Public Python functions as typed descriptions: signature and docstring read by `ast` as text, nothing is imported.

Only functions whose every required parameter is a scalar, a list of scalars or a choice of words, with one to six such
parameters and a first line of description. They serve single-call rows: words that no web API has.
"""

import ast
import hashlib
import re
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from stages.core.errors import UserError
from stages.core.records import Api, Field, Operation, Parameter, Source
from stages.sources.layman import plain, spread
from stages.sources.numpydoc import parameters, typed
from stages.sources.pins import distribution, licence
from stages.sources.text import brief

_PERMISSIVE = ("MIT", "BSD", "Apache", "PSF", "Python Software", "ISC")
_COPYLEFT = ("GPL", "MPL", "EPL", "CDDL")
_MOST_FILES = 900
_SKIP = {"tests", "test", "testing", "_lib", "_vendor", "conftest.py", "extern"}
_NO_NOUN = ("app", "tools", "toolkits", "toolkit", "applications", "server", "core", "base", "basic", "main", "api")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def read_module(
    module: str,
    packages: dict[str, str],
    most: int,
    *,
    package: str | None = None,
    folder: Path | None = None,
    only: tuple[str, ...] = (),
) -> Api:
    """The functions of a package or stdlib module. Raises UserError if absent or not permissively licensed.

    Args:
        module: importable name, `networkx`, `statistics` or `camel.toolkits`; public methods of its classes count too.
        packages: pinned versions by package name; a package not listed is read at its installed version.
        most: functions kept, in turn over the modules they stand in.
        package: name of the package where it is not the module's first word (`camel-ai`).
        folder: where the package lies unpacked; None reads the virtual environment's.
        only: the last word of the modules kept (`spotify`); empty keeps all.
    """
    root, source = _source(module, package, packages, folder)
    paths = [root] if root.is_file() else [p for p in sorted(root.rglob("*.py")) if not _SKIP & set(p.parts[-4:])]
    found: dict[str, Operation] = {}
    digest = hashlib.sha256()
    left_out = {"unreadable_file": 0, "not_for_laymen": 0}
    for path in paths[:_MOST_FILES]:
        data = path.read_bytes()
        digest.update(data)
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError):
            left_out["unreadable_file"] += 1
            continue
        where = module if root.is_file() else ".".join((module, *path.relative_to(root).with_suffix("").parts))
        for operation in _functions(tree, where.removesuffix(".__init__")):
            if only and operation.resource.rpartition(".")[2] not in only:
                continue
            easy = plain(operation, science=_formulas(operation))
            if easy is None:
                left_out["not_for_laymen"] += 1
            else:
                found.setdefault(easy.name, easy)
    kept = spread(list(found.values()), most)
    return Api(
        id=f"python-{module}".replace("_", "-").replace(".", "-"),
        name=module.partition(".")[0],
        title=module,
        publisher="python",
        version=source.version,
        domain="data",
        source=source.model_copy(update={"sha256": digest.hexdigest()}),
        operations=tuple(kept),
        schemas={},
        left_out={**left_out, "over_functions": len(found) - len(kept)},
    )


def _formulas(operation: Operation) -> bool:
    """Whether parameters are quantities with short symbols, each explained: a formula library's function."""
    numbers = [p for p in operation.parameters if p.type in ("number", "integer")]
    return len(numbers) * 2 > len(operation.parameters) and all(p.description for p in numbers)


def _source(module: str, package: str | None, packages: dict[str, str], folder: Path | None) -> tuple[Path, Source]:
    if not all(part.isidentifier() for part in module.split(".")):
        raise UserError("params.yaml: sources.breadth.python", f"{module!r} is no module's name")
    top = package or module.split(".")[0]
    if top in sys.stdlib_module_names:
        base, version, terms = Path(sysconfig.get_path("stdlib")), sys.version.split()[0], "PSF-2.0"
    else:
        found = distribution(top, folder, packages.get(top))
        base, version, terms = Path(str(found.locate_file(""))), found.version, licence(found)
        # `MPL-2.0 AND MIT` names a permissive part and is not permissive.
        if not any(word in terms for word in _PERMISSIVE) or any(word in terms for word in _COPYLEFT):
            raise UserError(f"sources: {module}", f"its licence {terms!r} is not among the permissive ones")
    inside = "/".join(module.split("."))
    for path in (base / inside, base / f"{inside}.py"):
        if path.exists():
            return path, Source(package=top, version=version, path=inside, sha256="", licence=terms)
    raise UserError(f"sources: {module}", "the module has no Python source to read")


def _functions(tree: ast.Module, where: str) -> Iterator[Operation]:
    # A private module's public function is reached from the public module above it.
    prefix = ".".join(part for part in where.split(".") if not part.startswith("_"))
    for node in tree.body:
        if isinstance(node, _Function) and not node.name.startswith("_"):
            operation = _operation(node, node.args.args, prefix)
            if operation is not None:
                yield operation
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _methods(node, _noun(prefix))


def _noun(where: str) -> str:
    """A module's name without words that name no thing: `a.applications.trello.app` -> `a.trello`."""
    parts = [part.removesuffix("_toolkit").removesuffix("_tool").removesuffix("_tools") for part in where.split(".")]
    return ".".join(part for number, part in enumerate(parts) if not number or part not in _NO_NOUN)


def _methods(node: ast.ClassDef, where: str) -> Iterator[Operation]:
    """Public methods without decorators that make them something else; of `get` and `aget` the first."""
    names = {each.name for each in node.body if isinstance(each, _Function)}
    for each in node.body:
        if not isinstance(each, _Function) or each.name.startswith("_"):
            continue
        decorators = {ast.unparse(decorator).partition("(")[0] for decorator in each.decorator_list}
        twin = isinstance(each, ast.AsyncFunctionDef) and each.name[0] == "a" and each.name[1:] in names
        if twin or decorators & {"property", "classmethod", "overload", "abstractmethod", "staticmethod"}:
            continue
        operation = _operation(each, each.args.args[1:], where)
        if operation is not None:
            yield operation


def _operation(node: _Function, arguments: list[ast.arg], where: str) -> Operation | None:
    text = ast.get_docstring(node)
    if not text or node.args.posonlyargs:
        return None
    documented = parameters(text)
    defaults = [None] * (len(arguments) - len(node.args.defaults)) + list(node.args.defaults)
    pairs = [*zip(arguments, defaults, strict=True), *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]
    fields: list[Field] = []
    for argument, default in pairs:
        said = documented.get(argument.arg)
        field = _field(argument, said.kind if said else "", said.description if said else "", default)
        if field is not None:
            fields.append(field)
        elif default is None:
            return None
    first = brief(re.sub(r"^Description:\s*", "", text.split("\n\n")[0]))
    if not fields or not first:
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


def _field(argument: ast.arg, kind: str, description: str, default: ast.expr | None) -> Field | None:
    """The parameter by its annotation, or by the docstring's words where the annotation is no plain type."""
    kinds = [ast.unparse(argument.annotation) if argument.annotation else "", kind]
    for written in filter(None, kinds):
        field = typed(argument.arg, written, description, required=default is None, default=_literal(default))
        if field is not None:
            return field
    return None


def _literal(node: ast.expr | None) -> object:
    """A default that is a plain constant; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, int, float, bool)):
        return node.value
    return None
