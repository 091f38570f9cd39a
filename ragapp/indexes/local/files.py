"""Index files: complete or absent, and checksummed so that any changed byte is detected.

Layout (integers little-endian):

    magic | section, section … | footer, JSON | length of footer, u64 | xxh3-128 of footer and length

Magic and sections are padded with zeros to a multiple of 64 bytes, so that arrays can be mapped. The
footer holds a manifest (a text of the index's own) and, for each section, its name, dtype, shape, offset and
the xxh3-128 of its bytes with their padding. So every byte of the file is covered.

A file is verified in full when it is opened. That reads it once, at memory speed, and warms the page
cache, which the first search needs anyway. A lazy check would let a search use a damaged page.
"""

from __future__ import annotations

import json
import mmap
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
from ragapp.files.atomic import replacing
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
    """A verified file. Its arrays are read-only and mapped, so all processes share one copy in memory."""

    manifest: str
    arrays: Arrays
    file: OpenFile
    offsets: Mapping[str, int]
    """The offset of each array in the file, in bytes."""

    def stored_rows(self, name: str) -> StoredRows:
        """A matrix of 32-bit numbers that is read row by row instead of mapped."""
        return StoredRows(self.file, self.offsets[name], self.arrays[name].shape[1])


def write_index_file(path: Path, manifest: str, arrays: Arrays) -> None:
    """Replaces the file at `path`, atomically and durably.

    Arrays hold plain numbers. The caller sees to it that there is one writer at a time; temporary files of
    writers that died are removed. Raises StorageError when the disk is full or not writable; the older file
    is then untouched.
    """
    with _replacing(path) as file:
        file.write(MAGIC)
        sections = [_write_section(file, name, array) for name, array in arrays.items()]
        footer = json.dumps(_Footer(manifest=manifest, sections=sections)).encode()
        covered = footer + len(footer).to_bytes(LENGTH_BYTES, "little")
        file.write(covered + xxhash.xxh3_128_digest(covered))


def read_index_file(path: Path) -> IndexFile:
    """Opens and verifies the file. Raises StorageError when it is missing or any byte of it has changed."""
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
    pages.madvise(
        mmap.MADV_DONTNEED
    )  # they stay in the page cache, but no longer count as memory of this process
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
    """As `replacing`, but removes the temporary files of writers that died, and raises StorageError."""
    try:
        for leftover in path.parent.glob(f"{path.name}.*{TEMPORARY}"):
            leftover.unlink()
        with replacing(path, path.with_name(f"{path.name}.{secrets.token_hex(4)}{TEMPORARY}")) as file:
            yield file
    except OSError as error:
        raise StorageError(f"Cannot write {path}: {error}. Free some space there and try again.") from error


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
        raise _damaged(path, "its header or its length is wrong")
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
    return StorageError(f"{path} is damaged: {how}. Run `ragapp doctor --repair` to rebuild it.")
