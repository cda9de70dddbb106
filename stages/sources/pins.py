"""Packages and files held to what params say: version by the package's own metadata, bytes by sha256."""

import hashlib
import importlib.metadata
import re
from pathlib import Path

from stages.core.errors import UserError
from stages.core.records import Source
from stages.sources.limits import LARGEST


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution(package: str, folder: Path | None, pinned: str | None) -> importlib.metadata.Distribution:
    """The unpacked (`folder`) or installed (None) package, at the pinned version where one is given.

    Raises UserError when it is absent or of another version.
    """
    where = str(folder) if folder else "the virtual environment"
    if folder is None:
        try:
            found = importlib.metadata.distribution(package)
        except importlib.metadata.PackageNotFoundError:
            raise UserError(f"sources: {package}", f"the package is not installed in {where}") from None
    else:
        wanted = _canonical(package)
        for info in sorted(folder.glob("*.dist-info")):
            if _canonical(info.name.removesuffix(".dist-info").rsplit("-", 1)[0]) == wanted:
                found = importlib.metadata.PathDistribution(info)
                break
        else:
            raise UserError(f"sources: {package}", f"the package is not unpacked in {where}; run `make` first")
    if pinned is not None and found.version != pinned:
        raise UserError(f"sources: packages.{package}", f"pinned at {pinned}, but {where} has {found.version}")
    return found


def licence(package: importlib.metadata.Distribution) -> str:
    """The short licence of a package's metadata: its SPDX expression, a classifier, a License line, or the file's title."""
    meta = package.metadata
    if "License-Expression" in meta:
        return meta["License-Expression"]
    for classifier in meta.get_all("Classifier") or []:
        if classifier.startswith("License :: "):
            return classifier.rsplit(" :: ", 1)[-1]
    line = meta["License"].strip().splitlines() if "License" in meta else []
    if line:
        return line[0][:60]
    for name in meta.get_all("License-File") or []:
        text = package.read_text(f"licenses/{name}") or package.read_text(name) or ""
        for short, opening in (("Apache-2.0", "Apache License"), ("MIT", "MIT License")):
            if opening in text[:200]:
                return short
    return "unknown"


def read_pinned(
    root: Path,
    path: str,
    *,
    package: str,
    version: str,
    licence: str,
    sha256: str | None = None,
    url: str | None = None,
) -> tuple[bytes, Source]:
    """The bytes of `root / path` and their Source. Raises UserError if absent, too large, or not the pinned bytes."""
    file = root / path
    if not file.is_file():
        raise UserError(f"{package}: {path}", "no such file in the package")
    if file.stat().st_size > LARGEST:
        raise UserError(f"{package}: {path}", f"larger than {LARGEST} bytes")
    data = file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if sha256 is not None and sha256 != digest:
        raise UserError(f"{package}: {path}", f"sha256 is {digest}, but params pin {sha256}")
    return data, Source(package=package, version=version, path=path, sha256=digest, licence=licence, url=url)
