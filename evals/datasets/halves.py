"""Derives unanswerable questions from answerable ones.

A dataset without unanswerable questions cannot measure refusals. So its files are split into two halves, and
each answerable question is also asked of the half that does not contain its evidence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from evals.answers.types import HALF, AnswerDataset, AnswerQuestion, SourceFile

TWIN = " (held out)"
"""The suffix of the id of an unanswerable twin."""


def halves(files: Iterable[SourceFile]) -> dict[str, str]:
    """Assigns each file id to half "0" or "1": the groups are ordered by hash and alternate."""
    files = list(files)
    groups = sorted({file.group for file in files}, key=lambda g: hashlib.sha256(g.encode()).digest())
    half = {group: str(place % 2) for place, group in enumerate(groups)}
    return {file.id: half[file.group] for file in files}


def with_held_out(dataset: AnswerDataset) -> AnswerDataset:
    """Adds an unanswerable twin after each answerable question whose evidence is in a single half."""
    half = halves(dataset.files)
    questions: list[AnswerQuestion] = []
    for question in dataset.questions:
        questions.append(question)
        held = {half[one.document] for one in question.evidence}
        if question.answerable and len(held) == 1:
            questions.append(_twin(question, "1" if held == {"0"} else "0"))
    return replace(dataset, questions=tuple(questions))


def _twin(question: AnswerQuestion, half: str) -> AnswerQuestion:
    return replace(
        question,
        id=question.id + TWIN,
        answers=(),
        answerable=False,
        evidence=(),
        filters={HALF: half},
    )
