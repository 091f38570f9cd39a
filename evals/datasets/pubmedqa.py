"""Reads the labelled layout of PubMedQA: questions about abstracts, by PubMed id.

Jin et al., "PubMedQA: A Dataset for Biomedical Research Question Answering", EMNLP 2019
(https://github.com/pubmedqa/pubmedqa).
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, RootModel, TypeAdapter

from evals.answers.types import AnswerDataset, AnswerQuestion, GoldEvidence, SourceFile
from evals.datasets.building import make_dataset
from evals.datasets.reading import read_document


class _Row(BaseModel):
    question: str = Field(alias="QUESTION", pattern=r"\S")
    contexts: list[str] = Field(alias="CONTEXTS", min_length=1)
    long_answer: str = Field(alias="LONG_ANSWER", min_length=1)


class _PubMedQA(RootModel[dict[str, _Row]]):
    pass


def load_pubmedqa(path: Path, name: str) -> AnswerDataset:
    """Loads the questions, with a text file for each abstract. Its conclusion is left out and is the gold
    answer.

    Raises UsageError."""
    rows = read_document(path, TypeAdapter(_PubMedQA)).root
    files = (
        SourceFile(one, f"{one}.txt", one, "\n\n".join(row.contexts).encode) for one, row in rows.items()
    )
    questions = (
        AnswerQuestion(one, row.question, (row.long_answer,), answerable=True, evidence=(GoldEvidence(one),))
        for one, row in rows.items()
    )
    return make_dataset(name, path, files, questions)
