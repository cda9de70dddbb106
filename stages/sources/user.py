"""The user's own file, or a folder of them: OpenAPI (files without `paths` are referred to), or a list of tools."""

import hashlib
import re
from pathlib import Path
from typing import Any

from stages.core.errors import UserError
from stages.core.records import Api, Source
from stages.sources import files, openapi, tool_list

_ENDINGS = {".json", ".yaml", ".yml"}
_MOST = 500
"""Files read from one folder."""


def read(path: Path, domain: str) -> list[Api]:
    """The APIs of a file or folder, in order of their paths. Raises UserError with the file and the field at fault."""
    if path.is_file():
        documents, hashes = _documents([(path.name, path)])
    elif path.is_dir():
        root = path.resolve()
        found = [file for file in sorted(path.rglob("*")) if file.suffix.lower() in _ENDINGS and file.is_file()]
        # A link that leaves the folder is as good as `..`.
        inside = [file for file in found if file.resolve().is_relative_to(root)]
        if len(inside) > _MOST:
            raise UserError(str(path), f"more than {_MOST} files")
        documents, hashes = _documents([(file.relative_to(path).as_posix(), file) for file in inside])
    else:
        raise UserError(str(path), "no such file or folder")
    mains = [
        name
        for name, document in documents.items()
        if path.is_file() or _is_api(document) or tool_list.is_tool_list(document)
    ]
    if not mains:
        raise UserError(
            str(path), "no OpenAPI document (`openapi` or `swagger` with `paths`) and no list of tools in this folder"
        )
    apis = []
    for name in mains:
        document = documents[name]
        info = document.get("info") if isinstance(document, dict) else None
        version = info.get("version", "") if isinstance(info, dict) else ""
        source = Source(
            package="path", version=str(version), path=name, sha256=hashes[name], licence="as the user's own file says"
        )
        slug = re.sub(r"[^a-z0-9]+", "-", name.rsplit(".", 1)[0].lower()).strip("-") or "api"
        if tool_list.is_tool_list(document):
            apis.append(tool_list.read(document, source, id=f"user-{slug}", domain=domain))
        else:
            apis.append(openapi.read(documents, name, source, id=f"user-{slug}", domain=domain))
    return apis


def _is_api(document: Any) -> bool:
    return isinstance(document, dict) and ("openapi" in document or "swagger" in document) and "paths" in document


def _documents(named: list[tuple[str, Path]]) -> tuple[dict[str, Any], dict[str, str]]:
    documents, hashes = {}, {}
    for name, file in named:
        if file.stat().st_size > files.LARGEST:
            raise UserError(str(file), f"larger than {files.LARGEST} bytes")
        data = file.read_bytes()
        documents[name] = files.parse(data, str(file))
        hashes[name] = hashlib.sha256(data).hexdigest()
    return documents, hashes
