"""Files that are whole or not there, and that know when a byte of them has changed.

Layout (integers little-endian):

    magic | section, section … | footer, JSON | length of footer, u64 | xxh3-128 of footer and length

Magic and sections are padded with zeros to a multiple of 64 bytes, so that arrays can be mapped. The
footer holds a manifest (the writer's own text) and for each section its name, dtype, shape, offset and
the xxh3-128 of its bytes with their padding: every byte of the file is covered.

A file is verified in full when it is opened. That reads it once, at memory speed, and warms the page
cache that the first search needs anyway; a lazy check would let a search answer from a damaged page.
"""

from __future__ import annotations

import json
import mmap
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypedDict

import numpy as np
import xxhash
from numpy.typing import NDArray

from ragapp.errors import StorageError
from ragapp.files.permissions import private_opener
from ragapp.indexes.local.rows import OpenFile, StoredRows

ALIGNMENT = 64
MAGIC = b"ragview1".ljust(ALIGNMENT, b"\0")
LENGTH_BYTES = 8
TRAILER_BYTES = LENGTH_BYTES + 16
TEMPORARY = ".tmp"

Arrays = Mapping[str, NDArray[Any]]


class _Section(TypedDict):
    name: str
    dtype: str
    shape: list[int]
    offset: int
    digest: str


class _Footer(TypedDict):
    manifest: str
    sections: list[_Section]


@dataclass(frozen=True, slots=True)
class IndexFile:
    """A verified file. Its arrays are read-only and mapped: all processes share one copy in memory."""

    manifest: str
    arrays: Arrays
    file: OpenFile
    offsets: Mapping[str, int]
    """Where each array begins in the file."""

    def stored_rows(self, name: str) -> StoredRows:
        """A matrix of 32-bit numbers, to be read row by row."""
        return StoredRows(self.file, self.offsets[name], self.arrays[name].shape[1])


def write_index_file(path: Path, manifest: str, arrays: Arrays) -> None:
    """Puts the file in place of an older one at `path`, atomically and durably.

    Arrays are of plain numbers. One writer at a time: what earlier ones that died left behind is cleared.
    Raises StorageError when the disk is full or not writable; the older file is then untouched.
    """
    with _replacing(path) as file:
        file.write(MAGIC)
        sections = [_write_section(file, name, array) for name, array in arrays.items()]
        footer = json.dumps(_Footer(manifest=manifest, sections=sections)).encode()
        covered = footer + len(footer).to_bytes(LENGTH_BYTES, "little")
        file.write(covered + xxhash.xxh3_128_digest(covered))


def read_index_file(path: Path) -> IndexFile:
    """Opens and verifies. Raises StorageError when the file is missing or any byte of it has changed."""
    try:
        file = OpenFile(path)
        pages = mmap.mmap(file.descriptor, 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # mmap refuses an empty file with ValueError
        raise StorageError(f"Cannot read {path}: {error}.") from error
    mapped = memoryview(pages)
    footer, end = _read_footer(path, mapped)
    ends = [section["offset"] for section in footer["sections"][1:]] + [end]
    arrays = {
        section["name"]: _read_section(path, section, mapped[section["offset"] : section_end])
        for section, section_end in zip(footer["sections"], ends, strict=False)
    }
    pages.madvise(mmap.MADV_DONTNEED)  # they stay in the page cache, without counting as this process's
    offsets = {section["name"]: section["offset"] for section in footer["sections"]}
    return IndexFile(footer["manifest"], arrays, file, offsets)


def file_digest(path: Path) -> str:
    """xxh3-128 of the file's bytes, in hex. Raises OSError."""
    digest = xxhash.xxh3_128()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the name `path` once it is complete and durable, or never."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        for leftover in path.parent.glob(f"{path.name}.*{TEMPORARY}"):
            leftover.unlink()
        with open(temporary, "xb", opener=private_opener) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StorageError(f"Cannot write {path}: {error}. Free some space there and try again.") from error


def _sync_folder(folder: Path) -> None:
    """Makes the names in `folder` durable: fsync of a file does not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_section(file: BinaryIO, name: str, array: NDArray[Any]) -> _Section:
    body = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    padding = bytes(-body.nbytes % ALIGNMENT)
    digest = xxhash.xxh3_128(body)
    digest.update(padding)
    offset = file.tell()
    file.write(body)
    file.write(padding)
    return _Section(
        name=name, dtype=array.dtype.str, shape=list(array.shape), offset=offset, digest=digest.hexdigest()
    )


def _read_footer(path: Path, mapped: memoryview) -> tuple[_Footer, int]:
    """The footer and the offset at which it starts."""
    length = int.from_bytes(mapped[-TRAILER_BYTES:][:LENGTH_BYTES], "little")
    start = len(mapped) - TRAILER_BYTES - length
    if start < ALIGNMENT or mapped[:ALIGNMENT] != MAGIC:
        raise _damaged(path, "it does not begin or end as it should")
    covered, digest = mapped[start : -TRAILER_BYTES + LENGTH_BYTES], mapped[-TRAILER_BYTES + LENGTH_BYTES :]
    if xxhash.xxh3_128_digest(covered) != digest:
        raise _damaged(path, "the checksum of its footer is wrong")
    footer: _Footer = json.loads(bytes(covered[:length]))
    return footer, start


def _read_section(path: Path, section: _Section, extent: memoryview) -> NDArray[Any]:
    if xxhash.xxh3_128_hexdigest(extent) != section["digest"]:
        raise _damaged(path, f"the checksum of its section {section['name']!r} is wrong")
    dtype = np.dtype(section["dtype"])
    size = int(np.prod(section["shape"])) * dtype.itemsize
    return np.frombuffer(extent[:size], dtype).reshape(section["shape"])


def _damaged(path: Path, how: str) -> StorageError:
    return StorageError(f"{path} is damaged: {how}. `ragapp doctor --repair` builds it anew.")
