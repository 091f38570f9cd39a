"""The steps from a question and its passages to the statements of an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from ragapp.answering.answerability import AnswerabilityModel
from ragapp.answering.extractive import Extract, Extractor
from ragapp.answering.passages import Passage
from ragapp.answering.reading.candidates import candidates_in
from ragapp.answering.reading.composition import compare, compose
from ragapp.answering.reading.decision import Decision, decide
from ragapp.answering.reading.documents import SourceDocuments
from ragapp.answering.reading.question import Question, is_english, understand
from ragapp.answering.reading.scoring import read_candidates
from ragapp.answering.reading.shown import evidence_of
from ragapp.answering.reading.summary import summary
from ragapp.answering.reading.wording import corrected, with_names
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.tables.outcome import TableRefusal
from ragapp.answering.tables.passages import TableAnswers
from ragapp.protocols import Reader, Reranker
from ragapp.types import Verdict

MOST_READ = 8
"""Passages that are read."""

_AND_ASKS = re.compile(r",? and (?=(?:what|who|when|where|how|which|why|whose)\b)", re.IGNORECASE)


class ReadingPipeline(Extractor):
    """Answers questions in English with the reader, and those in other languages as any extractor does.

    Safe for many threads when its models are.
    """

    def __init__(
        self,
        reader: Callable[[], Reader],
        reranker: Callable[[], Reranker | None],
        documents: SourceDocuments,
        tables: TableAnswers | None = None,
        model: AnswerabilityModel | None = None,
    ) -> None:
        """`reranker` returns None while its model is being fetched. Without `tables`, none are read."""
        super().__init__(model)
        self._reader = reader
        self._reranker = reranker
        self._documents = documents
        self._tables = tables

    def extract(self, question: str, core: str, passages: Sequence[Passage]) -> Extract:
        """The statements that answer `question`, which stands alone; `core` as in a Question."""
        if not is_english(core):
            return super().extract(question, core, passages)
        passages = passages[:MOST_READ]
        if not passages:
            return Extract(())
        mended = corrected(question, passages)
        core = mended if core == question else core
        found = self._from_tables(mended, passages)
        if isinstance(found, list):
            return Extract(tuple(found))
        extract = self._from_text(mended, core, passages)
        if found is not None and not extract.statements:
            return replace(extract, missing=None, reason=found.reason)
        return extract

    def _from_tables(
        self, question: str, passages: Sequence[Passage]
    ) -> list[Statement] | TableRefusal | None:
        understood = understand(question)
        if self._tables is None:
            return None
        return self._tables.answer(understood.text, understood.names, passages)

    def by_cells(
        self, claim: str, passages: Sequence[Passage]
    ) -> tuple[Verdict, tuple[Evidence, ...]] | None:
        return self._tables.judge(claim, passages) if self._tables else None

    def _from_text(self, question: str, core: str, passages: Sequence[Passage]) -> Extract:
        understood = understand(question, core)
        if understood.kind == "summary":
            return Extract(tuple(summary(self._documents, passages[0])))
        if understood.sides:
            return self._compared(understood, passages)
        parts = [understand(part) for part in _parts(understood.text)]
        if len(parts) > 1:
            return self._of_parts(parts, passages)
        return self._answered(understood, passages)

    def _answered(self, question: Question, passages: Sequence[Passage]) -> Extract:
        decision = self._decide(question, passages)
        statements = compose(self._documents, question, decision.answers, passages)
        if statements:
            return Extract(tuple(statements))
        return Extract((), decision.missing, tuple(evidence_of(one.candidate) for one in decision.nearest))

    def _of_parts(self, parts: Sequence[Question], passages: Sequence[Passage]) -> Extract:
        """Each part's own answer, one after the other."""
        extracts = [self._answered(part, passages) for part in parts]
        statements = dict.fromkeys(one for extract in extracts for one in extract.statements)
        missing = next((extract.missing for extract in extracts if extract.missing), None)
        nearest = tuple(dict.fromkeys(one for extract in extracts for one in extract.nearest))
        return Extract(tuple(statements), missing, nearest)

    def _compared(self, question: Question, passages: Sequence[Passage]) -> Extract:
        decisions = [self._decide(_about(question, side), passages) for side in question.sides]
        statements = compare(question, [decision.answers for decision in decisions])
        missing = next((one.missing for one in decisions if not one.answers), None)
        nearest = [evidence_of(one.candidate) for decision in decisions for one in decision.nearest[:1]]
        return Extract(tuple(dict.fromkeys(statements)), missing, tuple(nearest))

    def _decide(self, question: Question, passages: Sequence[Passage]) -> Decision:
        question = replace(question, cased=with_names(question.required, passages))
        read = read_candidates(question, candidates_in(passages), self._reader(), self._reranker)
        return decide(question, read, passages)


def _about(question: Question, side: str) -> Question:
    """What a comparison asks of one of its sides."""
    if question.aspect:
        return understand(f"{side} {question.aspect}")
    return replace(understand(f"What is {side}?"), kind="definition")


def _parts(question: str) -> list[str]:
    """The questions that one sentence asks: "How large is it, and what does it cost?" asks two."""
    first, *others = _AND_ASKS.split(question)
    return [first, *(f"{other[0].upper()}{other[1:]}" for other in others)]
