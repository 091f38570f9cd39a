"""ZIP archives as sources of documents. Members are read one by one and never written under their names."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from zipfile import ZipInfo

from ragapp.errors import ParseError
from ragapp.fetching.nested_zip import OpenedZip, damage_reported

MAX_DEPTH = 3
MAX_MEMBERS = 100_000
MAX_RATIO = 200
"""The highest compression ratio. Text has a ratio of 10, logs of 50; deflate can reach 1,032."""
MIN_BYTES = 64 * 1024 * 1024
"""The unpacked size that is allowed at any ratio."""


class ArchiveReader:
    """Reads archives. Safe for many threads, which wait for each other.

    The archive that was read last stays open until `close`, so reading all members in their order takes time
    in proportion to their size.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: OpenedZip | None = None

    def members(self, archive: Path, called: str | None = None) -> list[Member]:
        """The files in the archive and in nested archives. `called` is its name in messages, by default its
        own.

        Raises ParseError, OSError.
        """
        return list(_Listing(self, archive, called or archive.name).members(()))

    def infos(self, archive: Path, names: tuple[str, ...], called: str) -> list[ZipInfo]:
        """The entries of the nested archive that `names` lead to. Raises ParseError, OSError."""
        with self._lock, damage_reported(called):
            return self._opened(archive).infos(names)

    def unpacked(self, archive: Path, names: tuple[str, ...], called: str) -> BinaryIO:
        """The member that `names` lead to, as a temporary file. Raises ParseError, OSError."""
        with self._lock, damage_reported(called):
            return self._opened(archive).unpacked(names)

    def close(self) -> None:
        """Closes the archive that was read last. The reader can still be used."""
        with self._lock:
            self._close()

    def _opened(self, archive: Path) -> OpenedZip:
        if self._last is None or not self._last.is_still(archive):
            self._close()
            self._last = OpenedZip(archive)
        return self._last

    def _close(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            last.close()


@dataclass(frozen=True, slots=True)
class Member:
    """A document in an archive. `names` are those of the nested archives and of the document itself.

    `called` is the name of the archive in messages.
    """

    archive: Path
    names: tuple[str, ...]
    crc: int
    called: str
    reader: ArchiveReader = field(repr=False, compare=False)

    @property
    def path(self) -> str:
        return "!/".join((str(self.archive), *self.names))

    @property
    def name(self) -> str:
        """The name for people, which is never used as a path."""
        return PurePosixPath(self.names[-1].replace("\\", "/")).name

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The bytes of the member as a seekable file. Raises ParseError, OSError."""
        with self.reader.unpacked(self.archive, self.names, self.called) as data:
            yield data


def is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


class _Listing:
    """Lists an archive recursively. In total, it must stay within the limits on size and count."""

    def __init__(self, reader: ArchiveReader, archive: Path, called: str) -> None:
        self._reader = reader
        self._archive = archive
        self._called = called
        self._bytes_left = max(MIN_BYTES, MAX_RATIO * archive.stat().st_size)
        self._members_left = MAX_MEMBERS

    def members(self, names: tuple[str, ...]) -> Iterator[Member]:
        if len(names) >= MAX_DEPTH:
            raise self._refusal(f"has archives nested {MAX_DEPTH} deep")
        entries = self._reader.infos(self._archive, names, self._called)
        infos = [info for info in entries if not info.is_dir()]
        self._count(infos)
        for info in infos:
            path = (*names, info.filename)
            if is_archive(Path(info.filename)):
                yield from self.members(path)
            else:
                yield Member(self._archive, path, info.CRC, self._called, self._reader)

    def _count(self, infos: list[ZipInfo]) -> None:
        self._bytes_left -= sum(info.file_size for info in infos)
        self._members_left -= len(infos)
        if self._bytes_left < 0:
            raise self._refusal(f"unpacks to more than {MAX_RATIO} times its size, like a ZIP bomb")
        if self._members_left < 0:
            raise self._refusal(f"holds more than {MAX_MEMBERS} files")

    def _refusal(self, reason: str) -> ParseError:
        return ParseError(f"{self._called} {reason}. If this is intended, unpack it and add the folder.")
