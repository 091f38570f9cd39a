"""Finds the sources that a user names: files, folders, patterns, ZIP archives, URLs, and a list on stdin.

URLs with other schemes are handled by plugins.
"""

from __future__ import annotations

import errno
import glob
import io
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from ingest.plugin_sources import plugin_sources
from ragapp.errors import FetchError, ParseError, UsageError
from ragapp.fetching.archives import ArchiveReader, Member, is_archive
from ragapp.fetching.file_names import is_junk, is_recording_name, is_unwanted_path
from ragapp.fetching.web import FetchLimits, fetch, page_name
from ragapp.protocols import Source

_ODD_BYTE = re.compile("[\udc80-\udcff]")
"""The characters by which Python represents bytes of a name that are not UTF-8."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the sources that `arguments` name; `-` stands for the paths in `listed`.

    Files in `own`, the data folder, are ignored.
    """

    arguments: Sequence[str]
    listed: Sequence[str]
    limits: FetchLimits
    own: Path | None = None
    transcribed: bool = False
    """Whether recordings of sound and video are read, too."""
    archives: ArchiveReader = field(default_factory=ArchiveReader)
    recordings: list[str] = field(default_factory=list)
    """Those that the last search left out."""

    def find(self, *, missing_ok: bool = False) -> list[Source]:
        """Yields each source once: files, the contents of folders and archives, matches of patterns, and
        URLs.

        Hidden and junk files in folders, archives and patterns are skipped, unless they are named explicitly,
        and so are recordings if they are not `transcribed`. A source without read permission is found as
        well, and raises an error when it is opened. Raises UsageError for an argument that names nothing, or
        only `own`.
        """
        found: dict[str, Source] = {}
        self.recordings.clear()
        for name in self._names(missing_ok=missing_ok):
            found.update((source.id, source) for source in self._sources(name))
        self.archives.close()
        if not (found or missing_ok):
            self._check_not_own()
        return list(found.values())

    def roots(self) -> list[Path]:
        """The named files and folders, below which missing sources count as vanished."""
        return [_absolute(name) for name in self._names(missing_ok=True) if "://" not in name]

    def _check_not_own(self) -> None:
        own = _identity(self.own) if self.own else None
        if own is not None and own in map(_identity, self.roots()):
            raise UsageError(
                f"{self.own} is the data folder itself. Ingest another folder, or choose "
                "another data folder with --data-dir."
            )

    def _names(self, *, missing_ok: bool) -> Iterator[str]:
        for argument in self.arguments:
            if argument == "-":
                yield from self.listed
            else:
                yield from self._named(argument, missing_ok=missing_ok)

    def _named(self, argument: str, *, missing_ok: bool) -> Sequence[str]:
        path = _expanded(argument)
        if "://" in argument or os.path.lexists(path):
            return [argument]
        matches = glob.glob(path, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
        found = sorted(match for match in matches if self._is_wanted(Path(match).name))
        if not found and not missing_ok:
            raise UsageError(f"{argument!r} matches no file or folder. Check the path.")
        return found

    def _sources(self, name: str) -> Iterator[Source]:
        if "://" in name:
            found = plugin_sources(name, self.limits)
            if found is not None:
                yield from found
                return
            yield Source(name, page_name(name), partial(_fetched, name, self.limits))
            return
        path = _absolute(name)
        yield from self._in_folder(path) if os.path.isdir(path) else self._in_file(path)  # noqa: PTH112

    def _in_folder(self, folder: Path) -> Iterator[Source]:
        """The files of a folder, in order. Links to folders are followed, but no folder is entered twice, and
        `own` not at all.
        """
        refused: list[OSError] = []
        entered = {_identity(self.own)} if self.own else set()
        for root, folders, files in os.walk(folder, followlinks=True, onerror=refused.append):
            identity = _identity(Path(root))
            if identity in entered:
                folders.clear()
                continue
            entered.add(identity)
            folders[:] = sorted(name for name in folders if not is_junk(name))
            for name in sorted(files):
                if self._is_wanted(name) and _may_be_read(Path(root, name)):
                    yield from self._in_file(Path(root, name))
        for error in refused:
            yield _out_of_reach(error.filename, error)

    def _in_file(self, path: Path) -> list[Source]:
        return self._in_archive(path) if is_archive(path) and _may_be_read(path) else [_file(path)]

    def _in_archive(self, path: Path) -> list[Source]:
        """Its members; or itself, when it cannot be read, to fail with the reason."""
        try:
            found = self.archives.members(path)
        except (ParseError, OSError) as error:
            return [_out_of_reach(path, error)]
        return [_member(member) for member in found if all(map(self._is_wanted, member.names))]

    def _is_wanted(self, path: str) -> bool:
        """Whether a file in a folder or archive is read. Notes the recordings that are not."""
        if is_unwanted_path(path, transcribed=True):
            return False
        if self.transcribed or not is_recording_name(path):
            return True
        self.recordings.append(path)
        return False


def split_list(data: bytes) -> list[str]:
    """The paths of a list: one per line, or separated by NUL as by `find -print0`."""
    if b"\0" in data:
        return [os.fsdecode(name) for name in data.split(b"\0") if name.strip()]
    return [os.fsdecode(line.strip()) for line in data.splitlines() if line.strip()]


def spelled(path: str | Path) -> str:
    """The path as text that can be stored and printed. Bytes that are not UTF-8 are written like `%E9`."""
    return _ODD_BYTE.sub(lambda odd: f"%{ord(odd[0]) & 0xFF:02X}", str(path))


def _absolute(name: str) -> Path:
    return Path(os.path.abspath(_expanded(name)))  # noqa: PTH100 - a link's name is stable


def _expanded(name: str) -> str:
    """Expands `~` to the home folder, unless no user has that name, as in `~draft.txt`."""
    return os.path.expanduser(name)  # noqa: PTH111


def _file(path: Path) -> Source:
    try:
        status = path.stat()
    except OSError:  # reported when it is opened
        return Source(spelled(path), spelled(path.name), partial(_open_file, path))
    stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
    return Source(spelled(path), spelled(path.name), partial(_open_file, path), stamp)


def _open_file(path: Path) -> BinaryIO:
    """Opens a file. Raises UsageError for a pipe, a socket or a device, which may be endless."""
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        if error.errno == errno.ENXIO:  # the error for a socket
            raise _no_document(path) from error
        raise
    opened = _ReadFile(file, path)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        opened.close()
        raise _no_document(path)
    return opened


class _ReadFile(io.BufferedReader):
    """An open file. An error while it is read, as from a damaged disk, concerns this file alone, and not
    where its bytes are stored."""

    def __init__(self, descriptor: int, path: Path) -> None:
        super().__init__(io.FileIO(descriptor, "rb"))
        self._path = path

    def read(self, size: int | None = -1, /) -> bytes:
        """Raises FetchError."""
        try:
            return super().read(size)
        except OSError as error:
            raise FetchError(
                f"{spelled(self._path)} cannot be read to its end: {error.strerror}. Copy it again, or leave "
                "it out."
            ) from error


def _no_document(path: Path) -> UsageError:
    return UsageError(
        f"{spelled(path)} is a pipe, a socket or a device, not a file. Write its output into a file first."
    )


def _out_of_reach(path: str | Path, error: ParseError | OSError) -> Source:
    return Source(spelled(path), spelled(Path(path).name), partial(_refused, error))


def _member(member: Member) -> Source:
    return Source(spelled(member.path), member.name, member.opened, member.crc)


@contextmanager
def _refused(error: ParseError | OSError) -> Iterator[BinaryIO]:
    raise error
    yield


@contextmanager
def _fetched(url: str, limits: FetchLimits) -> Iterator[BinaryIO]:
    with fetch(url, limits) as page:
        yield page.data


def _identity(folder: Path) -> tuple[int, int] | None:
    """The device and inode of a folder; None if it no longer exists."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _may_be_read(path: Path) -> bool:
    """Whether the path may be a document: not a pipe, a device or a broken link. Paths without permission may
    be.
    """
    try:
        return path.is_file()
    except OSError:
        return True
