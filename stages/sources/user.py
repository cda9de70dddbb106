"""The user's own descriptions, from a file, a folder, a URL or a live MCP server: OpenAPI, or a list of tools.

Files of a folder without `paths` are there to be referred to.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from stages.core.errors import UserError
from stages.core.params.sources import Entry, UserFile, UserUrl
from stages.core.records import Api, Source
from stages.core.records.base import canonical
from stages.sources import files, openapi, tool_list
from stages.sources.fetch import fetch
from stages.sources.folder import Folder
from stages.sources.live import listing

LISTINGS = "listings"
"""Folder in the artefact with what live servers said of themselves."""


def read_entry(entry: Entry, where: str, run_commands: bool, cache: Path, out: Path) -> list[Api]:
    """The APIs of one entry of params.

    Args:
        entry: what is to be read.
        where: its place in params, for errors.
        run_commands: whether the command of a live server may be started.
        cache: where fetched files are kept.
        out: where listings of live servers are kept.

    Raises UserError with the file, address or command and what is wrong there.
    """
    if isinstance(entry, UserFile):
        return read(Path(entry.path), entry.domain)
    if isinstance(entry, UserUrl):
        return [read_url(entry.url, entry.sha256, entry.domain, cache)]
    if not run_commands:
        raise UserError(
            where, "a command runs with your rights, so it is only started with `sources.run_commands: true`"
        )
    return [read_server(entry.mcp, entry.domain, out, where)]


def read(path: Path, domain: str) -> list[Api]:
    """The APIs of a file or folder, in order of their paths. Raises UserError with the file and the field at fault."""
    if path.is_file():
        documents = Folder(path.parent, path.name)
        mains = [path.name]
    elif path.is_dir():
        documents = Folder(path)
        mains = [name for name, document in documents.items() if _is_api(document) or tool_list.is_tool_list(document)]
    else:
        raise UserError(str(path), "no such file or folder")
    if not mains:
        raise UserError(
            str(path), "no OpenAPI document (`openapi` or `swagger` with `paths`) and no list of tools in this folder"
        )
    licence = "as the user's own file says"
    return [_api(documents, name, domain, "path", documents.sha256(name), licence) for name in mains]


def read_url(url: str, sha256: str, domain: str, cache: Path) -> Api:
    """The API of one file on the web. Raises UserError with the address and what is wrong."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name or "api.json"
    documents = {name: files.parse(fetch(url, sha256, cache), name)}
    return _api(documents, name, domain, "url", sha256, "as its publisher says", url)


def read_server(command: tuple[str, ...], domain: str, out: Path, where: str) -> Api:
    """The API of a live MCP server; its own words are kept in `out / LISTINGS`, and their hash in the Api's source.

    Raises UserError at `where`.
    """
    told = listing(command, where)
    data = canonical(told).encode()
    files.parse_json(data, where)  # as deep and as large as any file may be
    name = f"{slug(told['server']['name'] or Path(command[0]).name)}.json"
    (out / LISTINGS).mkdir(exist_ok=True)
    (out / LISTINGS / name).write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    return _api({name: told}, name, domain, "mcp", sha256, "as its publisher says")


def slug(name: str) -> str:
    """Lower case words joined by hyphens; `api` where there is none."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "api"


def _api(
    documents: Mapping[str, Any], name: str, domain: str, kind: str, sha256: str, licence: str, url: str | None = None
) -> Api:
    document = documents[name]
    told = document.get("info", document.get("server")) if isinstance(document, dict) else None
    version = str(told.get("version", "")) if isinstance(told, dict) else ""
    source = Source(package=kind, version=version, path=name, sha256=sha256, licence=licence, url=url)
    id = f"user-{slug(name.rsplit('.', 1)[0])}"
    if tool_list.is_tool_list(document) or kind == "mcp":
        return tool_list.read(document, source, id=id, domain=domain)
    return openapi.read(documents, name, source, id=id, domain=domain)


def _is_api(document: Any) -> bool:
    return isinstance(document, dict) and ("openapi" in document or "swagger" in document) and "paths" in document
