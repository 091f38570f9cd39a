"""Packs and unpacks question sets as ZIP archives of their folders."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import BinaryIO, Final

from ragapp.errors import UsageError
from ragapp.fetching.archives import ArchiveReader, is_archive
from ragapp.fetching.file_names import display_name, is_unwanted_path

SUFFIXES: Final = (".json", ".jsonl")


@contextmanager
def packed(folder: Path) -> Iterator[BinaryIO]:
    """A ZIP archive of the folder, as a stream."""
    with TemporaryFile() as data:
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as into:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                into.write(path, path.relative_to(folder).as_posix())
        data.seek(0)
        yield data


@contextmanager
def with_member(former: zipfile.ZipFile, name: str, data: bytes) -> Iterator[BinaryIO]:
    """A copy of the archive with one member replaced, as a stream."""
    with TemporaryFile() as changed:
        with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as into:
            for member in former.infolist():
                if member.filename != name:
                    with former.open(member) as source, into.open(member, "w") as sink:
                        shutil.copyfileobj(source, sink)
            into.writestr(name, data)
        changed.seek(0)
        yield changed


def set_name(file: str) -> str:
    """The name of the set in an uploaded file. Raises UsageError."""
    return Path(display_name(file)).stem


@contextmanager
def unpack_upload(name: str, data: BinaryIO) -> Iterator[Path]:
    """Unpacks an upload, a file of questions or a ZIP archive, into a folder with the name of the set.

    Raises UsageError and ParseError.
    """
    file = Path(display_name(name))
    with TemporaryDirectory() as temporary:
        if is_archive(file):
            yield _unpacked(data, Path(temporary), file)
        elif file.suffix in SUFFIXES:
            folder = Path(temporary) / file.stem
            folder.mkdir()
            with (folder / file.name).open("wb") as into:
                shutil.copyfileobj(data, into)
            yield folder
        else:
            raise UsageError(
                f"{file.name} is not a question set. Upload .jsonl, .json, or a .zip with its documents."
            )


def _unpacked(data: BinaryIO, temporary: Path, file: Path) -> Path:
    copy, folder = temporary / ".zip", temporary / ".unpacked"
    with copy.open("wb") as into:
        shutil.copyfileobj(data, into)
    with closing(ArchiveReader()) as reader:
        for member in reader.members(copy, file.name):
            if any(map(is_unwanted_path, member.names)):  # macOS adds a metadata file for each file
                continue
            target = folder.joinpath(*_safe_parts("/".join(member.names)))
            target.parent.mkdir(parents=True, exist_ok=True)
            with member.opened() as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink)
    if not folder.is_dir():
        raise UsageError(f"{file.name} is empty. Put the questions and their documents into it.")
    inner = list(folder.iterdir())
    root = inner[0] if len(inner) == 1 and inner[0].is_dir() else folder
    return root.rename(temporary / file.stem)


def _safe_parts(path: str) -> Iterator[str]:
    """The parts of a path without separators, names of dots alone, and control characters, so that it stays
    inside the folder.
    """
    return (display_name(part) for part in path.replace("\\", "/").split("/") if part)
