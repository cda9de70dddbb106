"""The descriptions in a folder of the user's own: each read when it is asked for, once; none outside the folder."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stages.core.errors import UserError
from stages.sources import files
from stages.sources.limits import ENTRIES, FILES, LARGEST, TOTAL

ENDINGS = {".json", ".yaml", ".yml"}


class Folder(Mapping[str, Any]):
    """Path relative to the folder (POSIX) -> parsed document, in order of the paths.

    Links are resolved, and one that leaves the folder is as good as `..`: what it leads to is not there. Raises UserError
    for a folder that is too large, and later for a file that cannot be read.

    Args:
        root: the folder.
        only: its one file that counts; None for all that look like descriptions.
    """

    def __init__(self, root: Path, only: str | None = None) -> None:
        self.root = root
        self._paths = {only: root / only} if only else dict(self._inside())
        self._read: dict[str, Any] = {}
        self._hashes: dict[str, str] = {}
        self._left = TOTAL

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            self._read[name] = self._parsed(name, self._paths[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def sha256(self, name: str) -> str:
        """Hash of the bytes of a file. Raises UserError where it cannot be read."""
        if name not in self._hashes:
            self._read[name] = self._parsed(name, self._paths[name])
        return self._hashes[name]

    def _parsed(self, name: str, path: Path) -> Any:
        try:
            if path.stat().st_size > LARGEST:
                raise UserError(str(path), f"larger than {LARGEST} bytes")
            data = path.read_bytes()
        except OSError as error:
            raise UserError(str(path), f"cannot be read ({error.strerror})") from None
        self._left -= len(data)
        if self._left < 0:
            raise UserError(str(self.root), f"more than {TOTAL} bytes of descriptions")
        self._hashes[name] = hashlib.sha256(data).hexdigest()
        return files.parse(data, str(path))

    def _inside(self) -> list[tuple[str, Path]]:
        home = self.root.resolve()
        found, seen = [], 0
        for folder, folders, names in os.walk(self.root):
            seen += len(folders) + len(names)
            if seen > ENTRIES:
                raise UserError(str(self.root), f"more than {ENTRIES} files and folders")
            for path in (Path(folder, name) for name in names):
                if path.suffix.lower() in ENDINGS and path.is_file() and path.resolve().is_relative_to(home):
                    found.append((path.relative_to(self.root).as_posix(), path))
        if len(found) > FILES:
            raise UserError(str(self.root), f"more than {FILES} files")
        return sorted(found)
