"""The streams of documents of before 2007, which are small file systems (OLE)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import olefile

from ingest.parse.zip_xml import damaged

_SUMMARY = "\x05SummaryInformation"
_FIRST_SET = 44
"""Where the place of the properties is stated."""
_MOST_PROPERTIES = 100
_CODE_PAGE, _TITLE, _AUTHOR = 1, 2, 4
_NUMBER, _BYTES, _WIDE = 0x02, 0x1E, 0x1F


class OleStreams:
    """The named parts of a document."""

    def __init__(self, file: olefile.OleFileIO[str]) -> None:
        self._file = file

    def names(self) -> frozenset[str]:
        """The names of the streams at the top."""
        return frozenset(path[0] for path in self._file.listdir() if len(path) == 1)

    def read(self, name: str) -> bytes:
        """The bytes of a stream; empty if there is none. Raises OSError if it is damaged."""
        return bytes(self._file.openstream(name).read()) if self._file.exists(name) else b""

    def properties(self) -> tuple[str | None, str | None]:
        """The title and the author."""
        known = dict(_properties(self.read(_SUMMARY)))
        page = known.get(_CODE_PAGE)
        encoding = f"cp{page}" if isinstance(page, int) and page > 0 else "utf-8"
        return _text(known.get(_TITLE), encoding), _text(known.get(_AUTHOR), encoding)


@contextmanager
def opened_ole(data: bytes, name: str) -> Iterator[OleStreams]:
    """Opens a document. Raises ParseError if it, or what is read inside the block, is damaged."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            yield OleStreams(file)
    except (OSError, EOFError, ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise damaged(name, error) from error


def _properties(data: bytes) -> Iterator[tuple[int, bytes | str | int]]:
    """The properties of a document, as [MS-OLEPS] describes them: numbers and texts, by their ids.

    olefile reads them as well, but believes each length that a damaged file states.
    """
    if len(data) < _FIRST_SET + 4:
        return
    (start,) = struct.unpack_from("<I", data, _FIRST_SET)
    if start + 8 > len(data):
        return
    (count,) = struct.unpack_from("<I", data, start + 4)
    for place in range(min(count, _MOST_PROPERTIES, (len(data) - start - 8) // 8)):
        key, offset = struct.unpack_from("<II", data, start + 8 + 8 * place)
        at = start + offset
        if at + 8 > len(data):
            continue
        kind, size = struct.unpack_from("<II", data, at)
        if kind == _NUMBER:
            yield key, size & 0xFFFF
        elif kind == _BYTES:
            yield key, data[at + 8 : at + 8 + size]
        elif kind == _WIDE:
            yield key, data[at + 8 : at + 8 + 2 * size].decode("utf-16-le", errors="replace")


def _text(value: bytes | str | int | None, encoding: str) -> str | None:
    if isinstance(value, bytes):
        try:
            return value.decode(encoding, errors="replace").strip("\0 ")
        except LookupError:
            return value.decode("cp1252", errors="replace").strip("\0 ")
    return value.strip("\0 ") if isinstance(value, str) else None
