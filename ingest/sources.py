"""What the user named, as documents: files, folders, patterns, a list on stdin."""

from __future__ import annotations

import glob
import logging
import mimetypes
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ragapp.errors import UsageError

log = logging.getLogger(__name__)

JUNK = frozenset({"Thumbs.db", "desktop.ini", "__MACOSX", "__pycache__", "node_modules"})
JUNK_ENDINGS = ("~", ".tmp", ".swp", ".pyc", ".part", ".crdownload")
UNREADABLE_KINDS = frozenset({"image", "audio", "video", "font"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file. Its absolute path says which document it is; its name is for people only."""

    path: Path

    @property
    def id(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        return self.path.name

    def open(self) -> BinaryIO:
        """Raises OSError."""
        return self.path.open("rb")


def find_sources(arguments: Sequence[str], listed: Iterable[str]) -> list[Source]:
    """The files that `arguments` name, each once: paths, folders with all that is in them, patterns.

    `-` stands for the paths in `listed`, one a line. Hidden files, junk and pictures that a folder or a
    pattern brings are left out; a file that is named itself is not.

    Raises UsageError for an argument that names nothing.
    """
    paths: dict[Path, None] = {}
    for argument in arguments:
        names = [line.strip() for line in listed if line.strip()] if argument == "-" else _named(argument)
        for name in names:
            path = Path(os.path.abspath(Path(name).expanduser()))  # noqa: PTH100 - a link's name is stable
            paths.update(dict.fromkeys(_files_in(path) if path.is_dir() else [path]))
    return [Source(path) for path in paths]


def _named(argument: str) -> Sequence[str]:
    if "://" in argument:
        raise UsageError(f"{argument} is a URL; only files can be added yet. Download it first.")
    path = Path(argument).expanduser()
    if path.suffix.lower() == ".zip" and path.is_file():
        raise UsageError(
            f"{argument} is a ZIP archive; those cannot be added yet. Unpack it and add the folder."
        )
    if path.exists():
        return [argument]
    matches = glob.glob(str(path), recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    found = sorted(match for match in matches if not _unwanted(Path(match).name))
    if not found:
        raise UsageError(f"There is no file, folder or match for {argument!r}. Check the path.")
    return found


def _files_in(folder: Path) -> Iterator[Path]:
    """In order. Links to folders are followed, but no folder is entered twice."""
    entered: set[tuple[int, int]] = set()
    for root, folders, files in os.walk(folder, followlinks=True, onerror=_warn):
        status = Path(root).stat()
        if (status.st_dev, status.st_ino) in entered:
            folders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not _junk(name))
        for name in sorted(files):
            path = Path(root, name)
            if not _unwanted(name) and path.is_file():
                yield path


def _junk(name: str) -> bool:
    return name.startswith((".", "~$")) or name in JUNK or name.endswith(JUNK_ENDINGS)


def _unwanted(name: str) -> bool:
    kind = mimetypes.guess_type(name)[0] or ""
    return _junk(name) or kind.partition("/")[0] in UNREADABLE_KINDS


def _warn(error: OSError) -> None:
    log.warning("%s is left out: %s", error.filename, error.strerror)
