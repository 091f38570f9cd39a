"""Reads questions as people ask them, over the documents in a folder beside the file.

    {"question": "…", "id": "k3", "kind": "keyword", "answerable": true, "key": "\\\\b110\\\\b",
     "document": "rfc1939", "first": "TCP port 110", "not": ["TCP port 143"]}

The file is a JSON list of such objects, or has one a line; the documents are all files under `documents/` or
`docs/`. Only `question` and `answerable` are needed. `key` is a regular expression that a good answer
matches, `first` a text that stands in its first sentence, `not` are texts that it does not contain, and
`document` is part of the name of the document that answers. A question of the kind "follow-up" goes on with
the conversation of the one before it; an unanswerable one without a kind is a near miss. `expected` and
`why` are for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from evals.answers.types import NEAR_MISS, AnswerDataset, AnswerQuestion, GoldEvidence, SourceFile
from evals.datasets.building import make_dataset
from evals.datasets.reading import check_pattern, read_document, read_rows
from ragapp.errors import UsageError

FOLDERS = ("documents", "docs")
FOLLOW_UP = "follow-up"
ASKED = {"key", "first", "not", "document", "expected", "why"}
"""Fields that only this layout has."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: str = Field(pattern=r"\S")
    answerable: bool
    id: str = ""
    kind: str = ""
    key: str = ""
    first: str = ""
    siblings: list[str] = Field(default=[], alias="not")
    document: str = ""
    expected: str = ""
    why: str = ""


def load_asked(path: Path, name: str) -> AnswerDataset:
    """Loads the questions, each of which is asked over all documents of the folder. Raises UsageError, with
    the line or the place.
    """
    files = tuple(_files(path.parent))
    return make_dataset(name, path, files, _questions(_rows(path), [file.id for file in files]))


def _rows(path: Path) -> Iterator[tuple[str, _Row]]:
    if path.suffix == ".jsonl":
        yield from read_rows(path, _Row)
        return
    for number, row in enumerate(read_document(path, TypeAdapter(list[_Row])), start=1):
        yield f"{path}, question {number}", row


def _files(beside: Path) -> Iterator[SourceFile]:
    folder = next((beside / name for name in FOLDERS if (beside / name).is_dir()), None)
    if folder is None:
        raise UsageError(f"{beside} needs its documents in a folder named {' or '.join(FOLDERS)}.")
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        place = file.relative_to(folder).as_posix()
        yield SourceFile(place, file.name, place, file.read_bytes)


def _questions(rows: Iterable[tuple[str, _Row]], documents: list[str]) -> Iterator[AnswerQuestion]:
    before = ""
    for number, (where, row) in enumerate(rows, start=1):
        check_pattern(where, row.key)
        named = [one for one in documents if row.document and row.document in Path(one).name]
        this = row.id or str(number)
        yield AnswerQuestion(
            id=this,
            question=row.question,
            answers=(row.first,) if row.first else (),
            answerable=row.answerable,
            evidence=tuple(GoldEvidence(one) for one in named) if row.answerable else (),
            kind=row.kind or ("" if row.answerable else NEAR_MISS),
            pattern=row.key,
            must_not=tuple(row.siblings),
            follows=before if row.kind == FOLLOW_UP else "",
        )
        before = this
