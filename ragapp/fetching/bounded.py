"""Opening untrusted ZIP archives with bounded memory."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from ragapp.fetching.zip_names import restore_names

MAX_READ: Final = 16 << 20
"""The most bytes that an archive may make its reader read at once. A ZIP's list of files is read at once:
100,000 files with paths of 100 characters take 15 MiB, and four times as much as objects."""

METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""The methods that `zipfile` unpacks in small pieces. With bzip2 and LZMA it unpacks 4 KiB at once, which may
expand to a gigabyte."""

_OTHERS: Final = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "lzma", 9: "deflate64", 93: "zstd"}


class BoundedReads:
    """A binary file that refuses to read more than `MAX_READ` bytes at once.

    Has the methods that `zipfile` and `tarfile` need.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Reads bytes. Raises ValueError for more than `MAX_READ` at once."""
        if size > MAX_READ:
            raise ValueError(f"one part of it requires {size} bytes of memory")
        return self._file.read(MAX_READ if size < 0 else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """Does nothing: the owner of the file closes it."""


@contextmanager
def opened_zip(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Opens a ZIP archive. Raises BadZipFile, and ValueError if its list of files is too long for memory."""
    with zipfile.ZipFile(BoundedReads(file)) as archive:
        restore_names(archive)
        yield archive


@contextmanager
def opened_member(archive: zipfile.ZipFile, name: str) -> Iterator[BinaryIO]:
    """The bytes of one file, no more than the archive declares.

    Raises KeyError, the errors of `zipfile`, and NotImplementedError for an unsupported compression method.
    """
    info = archive.getinfo(name)
    if info.compress_type not in METHODS:
        method = _OTHERS.get(info.compress_type, f"method {info.compress_type}")
        raise NotImplementedError(f"{name} is compressed with {method}; only deflate is supported")
    with archive.open(info) as member:
        yield member  # type: ignore[misc]
