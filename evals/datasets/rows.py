"""Reads JSON and JSON Lines into checked rows; what is wrong is said with file and line."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from evals.answers.types import AnswerDataset, AnswerQuestion, SourceFile
from evals.runs import fingerprint
from ragapp.errors import UsageError

RowT = TypeVar("RowT", bound=BaseModel)


def read_text(path: Path) -> str:
    """Raises UsageError when the file is not there or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 ({error.reason}). Convert it, then run again.") from error
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}. Pass a dataset's file or folder.") from error


def read_document(path: Path, layout: TypeAdapter[RowT]) -> RowT:
    """The one JSON document in the file."""
    try:
        return layout.validate_json(read_text(path))
    except ValidationError as error:
        raise wrong(str(path), _first_problem(error)) from error


def read_rows(path: Path, layout: type[RowT]) -> Iterator[tuple[str, RowT]]:
    """(where it stands, row) of each line that is not blank."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            yield where, layout.model_validate_json(line)
        except ValidationError as error:
            raise wrong(where, _first_problem(error)) from error


def make_dataset(
    name: str, path: Path, files: Iterable[SourceFile], questions: Iterable[AnswerQuestion]
) -> AnswerDataset:
    """Binds files and questions by their hashes. Raises UsageError for a double id, or without questions."""
    files, questions = tuple(files), tuple(questions)
    if not questions:
        raise UsageError(f"{path} asks no question. Pass another file.")
    for what, ids in (("question", [q.id for q in questions]), ("document", [f.id for f in files])):
        twice, count = Counter(ids).most_common(1)[0] if ids else ("", 0)
        if count > 1:
            raise wrong(str(path), f"two {what}s have the id {twice!r}; ids must differ")
    corpus = fingerprint([(f.id, f.name, f.group, hashlib.sha256(f.read()).hexdigest()) for f in files])
    asked = TypeAdapter(tuple[AnswerQuestion, ...]).dump_json(questions).decode()
    return AnswerDataset(name, files, questions, corpus, fingerprint(corpus, asked))


def wrong(where: str, what: str) -> UsageError:
    return UsageError(f"{where}: {what}. Correct the file, then run again.")


def _first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]
