"""Reads FinanceBench: questions about company reports, whose PDFs are in the folder `pdfs` next to the file.

Islam et al., "FinanceBench: A New Benchmark for Financial Question Answering", arXiv 2311.11944
(https://github.com/patronus-ai/financebench).
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from evals.answers.types import AnswerDataset, AnswerQuestion, GoldEvidence, SourceFile
from evals.datasets.building import make_dataset
from evals.datasets.reading import read_rows, wrong


class _Evidence(BaseModel):
    doc_name: str
    evidence_page_num: int = Field(ge=0)
    """The page, counted from 0."""


class _Row(BaseModel):
    financebench_id: str
    company: str
    question: str = Field(pattern=r"\S")
    answer: str = Field(min_length=1)
    evidence: list[_Evidence] = Field(min_length=1)


def load_financebench(path: Path, name: str) -> AnswerDataset:
    """Loads the questions over all of their reports together. Raises UsageError with the line number."""
    folder, questions, companies = path.parent / "pdfs", [], dict[str, str]()
    for where, row in read_rows(path, _Row):
        for one in row.evidence:
            if not (folder / f"{one.doc_name}.pdf").is_file():
                raise wrong(where, f"{folder / one.doc_name}.pdf does not exist")
            companies.setdefault(one.doc_name, row.company)
        questions.append(_question(row))
    files = (
        SourceFile(one, f"{one}.pdf", company, (folder / f"{one}.pdf").read_bytes)
        for one, company in companies.items()
    )
    return make_dataset(name, path, files, questions)


def _question(row: _Row) -> AnswerQuestion:
    return AnswerQuestion(
        id=row.financebench_id,
        question=row.question,
        answers=(row.answer,),
        answerable=True,
        evidence=tuple(GoldEvidence(one.doc_name, one.evidence_page_num + 1) for one in row.evidence),
    )
