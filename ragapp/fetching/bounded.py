"""Opening ZIP archives from elsewhere without giving them more memory than their contents are worth."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

MAX_READ: Final = 16 << 20
"""Bytes that an archive may make its reader take at once. The list of a ZIP's files is read as one piece:
100,000 files of a path of 100 letters take 15 MiB, and four times as much once they are objects."""

METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Those that `zipfile` unpacks in small pieces. Of bzip2 and LZMA it unpacks whatever 4 KiB hold at once: a
gigabyte, if somebody means it to."""

_OTHERS: Final = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "lzma", 9: "deflate64", 93: "zstd"}


class BoundedReads:
    """A binary file whose reader cannot ask for more than `MAX_READ` bytes at once, as archives make it do.

    Just what `zipfile` and `tarfile` need of a file.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Raises ValueError for more than `MAX_READ` bytes."""
        if size > MAX_READ:
            raise ValueError(f"one part of it asks for {size} bytes of memory")
        return self._file.read(MAX_READ if size < 0 else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """The file is its owner's to close."""


@contextmanager
def opened_zip(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Raises BadZipFile, and ValueError when its list of files is too long for memory."""
    with zipfile.ZipFile(BoundedReads(file)) as archive:
        yield archive


@contextmanager
def opened_member(archive: zipfile.ZipFile, name: str) -> Iterator[BinaryIO]:
    """The bytes of one file, no more than the archive says it has.

    Raises KeyError, what `zipfile` raises, and NotImplementedError for a method that is not unpacked.
    """
    info = archive.getinfo(name)
    if info.compress_type not in METHODS:
        method = _OTHERS.get(info.compress_type, f"method {info.compress_type}")
        raise NotImplementedError(f"{name} is compressed with {method}, where only deflate is read")
    with archive.open(info) as member:
        yield member  # type: ignore[misc]
