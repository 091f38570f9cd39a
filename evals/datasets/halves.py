"""Questions that the documents cannot answer, made out of those that they can.

A set without unanswerable questions says nothing about refusals. So its files are parted in two halves,
and each answerable question is asked once more of the half that does not hold its evidence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from evals.answers.types import HALF, AnswerDataset, AnswerQuestion, SourceFile

TWIN = " (held out)"
"""What the id of a question's unanswerable twin ends with."""


def halves(files: Iterable[SourceFile]) -> dict[str, str]:
    """The half, "0" or "1", of each file id: the groups in an order drawn by hash, every other one."""
    files = list(files)
    groups = sorted({file.group for file in files}, key=lambda g: hashlib.sha256(g.encode()).digest())
    half = {group: str(place % 2) for place, group in enumerate(groups)}
    return {file.id: half[file.group] for file in files}


def with_held_out(dataset: AnswerDataset) -> AnswerDataset:
    """The same with an unanswerable twin behind each answerable question whose evidence lies in one half."""
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
