"""Reads our own layout: one question per line, over documents next to the file.

    {"id": "q1", "question": "…", "answers": ["…"], "answerable": true, "documents": ["report.pdf"],
     "evidence": [{"document": "report.pdf", "page": 3}], "turns": [{"question": "…", "answer": "…"}]}

Without `evidence`, each document of an answerable question counts as evidence. Evidence may also have `start`
and `end`, offsets in the text that `ragapp documents text` prints. `turns` are the earlier questions and
answers of a conversation. `ragapp eval make` adds `kind`, how the question was generated, and `accepted`:
questions with false are left out. `kind` may be any word by which results are counted; "near miss" marks an
unanswerable question about a sibling of what the documents have. `pattern`, a regular expression, may be
given beside or instead of `answers`; `must_not` lists texts that a good answer does not contain; `follows`
is the id of the question asked just before.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from evals.answers.types import AnswerDataset, AnswerQuestion, GoldEvidence, SourceFile
from evals.datasets.building import make_dataset
from evals.datasets.reading import check_pattern, read_rows, wrong
from ragapp.types import Turn


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1)
    question: str = Field(pattern=r"\S")
    answers: list[str] = []
    answerable: bool
    documents: list[str] = []
    evidence: list[GoldEvidence] = []
    turns: list[Turn] = []
    kind: str | None = None
    pattern: str = ""
    must_not: list[str] = []
    follows: str = ""
    accepted: bool | None = None


def load_jsonl(path: Path, name: str) -> AnswerDataset:
    """Loads the questions over the documents of all of them. Raises UsageError with the line number."""
    questions: list[AnswerQuestion] = []
    documents = dict[str, None]()
    for where, row in read_rows(path, _Row):
        if row.accepted is False:
            continue
        _check(where, row, path.parent)
        if row.follows and row.follows not in {one.id for one in questions}:
            raise wrong(where, f"it follows {row.follows!r}, which is not asked before it")
        documents.update(dict.fromkeys(row.documents))
        questions.append(_question(row))
    files = (SourceFile(one, Path(one).name, one, (path.parent / one).read_bytes) for one in documents)
    return make_dataset(name, path, files, questions)


def _check(where: str, row: _Row, folder: Path) -> None:
    if row.answerable and not row.pattern and not any(answer.strip() for answer in row.answers):
        raise wrong(where, "an answerable question needs `answers` or a `pattern`")
    check_pattern(where, row.pattern)
    missing = next((one for one in row.documents if not (folder / one).is_file()), None)
    if missing is not None:
        raise wrong(where, f"{folder / missing} does not exist")
    unknown = next((e.document for e in row.evidence if e.document not in row.documents), None)
    if unknown is not None:
        raise wrong(where, f"the evidence's document {unknown!r} is not among `documents`")


def _question(row: _Row) -> AnswerQuestion:
    whole = [GoldEvidence(document) for document in row.documents] if row.answerable else []
    return AnswerQuestion(
        id=row.id,
        question=row.question,
        answers=tuple(row.answers),
        answerable=row.answerable,
        evidence=tuple(row.evidence or whole),
        history=tuple(row.turns),
        kind=row.kind or "",
        pattern=row.pattern,
        must_not=tuple(row.must_not),
        follows=row.follows,
    )
