"""ZIP archives as sources of documents. Members are read one by one and never written under their names."""

from __future__ import annotations

import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ragapp.errors import ParseError
from ragapp.fetching.bounded import opened_member, opened_zip

MAX_DEPTH = 3
MAX_MEMBERS = 100_000
MAX_RATIO = 200
"""The highest compression ratio. Text has a ratio of 10, logs of 50; deflate can reach 1,032."""
MIN_BYTES = 64 * 1024 * 1024
"""The unpacked size that is allowed at any ratio."""

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


@dataclass(frozen=True, slots=True)
class Member:
    """A document in an archive. `names` are those of the nested archives and of the document itself.

    `called` is the name of the archive in messages.
    """

    archive: Path
    names: tuple[str, ...]
    crc: int
    called: str

    @property
    def path(self) -> str:
        return "!/".join((str(self.archive), *self.names))

    @property
    def name(self) -> str:
        """The name for people, which is never used as a path."""
        return PurePosixPath(self.names[-1].replace("\\", "/")).name

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Its bytes as a seekable file. Raises ParseError, OSError."""
        with self.archive.open("rb") as file, _unpacked(self.called, file, self.names) as data:
            yield data


def is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def members(archive: Path, called: str | None = None) -> list[Member]:
    """The files in the archive and in nested archives. `called` is its name in messages, by default its own.

    Raises ParseError, OSError.
    """
    with archive.open("rb") as file:
        return list(_Listing(archive, called or archive.name).members(file, ()))


class _Listing:
    """Lists an archive recursively. In total, it must stay within the limits on size and count."""

    def __init__(self, archive: Path, called: str) -> None:
        self._archive = archive
        self._called = called
        self._bytes_left = max(MIN_BYTES, MAX_RATIO * archive.stat().st_size)
        self._members_left = MAX_MEMBERS

    def members(self, file: BinaryIO, names: tuple[str, ...]) -> Iterator[Member]:
        if len(names) >= MAX_DEPTH:
            raise self._refusal(f"has archives nested {MAX_DEPTH} deep")
        with _damage_reported(self._called), opened_zip(file) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
        self._count(infos)
        for info in infos:
            path = (*names, info.filename)
            if is_archive(Path(info.filename)):
                with _unpacked(self._called, file, (info.filename,)) as inner:
                    yield from self.members(inner, path)
            else:
                yield Member(self._archive, path, info.CRC, self._called)

    def _count(self, infos: list[zipfile.ZipInfo]) -> None:
        self._bytes_left -= sum(info.file_size for info in infos)
        self._members_left -= len(infos)
        if self._bytes_left < 0:
            raise self._refusal(f"unpacks to more than {MAX_RATIO} times its size, like a ZIP bomb")
        if self._members_left < 0:
            raise self._refusal(f"holds more than {MAX_MEMBERS} files")

    def _refusal(self, reason: str) -> ParseError:
        return ParseError(f"{self._called} {reason}. If this is intended, unpack it and add the folder.")


@contextmanager
def _unpacked(outer: str, file: BinaryIO, names: tuple[str, ...]) -> Iterator[BinaryIO]:
    """The file that `names` lead to. It never has more bytes than declared, since zipfile stops there."""
    name, *rest = names
    with tempfile.TemporaryFile() as data:
        with _damage_reported(outer), opened_zip(file) as archive, opened_member(archive, name) as member:
            shutil.copyfileobj(member, data)
        data.seek(0)
        if not rest:
            yield data
            return
        with _unpacked(outer, data, tuple(rest)) as inner:
            yield inner


@contextmanager
def _damage_reported(archive: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise ParseError(f"{archive} cannot be unpacked ({error}). Unpack it and add the folder.") from error
