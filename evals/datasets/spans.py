"""Reads datasets with the exact evidence spans of each question: `questions.jsonl` and `corpora/`.

The layout is that of Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval", Chroma Technical
Report, 2024 (https://github.com/brandonstarxel/chunking_evaluation), as JSON Lines.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from evals.datasets.reading import read_rows, read_text, wrong
from evals.retrieval.types import SpanDataset, SpanQuestion, TextSpan
from evals.runs import fingerprint
from ragapp.text.clean import clean

QUESTIONS, CORPORA = "questions.jsonl", "corpora"


class _Reference(BaseModel):
    content: str = Field(min_length=1)
    start_index: int = Field(ge=0)
    end_index: int


class _Row(BaseModel):
    question: str = Field(pattern=r"\S")
    corpus_id: str
    references: list[_Reference] = Field(min_length=1)


def is_span_folder(folder: Path) -> bool:
    return (folder / QUESTIONS).is_file() and (folder / CORPORA).is_dir()


def load_spans(folder: Path) -> SpanDataset:
    """Loads the dataset. Raises UsageError, with the line number, for an unknown corpus or a wrong span."""
    folder = folder.resolve()
    raw = {path.stem: read_text(path) for path in sorted((folder / CORPORA).iterdir()) if path.is_file()}
    questions = []
    for number, (where, row) in enumerate(read_rows(folder / QUESTIONS, _Row), start=1):
        if row.corpus_id not in raw:
            raise wrong(where, f"{CORPORA} has no text {row.corpus_id!r}")
        text = raw[row.corpus_id]
        spans = tuple(_span(where, reference, text) for reference in row.references)
        questions.append(SpanQuestion(str(number), row.question, row.corpus_id, spans))
    texts = {name: clean(text) for name, text in raw.items()}
    corpus_sha256 = fingerprint(texts)
    asked = [[one.text, one.corpus, [(span.start, span.end) for span in one.evidence]] for one in questions]
    return SpanDataset(folder.name, texts, tuple(questions), corpus_sha256, fingerprint(corpus_sha256, asked))


def _span(where: str, reference: _Reference, text: str) -> TextSpan:
    """The span of the evidence in the stored text."""
    start, end = reference.start_index, reference.end_index
    if text[start:end] != reference.content:
        raise wrong(where, f"characters {start} to {end} are not {reference.content[:40]!r}")
    return TextSpan(len(clean(text[:start])), len(clean(text[:end])))
