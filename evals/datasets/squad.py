"""Reads the SQuAD layout, versions 1.1 and 2.0: articles, their paragraphs, and answers by offset.

Rajpurkar et al. 2016 and 2018 (https://rajpurkar.github.io/SQuAD-explorer). XQuAD has the same layout.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, Field, TypeAdapter

from evals.answers.types import AnswerDataset, AnswerQuestion, GoldEvidence, SourceFile
from evals.datasets.building import make_dataset
from evals.datasets.reading import read_document, wrong
from ragapp.text.clean import clean

_BETWEEN = "\n\n"


class _Answer(BaseModel):
    text: str = Field(min_length=1)
    answer_start: int = Field(ge=0)


class _Question(BaseModel):
    id: str
    question: str = Field(pattern=r"\S")
    answers: list[_Answer]
    is_impossible: bool = False


class _Paragraph(BaseModel):
    context: str
    qas: list[_Question]


class _Article(BaseModel):
    title: str = ""
    paragraphs: list[_Paragraph]


class _Squad(BaseModel):
    data: list[_Article]


def load_squad(path: Path, name: str) -> AnswerDataset:
    """Loads the questions, with one text file for each article.

    Raises UsageError, also for a wrong offset.
    """
    articles = read_document(path, TypeAdapter(_Squad)).data
    ids = [f"{number}-{article.title or 'untitled'}.txt" for number, article in enumerate(articles, 1)]
    pairs = list(zip(ids, articles, strict=True))
    files = [_file(file_id, article) for file_id, article in pairs]
    questions = [asked for file_id, article in pairs for asked in _questions(path, file_id, article)]
    return make_dataset(name, path, files, questions)


def load_paragraphs(path: Path) -> list[list[tuple[str, frozenset[str]]]]:
    """The questions of each paragraph with their gold answers, if any. Raises UsageError."""
    return [
        [(asked.question, frozenset(gold.text for gold in asked.answers)) for asked in paragraph.qas]
        for article in read_document(path, TypeAdapter(_Squad)).data
        for paragraph in article.paragraphs
    ]


def _file(file_id: str, article: _Article) -> SourceFile:
    text = _BETWEEN.join(clean(paragraph.context) for paragraph in article.paragraphs)
    return SourceFile(file_id, file_id.partition("-")[2].replace("/", " "), file_id, text.encode)


def _questions(path: Path, file_id: str, article: _Article) -> Iterator[AnswerQuestion]:
    start = 0
    for paragraph in article.paragraphs:
        for asked in paragraph.qas:
            _check(path, asked, paragraph.context)
            evidence = {_evidence(file_id, gold, paragraph.context, start) for gold in asked.answers}
            yield AnswerQuestion(
                id=asked.id,
                question=asked.question,
                answers=tuple(dict.fromkeys(gold.text for gold in asked.answers)),
                answerable=bool(asked.answers) and not asked.is_impossible,
                evidence=tuple(sorted(evidence, key=lambda one: (one.start or 0, one.end or 0))),
            )
        start += len(clean(paragraph.context)) + len(_BETWEEN)


def _check(path: Path, asked: _Question, context: str) -> None:
    for gold in asked.answers:
        if not context.startswith(gold.text, gold.answer_start):
            raise wrong(
                str(path), f"question {asked.id}: {gold.text!r} is not at character {gold.answer_start}"
            )


def _evidence(file_id: str, gold: _Answer, context: str, start: int) -> GoldEvidence:
    """The span of a gold answer in the stored text of the article; its paragraph starts at `start`."""
    behind = gold.answer_start + len(gold.text)
    return GoldEvidence(
        file_id,
        start=start + len(clean(context[: gold.answer_start])),
        end=start + len(clean(context[:behind])),
    )
