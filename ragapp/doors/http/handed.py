"""What the parts of an upload hold: a file is one document, an archive one for each of its members."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fastapi import UploadFile

from ragapp.doors.http.refusals import no_room
from ragapp.errors import UsageError
from ragapp.incoming.archives import Member, is_archive, members
from ragapp.incoming.names import display_name
from ragapp.incoming.unwanted import is_unwanted_path


@dataclass(frozen=True, slots=True)
class Handed:
    """A document to be. Without a source, its name says which document it is a version of."""

    name: str
    data: AbstractContextManager[BinaryIO]
    source: str | None = None


@contextmanager
def documents_in(part: UploadFile) -> Iterator[list[Handed]]:
    """The documents of one part, readable inside the block. Raises ParseError, UsageError, StorageError."""
    name = display_name(part.filename)
    if not is_archive(Path(name)):
        yield [Handed(name, nullcontext(part.file))]
        return
    with ExitStack() as stack:
        try:
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory()), "upload.zip")
            with copy.open("wb") as file:  # closing it may find the disk full, too
                shutil.copyfileobj(part.file, file)
        except OSError as error:
            raise no_room(error) from error
        found = [one for one in members(copy, name) if not any(map(is_unwanted_path, one.names))]
        if not found:
            raise UsageError(f"{name} holds no documents. Hidden files, sound and video are left out.")
        yield [_member(name, one) for one in found]


def _member(archive: str, member: Member) -> Handed:
    return Handed(display_name(member.name), member.opened(), "!/".join((archive, *member.names)))
