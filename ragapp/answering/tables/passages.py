"""Answers questions from the tables of the documents that a search found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from ragapp.answering.passages import Passage
from ragapp.answering.sanitize import sanitized
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.tables.answers import answer_from_tables
from ragapp.answering.tables.catalogue import Catalogue, built_in
from ragapp.answering.tables.composing import Composed, column_name, compose_answer, row_name, spans_of
from ragapp.answering.tables.labels import label_stems
from ragapp.answering.tables.outcome import CONFIDENT, TableAnswer, TableRefusal
from ragapp.answering.tables.sources import CellPlace, TableSource
from ragapp.answering.tables.verifying import judge_by_cells
from ragapp.types import CitedCell, StoredTable, Verdict

TablesOf = Callable[[str, int], Sequence[StoredTable]]
"""(document id, version) -> all its tables, in reading order; none when the version is gone."""

SpanOf = Callable[[str, int, int, int], str]
"""(document id, version, start, end) -> the span, cut at the text's end. Raises NotFoundError."""

MOST_DOCUMENTS = 4
"""Documents with tables that are asked, those of the best passages first."""

REMEMBERED = 32
"""Documents whose tables are kept in memory."""

MOST_SOURCES = 10_000
"""Tables whose labels are kept as words."""


class TableAnswers:
    """Answers from tables. Safe for many threads."""

    def __init__(
        self, tables_of: TablesOf, span_of: SpanOf, catalogue: Callable[[], Catalogue] = built_in
    ) -> None:
        """`catalogue` has the formulas; it is read when the first question needs it."""
        self._catalogue = catalogue
        self._tables_of = lru_cache(maxsize=REMEMBERED)(tables_of)
        self._span_of = span_of
        self._sources: dict[tuple[int, str], TableSource] = {}

    def answer(
        self, question: str, names: Sequence[str], passages: Sequence[Passage]
    ) -> list[Statement] | TableRefusal | None:
        """The statements of a confident answer; the refusal when a table has the line and not the time.

        The documents are asked one by one, in the order of their best passages: first the tables that
        passages show, then all their tables. One that has none of the question's `names` is not asked.
        """
        refusal: TableRefusal | None = None
        having = {document: stored for document, stored in self._stored(passages).items() if stored}
        for document, stored in list(having.items())[:MOST_DOCUMENTS]:
            own = [one for one in passages if _document(one) == document]
            for only_shown in (True, False):
                tables = self._tables(own, {document: stored}, only_shown=only_shown)
                outcome = answer_from_tables(question, tables.about(names), self._catalogue())
                if isinstance(outcome, TableAnswer) and outcome.confidence >= CONFIDENT:
                    return [self._statement(one, tables) for one in compose_answer(outcome)]
                if isinstance(outcome, TableRefusal):
                    refusal = refusal or outcome
        return refusal

    def judge(self, claim: str, passages: Sequence[Passage]) -> tuple[Verdict, tuple[Evidence, ...]] | None:
        """What the cells of the tables that passages show say to the numbers of a claim, with those that
        support it; None when no table has what it names."""
        shown = self._tables(passages, self._stored(passages), only_shown=True)
        judged = judge_by_cells(claim, shown.sources)
        if judged is None:
            return None
        evidence = tuple(
            self._evidence(shown.passage_of(place), start, end, cited)
            for cited, start, end, place in spans_of(judged.cells)
        )
        return judged.verdict, evidence

    def _stored(self, passages: Sequence[Passage]) -> dict[tuple[str, int], Sequence[StoredTable]]:
        return {document: self._tables_of(*document) for document in dict.fromkeys(map(_document, passages))}

    def _tables(
        self,
        passages: Sequence[Passage],
        stored: dict[tuple[str, int], Sequence[StoredTable]],
        *,
        only_shown: bool,
    ) -> _Tables:
        """The tables that passages show, or all, under the passage that shows them or the best one."""
        found = _Tables()
        for document, tables in stored.items():
            own = [one for one in passages if _document(one) == document]
            for table in tables:
                near = next((one for one in own if _overlaps(one, table)), None)
                if near or not only_shown:
                    found.add(self._source(table, near or own[0]), near or own[0])
        return found

    def _source(self, table: StoredTable, passage: Passage) -> TableSource:
        label = passage.label if _overlaps(passage, table) else passage.hit.title or passage.hit.document_name
        if len(self._sources) > MOST_SOURCES:
            self._sources.clear()
        return self._sources.setdefault((table.id, label), TableSource(table.table, label))

    def _statement(self, composed: Composed, tables: _Tables) -> Statement:
        evidence = tuple(
            self._evidence(tables.passage_of(place), start, end, cited)
            for cited, start, end, place in spans_of(composed.cells)
        )
        text = sanitized(composed.text)
        start = text.find(sanitized(composed.value))
        highlight = (start, start + len(sanitized(composed.value))) if start >= 0 else None
        return Statement(
            text, "supported", evidence, new_line=True, highlight=highlight, formula=composed.formula
        )

    def _evidence(self, passage: Passage, start: int, end: int, cited: CellPlace | None) -> Evidence:
        """A span of the passage's document, under the passage's number."""
        hit = passage.hit
        text = self._span_of(hit.document_id, hit.version, start, end)
        at = Passage(passage.number, replace(hit, start=start, end=end, text=text))
        cells = (_cited(cited),) if cited is not None else ()
        return Evidence(at, 0, len(text), cells)


def _cited(place: CellPlace) -> CitedCell:
    cell = place.cell
    return CitedCell(row_name(place), column_name(place), cell.text, cell.start, cell.end)


def _document(passage: Passage) -> tuple[str, int]:
    return passage.hit.document_id, passage.hit.version


class _Tables:
    """Tables as sources, each with the passage through which its document was found."""

    def __init__(self) -> None:
        self.sources: list[TableSource] = []
        self._passages: dict[int, Passage] = {}

    def add(self, source: TableSource, passage: Passage) -> None:
        self.sources.append(source)
        self._passages[id(source)] = passage

    def about(self, names: Sequence[str]) -> list[TableSource]:
        """The tables that have one of the names in their labels or title; all when there are no names."""
        stems = {stem for name in names for stem in label_stems(name)}
        if not stems:
            return self.sources
        if any(source.is_about(stem) for source in self.sources for stem in stems):
            return self.sources
        return []

    def passage_of(self, place: CellPlace) -> Passage:
        return self._passages[id(place.source)]


def _overlaps(passage: Passage, table: StoredTable) -> bool:
    return passage.hit.start < table.table.end and table.table.start < passage.hit.end
