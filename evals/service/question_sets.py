"""Question sets: the bundled ones, and those that users added, which all servers share."""

from __future__ import annotations

import errno
import importlib.resources
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import BinaryIO, Final

from pydantic import TypeAdapter

from evals import data
from evals.service.review import read_drafts, reviewed
from evals.service.set_archive import packed, set_name, unpack_upload, with_member
from evals.service.set_layout import described
from ragapp.errors import ConflictError, NotFoundError, RagappError, StorageError, UsageError
from ragapp.fetching.bounded import opened_zip
from ragapp.protocols import ArtifactStore
from ragapp.types import Artifact, EvalSet, QuestionDraft

BUNDLED: Final[Mapping[str, EvalSet]] = MappingProxyType(
    {
        "scifact-mini": EvalSet("scifact-mini", ("retrieval",), own=False, reviewable=False),
        "xquad-mini": EvalSet("xquad-mini", ("answers", "citations"), own=False, reviewable=False),
    }
)
_NAME = re.compile(r"[\w][\w .-]{0,99}")
_NAME_BYTES: Final = 200
"""The longest name of a set in bytes. Names of run files contain it, and a file name has at most 255 bytes.
"""
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class QuestionSets:
    """The bundled and the added question sets. An added set is stored as a ZIP archive."""

    def __init__(self, artifacts: ArtifactStore) -> None:
        self._artifacts = artifacts
        self._about = TypeAdapter(EvalSet)

    def all(self) -> list[EvalSet]:
        """All sets by name, the bundled ones first."""
        return [*BUNDLED.values(), *map(self._parse, self._artifacts.all("question set"))]

    def get(self, name: str) -> EvalSet:
        """The set of that name. Raises NotFoundError."""
        return BUNDLED.get(name) or self._parse(self._find_added(name))

    def check_free(self, name: str) -> None:
        """Raises UsageError for an invalid name, ConflictError for one that is taken."""
        if not _NAME.fullmatch(name) or len(name.encode()) > _NAME_BYTES:
            raise UsageError(
                f"{name!r} is not a valid name for a question set. Use up to 100 letters, digits, spaces, "
                "dots and dashes."
            )
        if name in BUNDLED or self._artifacts.find("question set", name):
            raise ConflictError(f"The question set {name!r} already exists. Choose another name.")

    def add(self, name: str, data: BinaryIO) -> EvalSet:
        """Adds a file of questions, or a ZIP archive of such a file with its documents.

        Raises UsageError, ConflictError, ParseError and StorageError.
        """
        self.check_free(set_name(name))
        try:
            with unpack_upload(name, data) as folder:
                return self.add_folder(folder)
        except OSError as error:
            raise _unpacking_error(set_name(name), error) from error

    def add_folder(self, folder: Path) -> EvalSet:
        """Adds the set in `folder` under the folder's name. Raises UsageError and ConflictError."""
        made = described(folder)
        with packed(folder) as data:
            self._artifacts.add("question set", made.name, data, self._about.dump_json(made).decode())
        return made

    def remove(self, name: str) -> None:
        """Deletes a set. Raises NotFoundError, UsageError, and ConflictError if it is being reviewed."""
        if name in BUNDLED:
            raise UsageError(
                f"{name!r} is bundled with ragapp and cannot be deleted. Delete a set of your own instead."
            )
        self._artifacts.remove(self._find_added(name))

    @contextmanager
    def checked_out(self, name: str) -> Iterator[Path]:
        """The folder of the set while the block runs. Raises NotFoundError."""
        if name in BUNDLED:
            bundled = importlib.resources.files(data) / name
            with importlib.resources.as_file(bundled) as path:
                yield path
            return
        with TemporaryDirectory() as temporary:
            folder = Path(temporary) / name
            with self._open_archive(self._find_added(name)) as archive:
                archive.extractall(folder)
            yield folder

    def drafts(self, name: str) -> list[QuestionDraft]:
        """The questions of a set. Raises NotFoundError, and UsageError if the set cannot be reviewed."""
        with self._open_archive(self._reviewable(name)) as archive:
            return read_drafts(_text(archive, _questions_in(archive)))

    def review(self, name: str, drafts: Sequence[QuestionDraft]) -> list[QuestionDraft]:
        """Replaces the questions of a set by `drafts`.

        Raises NotFoundError, UsageError, and ConflictError if someone else changed the set meanwhile."""
        former = self._reviewable(name)
        with self._open_archive(former) as archive:
            questions = _questions_in(archive)
            text = reviewed(_text(archive, questions), drafts)
            with with_member(archive, questions, text.encode()) as data:
                self._artifacts.replace(former, data, former.about)
        return read_drafts(text)

    def _find_added(self, name: str) -> Artifact:
        found = self._artifacts.find("question set", name)
        if found is None:
            raise NotFoundError(
                f"Question set {name!r} does not exist. GET /v1/evals/sets lists the available sets."
            )
        return found

    def _reviewable(self, name: str) -> Artifact:
        if name not in BUNDLED and self._parse(found := self._find_added(name)).reviewable:
            return found
        raise UsageError(
            f"{name!r} cannot be reviewed. Only question sets in ragapp's own JSONL layout "
            "that were added here can be."
        )

    def _parse(self, artifact: Artifact) -> EvalSet:
        return self._about.validate_json(artifact.about)

    @contextmanager
    def _open_archive(self, artifact: Artifact) -> Iterator[zipfile.ZipFile]:
        try:
            with closing(self._artifacts.open(artifact)) as data, opened_zip(data) as archive:
                yield archive
        except (zipfile.BadZipFile, zlib.error, ValueError) as error:
            message = (
                f"The question set {artifact.name!r} is damaged on disk: {error}. Delete it and add it again."
            )
            raise StorageError(message) from error


def _questions_in(archive: zipfile.ZipFile) -> str:
    """The name of the only file of questions; a reviewable set has exactly one."""
    (name,) = (one for one in archive.namelist() if "/" not in one and one.endswith(".jsonl"))
    return name


def _text(archive: zipfile.ZipFile, name: str) -> str:
    return archive.read(name).decode("utf-8-sig")  # without the byte order mark


def _unpacking_error(name: str, error: OSError) -> RagappError:
    if error.errno in _NO_ROOM:
        return StorageError(
            f"{name} could not be unpacked: {error.strerror}. Free some disk space and upload it again."
        )
    return UsageError(
        f"{name} cannot be unpacked: {error.strerror}. Give its files shorter and distinct names."
    )
