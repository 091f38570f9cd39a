"""Builds an answer dataset from its files and questions."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter

from evals.answers.types import AnswerDataset, AnswerQuestion, SourceFile
from evals.datasets.reading import wrong
from evals.runs import fingerprint
from ragapp.errors import UsageError


def make_dataset(
    name: str, path: Path, files: Iterable[SourceFile], questions: Iterable[AnswerQuestion]
) -> AnswerDataset:
    """Builds the dataset with its hashes.

    Raises UsageError for a duplicate id, or if there are no questions.
    """
    files, questions = tuple(files), tuple(questions)
    if not questions:
        raise UsageError(f"{path} contains no questions. Pass another file.")
    for what, ids in (("question", [q.id for q in questions]), ("document", [f.id for f in files])):
        twice, count = Counter(ids).most_common(1)[0] if ids else ("", 0)
        if count > 1:
            raise wrong(str(path), f"two {what}s have the id {twice!r}; ids must be unique")
    corpus = fingerprint([(f.id, f.name, f.group, hashlib.sha256(f.read()).hexdigest()) for f in files])
    return AnswerDataset(name, files, questions, corpus, fingerprint(corpus, *_asked(questions)))


_ADDED = {"kind", "pattern", "must_not", "follows"}
"""Fields that came later: a dataset that has none of them keeps the hash that its run files name."""


def _asked(questions: tuple[AnswerQuestion, ...]) -> list[str]:
    """What the hash of a dataset is made of, beside its files."""
    layout = TypeAdapter(tuple[AnswerQuestion, ...])
    plain = layout.dump_json(questions, exclude={"__all__": _ADDED}).decode()
    if not any(getattr(question, name) for question in questions for name in _ADDED):
        return [plain]
    added = layout.dump_json(questions, include={"__all__": _ADDED}).decode()
    return [plain, added]
