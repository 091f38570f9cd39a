"""A ZIP file that stays open, with the nested archives on the way to the member that was read last."""

from __future__ import annotations

import lzma
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ragapp.errors import ParseError
from ragapp.fetching.bounded import opened_member, opened_zip

_BROKEN = (
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""The errors for damage, unknown compression, encryption, and archives that would exhaust memory."""


@contextmanager
def damage_reported(archive: str) -> Iterator[None]:
    """Raises ParseError for a damaged or unsupported archive, which the message calls `archive`."""
    try:
        yield
    except _BROKEN as error:
        raise ParseError(f"{archive} cannot be unpacked ({error}). Unpack it and add the folder.") from error


@dataclass(frozen=True, slots=True)
class _Level:
    """An open archive. `name` is its name in the archive around it; closing `stack` closes it."""

    name: str
    archive: zipfile.ZipFile
    stack: ExitStack


class OpenedZip:
    """Reads each list of files once, and unpacks a nested archive once as long as its members are read
    together. The methods raise the errors that `damage_reported` translates, and OSError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        file = path.open("rb")
        self._stamp = _stamp(os.fstat(file.fileno()))
        self._levels: list[_Level] = []
        self._enter("", file)

    def is_still(self, path: Path) -> bool:
        """Whether `path` is this file, unchanged."""
        return path == self._path and _stamp(path.stat()) == self._stamp

    def infos(self, names: tuple[str, ...]) -> list[zipfile.ZipInfo]:
        """The entries of the nested archive that `names` lead to."""
        return self._archive(names).infolist()

    def unpacked(self, names: tuple[str, ...]) -> BinaryIO:
        """The member that `names` lead to as a temporary file at its start. It has as many bytes as declared
        at most, since zipfile stops there."""
        archive = self._archive(names[:-1])
        with ExitStack() as stack:
            data = stack.enter_context(tempfile.TemporaryFile())
            with opened_member(archive, names[-1]) as member:
                shutil.copyfileobj(member, data)
            data.seek(0)
            stack.pop_all()  # from here on the caller closes it
            return data

    def close(self) -> None:
        while self._levels:
            self._levels.pop().stack.close()

    def _archive(self, names: tuple[str, ...]) -> zipfile.ZipFile:
        while not self._leads_to(names):
            self._levels.pop().stack.close()
        for number in range(len(self._levels), len(names) + 1):
            self._enter(names[number - 1], self.unpacked(names[:number]))
        return self._levels[-1].archive

    def _leads_to(self, names: tuple[str, ...]) -> bool:
        """Whether all open levels are on the way."""
        return names[: len(self._levels) - 1] == tuple(level.name for level in self._levels[1:])

    def _enter(self, name: str, file: BinaryIO) -> None:
        with ExitStack() as stack:
            stack.enter_context(file)
            archive = stack.enter_context(opened_zip(file))
            self._levels.append(_Level(name, archive, stack.pop_all()))


def _stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
