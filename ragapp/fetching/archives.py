"""ZIP archives as the documents in them. Members are read one by one and never written under their names."""

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
"""Bytes out for each byte in. Text shrinks to a tenth, logs to a fiftieth; deflate can do 1,032."""
ALWAYS_FINE = 64 * 1024 * 1024
"""Bytes that an archive may unpack to whatever its ratio."""

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
"""What is raised on damage, on unknown compression, on encryption, and on archives made to take memory."""


@dataclass(frozen=True, slots=True)
class Member:
    """A document in an archive: `names` leads to it, through the archives in the archive.

    `called` is what people call the archive.
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
        """For people. Never a path."""
        return PurePosixPath(self.names[-1].replace("\\", "/")).name

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Its bytes, seekable. Raises ParseError, OSError."""
        with self.archive.open("rb") as file, _unpacked(self.called, file, self.names) as data:
            yield data


def is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def members(archive: Path, called: str | None = None) -> list[Member]:
    """The files in the archive and in the archives in it; its own name is used unless it is `called` else.

    Raises ParseError, OSError.
    """
    with archive.open("rb") as file:
        return list(_Listing(archive, called or archive.name).members(file, ()))


class _Listing:
    """Lists one archive to its depth. All of it together must stay within the ratio and the count."""

    def __init__(self, archive: Path, called: str) -> None:
        self._archive = archive
        self._called = called
        self._bytes_left = max(ALWAYS_FINE, MAX_RATIO * archive.stat().st_size)
        self._members_left = MAX_MEMBERS

    def members(self, file: BinaryIO, names: tuple[str, ...]) -> Iterator[Member]:
        if len(names) >= MAX_DEPTH:
            raise self._refusal(f"has archives {MAX_DEPTH} deep in each other")
        with _damage_told(self._called), opened_zip(file) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
        self._take(infos)
        for info in infos:
            path = (*names, info.filename)
            if is_archive(Path(info.filename)):
                with _unpacked(self._called, file, (info.filename,)) as inner:
                    yield from self.members(inner, path)
            else:
                yield Member(self._archive, path, info.CRC, self._called)

    def _take(self, infos: list[zipfile.ZipInfo]) -> None:
        self._bytes_left -= sum(info.file_size for info in infos)
        self._members_left -= len(infos)
        if self._bytes_left < 0:
            raise self._refusal(f"unpacks to more than {MAX_RATIO} times its size, as a bomb does")
        if self._members_left < 0:
            raise self._refusal(f"holds more than {MAX_MEMBERS} files")

    def _refusal(self, reason: str) -> ParseError:
        return ParseError(f"{self._called} {reason}. If it is meant so, unpack it and add the folder.")


@contextmanager
def _unpacked(outer: str, file: BinaryIO, names: tuple[str, ...]) -> Iterator[BinaryIO]:
    """What the names lead to. A member never gives more bytes than it said it had: zipfile stops there."""
    name, *rest = names
    with tempfile.TemporaryFile() as data:
        with _damage_told(outer), opened_zip(file) as archive, opened_member(archive, name) as member:
            shutil.copyfileobj(member, data)
        data.seek(0)
        if not rest:
            yield data
            return
        with _unpacked(outer, data, tuple(rest)) as inner:
            yield inner


@contextmanager
def _damage_told(archive: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise ParseError(f"{archive} cannot be unpacked ({error}). Unpack it and add the folder.") from error
