"""The streams of documents of before 2007, which are small file systems (OLE)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import olefile

from ingest.parse.zip_xml import damaged


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
        about = vars(self._file.get_metadata())
        page = about.get("codepage")
        encoding = f"cp{page}" if isinstance(page, int) and page > 0 else "utf-8"
        return _text(about.get("title"), encoding), _text(about.get("author"), encoding)


@contextmanager
def opened_ole(data: bytes, name: str) -> Iterator[OleStreams]:
    """Opens a document. Raises ParseError if it, or what is read inside the block, is damaged."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            yield OleStreams(file)
    except (OSError, EOFError, ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise damaged(name, error) from error


def _text(value: object, encoding: str) -> str | None:
    if isinstance(value, bytes):
        try:
            return value.decode(encoding, errors="replace").strip("\0 ")
        except LookupError:
            return value.decode("cp1252", errors="replace").strip("\0 ")
    return value if isinstance(value, str) else None
