"""What a question set is fit for, by how its folder is laid out."""

from __future__ import annotations

from pathlib import Path

from evals.answers.types import AnswerDataset
from evals.cache.pairs import load_pairs
from evals.datasets.answering import load_answer_dataset
from evals.datasets.beir import load_beir
from evals.datasets.spans import is_span_folder, load_spans
from ragapp.errors import RagappError, UsageError
from ragapp.types import EvalSet


def described(folder: Path) -> EvalSet:
    """The set in the folder, under the folder's name. Raises UsageError when no evaluation could read it."""
    try:
        return _loaded(folder)
    except (RagappError, OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{folder.name} is no question set: {error}") from error


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
    _check_inside(load_answer_dataset(folder))
    return EvalSet(folder.name, ("answers", "citations"), own=True, reviewable='"answerable"' in first)


def _check_inside(dataset: AnswerDataset) -> None:
    """Who may send a set may not therefore read what else is on the server's disk."""
    for file in dataset.files:
        if Path(file.id).is_absolute() or ".." in Path(file.id).parts:
            raise UsageError(f"{file.id} leads out of the set. Put the document into the ZIP.")


def _first_line(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as lines:
        return lines.readline()
