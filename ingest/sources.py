"""What the user named, as documents: files, folders, patterns, ZIP archives, URLs, a list on stdin."""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from ragapp.errors import ParseError, UsageError
from ragapp.incoming.archives import Member, is_archive, members
from ragapp.incoming.unwanted import is_junk, is_unwanted, is_unwanted_path
from ragapp.incoming.web import FetchLimits, fetch, page_name

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """A document to be. Its id says which document it is, its name is for people only.

    `open` gives its bytes, seekable, and raises OSError or a RagappError. `stamp` is another one when its
    bytes may be others; None when that cannot be told without fetching them.
    """

    id: str
    name: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    stamp: Hashable = None


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds what `arguments` name; `-` among them stands for the paths in `listed`."""

    arguments: Sequence[str]
    listed: Sequence[str]
    limits: FetchLimits

    def find(self, *, missing_ok: bool = False) -> list[Source]:
        """Each once: paths, folders with all that is in them, patterns, archives with all in them, URLs.

        Hidden files, junk, sound and video that a folder, an archive or a pattern brings are left out; a
        file that is named itself is not. Raises UsageError for an argument that names nothing.
        """
        found: dict[str, Source] = {}
        for name in self._names(missing_ok=missing_ok):
            found.update((source.id, source) for source in self._sources(name))
        return list(found.values())

    def roots(self) -> list[Path]:
        """The files and folders that were named: what was under them and is not any more has vanished."""
        return [_absolute(name) for name in self._names(missing_ok=True) if "://" not in name]

    def _names(self, *, missing_ok: bool) -> Iterator[str]:
        for argument in self.arguments:
            if argument == "-":
                yield from (line.strip() for line in self.listed if line.strip())
            else:
                yield from _named(argument, missing_ok=missing_ok)

    def _sources(self, name: str) -> Iterator[Source]:
        if "://" in name:
            yield Source(name, page_name(name), partial(_fetched, name, self.limits))
            return
        path = _absolute(name)
        for file in _files_in(path) if path.is_dir() else [path]:
            yield from _in_archive(file) if is_archive(file) else [_file(file)]


def _named(argument: str, *, missing_ok: bool) -> Sequence[str]:
    path = Path(argument).expanduser()
    if "://" in argument or path.exists():
        return [argument]
    matches = glob.glob(str(path), recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    found = sorted(match for match in matches if not is_unwanted(Path(match).name))
    if not found and not missing_ok:
        raise UsageError(f"There is no file, folder or match for {argument!r}. Check the path.")
    return found


def _absolute(name: str) -> Path:
    return Path(os.path.abspath(Path(name).expanduser()))  # noqa: PTH100 - a link's name is stable


def _file(path: Path) -> Source:
    try:
        status = path.stat()
    except OSError:  # told when it is opened
        return Source(str(path), path.name, partial(_opened, path))
    stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
    return Source(str(path), path.name, partial(_opened, path), stamp)


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _in_archive(path: Path) -> list[Source]:
    """Its members; or itself, when it cannot be read, to fail with the reason."""
    try:
        return [_member(member) for member in members(path) if not any(map(is_unwanted_path, member.names))]
    except (ParseError, OSError) as error:
        return [Source(str(path), path.name, partial(_refused, error))]


def _member(member: Member) -> Source:
    return Source(member.path, member.name, member.opened, member.crc)


@contextmanager
def _refused(error: ParseError | OSError) -> Iterator[BinaryIO]:
    raise error
    yield


@contextmanager
def _fetched(url: str, limits: FetchLimits) -> Iterator[BinaryIO]:
    with fetch(url, limits) as page:
        yield page.data


def _files_in(folder: Path) -> Iterator[Path]:
    """In order. Links to folders are followed, but no folder is entered twice."""
    entered: set[tuple[int, int]] = set()
    for root, folders, files in os.walk(folder, followlinks=True, onerror=_warn):
        status = Path(root).stat()
        if (status.st_dev, status.st_ino) in entered:
            folders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not is_junk(name))
        for name in sorted(files):
            path = Path(root, name)
            if not is_unwanted(name) and path.is_file():
                yield path


def _warn(error: OSError) -> None:
    log.warning("%s is left out: %s", error.filename, error.strerror)
