"""Question sets: those that came with the program, and one's own in the data folder."""

from __future__ import annotations

import importlib.resources
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from evals.datasets.spans import is_span_folder
from ragapp.errors import ConflictError, NotFoundError, UsageError
from ragapp.incoming.archives import is_archive, members
from ragapp.incoming.names import display_name
from ragapp.types import EvalKind, EvalSet

BUNDLED: Final = ("scifact-mini", "xquad-mini")
SUFFIXES: Final = (".json", ".jsonl")
_NAME = re.compile(r"[\w][\w .-]{0,99}")


@dataclass(frozen=True, slots=True)
class SetFolder:
    """The sets under `own`, and the bundled ones."""

    own: Path

    def all(self) -> list[EvalSet]:
        bundled = [self._set(name, own=False) for name in BUNDLED]
        return bundled + [self._set(name, own=True) for name in sorted(self._own_names())]

    def get(self, name: str) -> EvalSet:
        """Raises NotFoundError."""
        return self._set(name, own=not self._is_bundled(name))

    def path(self, name: str) -> Path:
        """Its file or folder. Raises NotFoundError."""
        if self._is_bundled(name):
            return _bundled(name)
        if name in self._own_names():
            return next(path for path in self.own.iterdir() if _called(path) == name)
        raise NotFoundError(f"There is no question set {name!r}. GET /v1/evals/sets lists those there are.")

    def place_for(self, name: str) -> Path:
        """Where a new set of that name goes, without a suffix. Raises UsageError, ConflictError."""
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{name!r} is no fit name for a set. Use letters, digits, spaces, dots and dashes."
            )
        if self._is_bundled(name) or name in self._own_names():
            raise ConflictError(f"There is a question set {name!r} already. Choose another name.")
        return self.own / name

    def add(self, name: str, data: BinaryIO) -> Path:
        """Keeps a file, or what a ZIP holds as a folder. Raises UsageError, ConflictError, ParseError."""
        file = Path(display_name(name))
        place = self.place_for(file.stem)
        self.own.mkdir(parents=True, exist_ok=True)
        if is_archive(file):
            _unpack(data, place, file.name)
            return place
        if file.suffix not in SUFFIXES:
            raise UsageError(
                f"{file.name} is no question set. Send .jsonl, .json, or a .zip with its documents."
            )
        kept = place.with_name(file.name)
        with kept.open("wb") as into:
            shutil.copyfileobj(data, into)
        return kept

    def delete(self, name: str) -> None:
        """Raises NotFoundError, UsageError."""
        if self._is_bundled(name):
            raise UsageError(f"{name} came with the program and stays.")
        discard(self.path(name))

    def _set(self, name: str, *, own: bool) -> EvalSet:
        path = self.path(name)
        return EvalSet(name, _kinds(path), own, own and questions_file(path) is not None)

    def _own_names(self) -> list[str]:
        if not self.own.is_dir():
            return []
        return [_called(path) for path in self.own.iterdir() if path.is_dir() or path.suffix in SUFFIXES]

    def _is_bundled(self, name: str) -> bool:
        return name in BUNDLED


def questions_file(path: Path) -> Path | None:
    """The file of our own layout in a set; None for a set in another layout."""
    if path.is_dir():
        found = list(path.glob("*.jsonl"))
        path = found[0] if len(found) == 1 else path
    return path if path.suffix == ".jsonl" and '"question"' in _first_line(path) else None


def discard(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _bundled(name: str) -> Path:
    with importlib.resources.as_file(importlib.resources.files("evals") / "data" / name) as path:
        return path


def _called(path: Path) -> str:
    return path.name if path.is_dir() else path.stem


def _kinds(path: Path) -> tuple[EvalKind, ...]:
    if path.is_dir() and ((path / "queries.jsonl").is_file() or is_span_folder(path)):
        return ("retrieval",)
    if path.is_file() and '"text_a"' in _first_line(path):
        return ("cache",)
    return ("answers", "citations")


def _first_line(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as lines:
        return lines.readline()


def _unpack(data: BinaryIO, place: Path, called: str) -> None:
    """Nothing is there until all of it is."""
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".") as folder:
        copy = Path(folder) / "archive.zip"
        with copy.open("wb") as into:
            shutil.copyfileobj(data, into)
        into_folder = Path(folder) / "set"
        for member in members(copy, called):
            target = into_folder.joinpath(*_safe_parts("/".join(member.names)))
            target.parent.mkdir(parents=True, exist_ok=True)
            with member.opened() as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink)
        if not into_folder.is_dir():
            raise UsageError(f"{called} is empty. Put the questions and their documents into it.")
        inner = list(into_folder.iterdir())
        (inner[0] if len(inner) == 1 and inner[0].is_dir() else into_folder).replace(place)


def _safe_parts(path: str) -> Iterator[str]:
    """No name leads out of the folder: separators, dots alone and control characters are gone."""
    return (display_name(part) for part in path.replace("\\", "/").split("/") if part)
