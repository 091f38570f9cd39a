"""Determines from the layout of a question set which evaluations it supports."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel

from evals.cache.pairs import load_pairs
from evals.datasets.answering import load_answer_dataset
from evals.datasets.beir import load_beir
from evals.datasets.reading import read_rows
from evals.datasets.spans import is_span_folder, load_spans
from ragapp.errors import RagappError, UsageError
from ragapp.types import EvalSet


def described(folder: Path) -> EvalSet:
    """Describes the set in the folder, under the folder's name.

    Raises UsageError if no evaluation can read it.
    """
    try:
        return _loaded(folder)
    except (RagappError, OSError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{folder.name} is not a question set: {error}") from error


def _loaded(folder: Path) -> EvalSet:
    if is_span_folder(folder):
        load_spans(folder)
        return EvalSet(folder.name, ("retrieval",), own=True, reviewable=False)
    if (folder / "queries.jsonl").is_file():
        load_beir(folder, None)
        return EvalSet(folder.name, ("retrieval",), own=True, reviewable=False)
    lines = list(folder.glob("*.jsonl"))
    first = _first_line(lines[0]) if len(lines) == 1 else ""
    if '"text_a"' in first:
        load_pairs(lines[0])
        return EvalSet(folder.name, ("cache",), own=True, reviewable=False)
    reviewable = '"answerable"' in first
    if reviewable:  # including those that are not accepted, because a review may accept them
        _check_inside(one for _, row in read_rows(lines[0], _Row) for one in row.documents)
    _check_inside(file.id for file in load_answer_dataset(folder).files)
    return EvalSet(folder.name, ("answers", "citations"), own=True, reviewable=reviewable)


class _Row(BaseModel):
    documents: list[str] = []


def _check_inside(documents: Iterable[str]) -> None:
    """Rejects documents outside the set, so that an upload cannot read other files of the server."""
    for one in documents:
        if Path(one).is_absolute() or ".." in Path(one).parts:
            raise UsageError(f"{one} is outside the set. Put the document into the ZIP archive.")


def _first_line(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as lines:
        return lines.readline()
