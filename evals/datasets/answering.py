"""Detects the layout of a question set by its first lines, and loads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from evals.answers.types import AnswerDataset
from evals.datasets.asked import ASKED, load_asked
from evals.datasets.financebench import load_financebench
from evals.datasets.halves import with_held_out
from evals.datasets.jsonl import load_jsonl
from evals.datasets.mtrag import load_mtrag
from evals.datasets.pubmedqa import load_pubmedqa
from evals.datasets.reading import read_text, wrong
from evals.datasets.sampling import draw
from evals.datasets.squad import load_squad
from ragapp.errors import UsageError

_Loader = Callable[[Path, str], AnswerDataset]

_LINES: Mapping[str, _Loader] = {"financebench_id": load_financebench, "targets": load_mtrag}
"""The loader of each JSONL layout, by a field that only this layout has."""

_QUESTIONS = ("questions.json", "questions.jsonl")
"""The name that tells the questions of a folder from its other files."""


def load_answer_dataset(path: Path) -> AnswerDataset:
    """Reads SQuAD, PubMedQA, MTRAG, FinanceBench, plain questions over a folder, or our own layout.

    `path` is its file or folder.

    If every question is answerable, unanswerable twins are added (`with_held_out`). Raises UsageError,
    with file and line.
    """
    path = path.resolve()
    file = _only_file(path) if path.is_dir() else path
    name = path.name if path.is_dir() else path.stem
    dataset = _loader(file)(file, name)
    if all(question.answerable for question in dataset.questions):
        return with_held_out(dataset)
    return dataset


def sample_questions(dataset: AnswerDataset, limit: int, seed: int) -> AnswerDataset:
    """The dataset with `limit` of its questions and those that they follow, in the original order."""
    kept = set(draw((question.id for question in dataset.questions), limit, seed))
    for question in reversed(dataset.questions):
        if question.id in kept and question.follows:
            kept.add(question.follows)
    return replace(dataset, questions=tuple(q for q in dataset.questions if q.id in kept))


def _only_file(folder: Path) -> Path:
    found = sorted([*folder.glob("*.json"), *folder.glob("*.jsonl")])
    named = [path for path in found if path.name in _QUESTIONS]
    if len(found) != 1 and len(named) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise UsageError(
            f"{folder} should hold one .json or .jsonl file of questions, or one named "
            f"{' or '.join(_QUESTIONS)}. It has: {names}."
        )
    return (named or found)[0]


def _loader(path: Path) -> _Loader:
    """Raises UsageError if the layout is unknown."""
    text = read_text(path)
    lines = path.suffix == ".jsonl"
    try:
        fields = json.loads(next((line for line in text.split("\n") if line.strip()), "") if lines else text)
    except json.JSONDecodeError as error:
        raise wrong(str(path), f"invalid JSON: {error}") from error
    if isinstance(fields, list):
        return load_asked
    if not isinstance(fields, dict):
        raise wrong(str(path), "the file must begin with a JSON object")
    if lines:
        plain = load_asked if "id" not in fields or ASKED & fields.keys() else load_jsonl
        return next((loader for field, loader in _LINES.items() if field in fields), plain)
    return load_squad if "data" in fields else load_pubmedqa
