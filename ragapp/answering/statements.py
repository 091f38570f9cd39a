"""The statements of an answer with their evidence, and the numbering of citations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragapp.answering.passages import Passage
from ragapp.types import Citation, CitedCell, Sentence, Verdict

PageAt = Callable[[str, int, int], int]
"""(document id, version, character offset) -> page, counted from 1. Raises NotFoundError."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The span `passage.hit.text[start:end]`. `cells` are the table cells that it consists of."""

    passage: Passage
    start: int
    end: int
    cells: tuple[CitedCell, ...] = ()

    @property
    def quote(self) -> str:
        return self.passage.hit.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer with the spans that support it; `new_line` if it starts a line.

    `highlight`, `answers` and `formula` are as in a Sentence.
    """

    text: str
    verdict: Verdict
    evidence: tuple[Evidence, ...]
    new_line: bool = False
    highlight: tuple[int, int] | None = None
    answers: float | None = None
    formula: str | None = None


def numbered(
    statements: Sequence[Statement], page_at: PageAt
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """The sentences and citations, numbered from 1 by first appearance; equal spans share a number."""
    citations: dict[tuple[str, int, int, int], Citation] = {}
    sentences = []
    for statement in statements:
        numbers = []
        for evidence in statement.evidence:
            citation = _citation(evidence, len(citations) + 1, page_at)
            span = (citation.document_id, citation.version, citation.start, citation.end)
            numbers.append(citations.setdefault(span, citation).number)
        cited = tuple(dict.fromkeys(numbers))
        sentences.append(
            Sentence(
                statement.text,
                statement.verdict,
                cited,
                statement.highlight,
                statement.answers,
                statement.formula,
            )
        )
    return tuple(sentences), tuple(citations.values())


def cited(spans: Sequence[Evidence], page_at: PageAt) -> tuple[Citation, ...]:
    """The spans as citations, numbered from 1."""
    return tuple(_citation(span, number, page_at) for number, span in enumerate(spans, start=1))


def written(statements: Sequence[Statement], sentences: Sequence[Sentence]) -> str:
    """The answer as text: each sentence followed by its markers, and the head of a table by its rule."""
    text, row_before = "", False
    for statement, sentence in zip(statements, sentences, strict=True):
        is_row = statement.new_line and _is_row(sentence.text)
        separator = "\n" if statement.new_line else " "
        if is_row and not row_before:
            separator = "\n\n"
        markers = "".join(f"[{number}]" for number in sentence.citations)
        text += (separator if text else "") + (f"{sentence.text} {markers}" if markers else sentence.text)
        if is_row and not row_before:
            text += f"\n{'| --- ' * (sentence.text.count('|') - 1)}|"
        row_before = is_row
    return text


def _is_row(text: str) -> bool:
    return len(text) > 2 and text.startswith("|") and text.endswith("|")


def _citation(evidence: Evidence, number: int, page_at: PageAt) -> Citation:
    hit = evidence.passage.hit
    start, end = hit.start + evidence.start, hit.start + evidence.end
    return Citation(
        number=number,
        document_id=hit.document_id,
        document_name=hit.document_name,
        version=hit.version,
        page=page_at(hit.document_id, hit.version, start),
        start=start,
        end=end,
        quote=evidence.quote,
        cells=evidence.cells,
    )
