"""Reads the generation tasks of MTRAG and MTRAG-UN: conversations in which the last question has to be
answered.

Katsis et al., "MTRAG: A Multi-Turn Conversational Benchmark for Evaluating Retrieval-Augmented Generation
Systems", TACL 2025 (https://github.com/IBM/mt-rag-benchmark).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from evals.answers.types import AnswerDataset, AnswerQuestion, GoldEvidence, SourceFile
from evals.datasets.building import make_dataset
from evals.datasets.reading import read_rows
from ragapp.types import Turn

Answerability = Literal["ANSWERABLE", "UNANSWERABLE", "UNDERSPECIFIED", "PARTIAL", "CONVERSATIONAL"]


class _Passage(BaseModel):
    document_id: str
    text: str


class _Message(BaseModel):
    speaker: Literal["user", "agent"]
    text: str


class _Task(BaseModel):
    task_id: str
    contexts: list[_Passage]
    input: list[_Message] = Field(min_length=1)
    targets: list[_Message] = Field(min_length=1)
    answerability: list[Answerability] = Field(min_length=1)


def load_mtrag(path: Path, name: str) -> AnswerDataset:
    """Loads the tasks. Each reference passage becomes a document; every question is asked over all of them.

    For a task that is underspecified or partially answerable, neither an answer nor a refusal is wrong.
    Raises UsageError with the line number.
    """
    tasks = [task for _, task in read_rows(path, _Task)]
    passages = {passage.document_id: passage.text for task in tasks for passage in task.contexts}
    files = (
        SourceFile(one, f"{one}.txt", one, text.encode) for one, text in passages.items() if text.strip()
    )
    return make_dataset(name, path, files, map(_question, tasks))


def _question(task: _Task) -> AnswerQuestion:
    *history, last = task.input
    answerable = {"ANSWERABLE": True, "UNANSWERABLE": False}.get(task.answerability[0])
    return AnswerQuestion(
        id=task.task_id,
        question=last.text,
        answers=(task.targets[0].text,) if answerable else (),
        answerable=answerable,
        evidence=tuple(GoldEvidence(p.document_id) for p in task.contexts if p.text.strip()),
        history=_turns(history),
    )


def _turns(messages: Sequence[_Message]) -> tuple[Turn, ...]:
    """Pairs each question with the answer that follows it."""
    return tuple(
        Turn(question.text, answer.text)
        for question, answer in pairwise(messages)
        if question.speaker == "user" and answer.speaker == "agent"
    )
