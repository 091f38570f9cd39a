"""Answers questions from the tables of the documents that a search found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from ragapp.answering.passages import Passage
from ragapp.answering.sanitize import sanitized
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.tables.across import (
    DocumentComparison,
    DocumentValue,
    comparable,
    compared,
    comparison_of,
    is_called,
    mixed,
)
from ragapp.answering.tables.answers import answer_from_tables
from ragapp.answering.tables.catalogue import Catalogue, built_in
from ragapp.answering.tables.composing import Composed, column_name, compose_answer, row_name, spans_of
from ragapp.answering.tables.labels import label_stems
from ragapp.answering.tables.outcome import CONFIDENT, TableAnswer, TableRefusal
from ragapp.answering.tables.query import read_query
from ragapp.answering.tables.record_answers import RecordSentence, RunPlan, answer_of
from ragapp.answering.tables.record_plans import RecordPlan, asks_records, left_to_lines, plan_for
from ragapp.answering.tables.record_tables import RecordTable, record_table
from ragapp.answering.tables.sources import CellPlace, TableSource
from ragapp.answering.tables.verifying import judge_by_cells
from ragapp.errors import UsageError
from ragapp.types import CitedCell, StoredTable, TableCell, TablePlan, TableResult, Verdict

TablesOf = Callable[[str, int], Sequence[StoredTable]]
"""(document id, version) -> all its tables, in reading order; none when the version is gone."""

SpanOf = Callable[[str, int, int, int], str]
"""(document id, version, start, end) -> the span, cut at the text's end. Raises NotFoundError."""

MOST_DOCUMENTS = 4
"""Documents with tables that are asked, those of the best passages first."""

REMEMBERED = 32
"""Documents whose tables are kept in memory."""

MOST_RECORDS = 60
"""Tables of one document that are read as tables of records."""

MOST_CITED = 60
LONGEST_QUOTE = 300
"""Cells that a sentence cites, and characters that are quoted of the description of a data file."""

MOST_SOURCES = 10_000
"""Tables whose labels are kept as words."""


def no_data_files(_table: StoredTable, _plan: TablePlan) -> TableResult:
    """For callers without data files. Raises UsageError."""
    raise UsageError("There is no engine for data files.")


class TableAnswers:
    """Answers from tables. Safe for many threads."""

    def __init__(
        self,
        tables_of: TablesOf,
        span_of: SpanOf,
        catalogue: Callable[[], Catalogue] = built_in,
        run: RunPlan = no_data_files,
    ) -> None:
        """`catalogue` has the formulas; it is read when the first question needs it. `run` runs plans over
        data files.
        """
        self._run = run
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
        of_records = self._from_records(question, passages)
        if of_records is not None:
            return of_records
        comparison = comparison_of(question)
        of_documents = self._across(comparison, passages) if comparison else None
        if of_documents is not None:
            return of_documents
        refusal: TableRefusal | None = None
        left = {one: left_to_lines(question, has) for one, has in self._stored(passages).items()}
        having = {document: stored for document, stored in left.items() if stored}
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

    def _across(
        self, comparison: DocumentComparison, passages: Sequence[Passage]
    ) -> list[Statement] | TableRefusal | None:
        """The values of one line in several documents, each cited in its own; None when fewer than two have
        it."""
        found: list[tuple[DocumentValue, Composed, _Tables]] = []
        for document, stored in self._stored(passages).items():
            own = [one for one in passages if _document(one) == document]
            name = own[0].hit.title or own[0].hit.document_name
            stems = frozenset(label_stems(f"{name} {own[0].hit.document_name}".replace("-", " ")))
            if comparison.names and not any(is_called(one, stems) for one in comparison.names):
                continue
            tables = self._tables(own, {document: stored}, only_shown=False)
            outcome = answer_from_tables(comparison.asks, tables.sources, self._catalogue())
            if isinstance(outcome, TableAnswer) and outcome.confidence >= CONFIDENT:
                value = compared(name, outcome)
                if value is not None:
                    found.append((value, compose_answer(outcome)[0], tables))
        if len(found) < max(2, len(comparison.names)):
            return None
        return self._compared(comparison, found)

    def _compared(
        self, comparison: DocumentComparison, found: Sequence[tuple[DocumentValue, Composed, _Tables]]
    ) -> list[Statement] | TableRefusal:
        values = [value for value, _, _ in found]
        same, others = comparable(values)
        said = [
            self._statement(one._replace(text=f"{value.name}: {one.text}"), tables)
            for value, one, tables in found
        ]
        if comparison.largest is None:
            return said
        if len(same) < 2:
            return TableRefusal(
                values[0].answer.query, f"The values have {mixed(values)}, so they are not compared."
            )
        best = (max if comparison.largest else min)(same, key=lambda one: one.amount)
        which = "highest" if comparison.largest else "lowest"
        names = ", ".join(one.name for one in others)
        left_out = f" Not compared, because the values have {mixed(values)}: {names}." if others else ""
        first = next(statement for statement, value in zip(said, values, strict=True) if value is best)
        text = f"{best.name} ({which} of {len(same)}).{left_out}"
        rest = [statement for statement in said if statement is not first]
        head = Statement(text, "supported", first.evidence, new_line=True, highlight=(0, len(best.name)))
        return [head, first, *rest]

    def _from_records(
        self, question: str, passages: Sequence[Passage]
    ) -> list[Statement] | TableRefusal | None:
        """The answer by the table of records that explains the question, the one that knows most of it."""
        if not asks_records(question):
            return None
        best: tuple[RecordPlan, Passage] | None = None
        for document, stored in self._stored(passages).items():
            passage = next(one for one in passages if _document(one) == document)
            for table in stored[:MOST_RECORDS]:
                records = record_table(table, passage.hit.title or "")
                planned = plan_for(question, records) if records else None
                if planned and (best is None or planned.weight > best[0].weight):
                    near = (one for one in passages if _document(one) == document and _overlaps(one, table))
                    best = planned, next(near, passage)
        if best is None:
            return None
        planned, passage = best
        try:
            sentences = answer_of(planned, self._run)
        except UsageError as error:
            return TableRefusal(read_query(question), str(error))
        return [self._of_sentence(one, planned.table, passage) for one in sentences] or None

    def _of_sentence(self, sentence: RecordSentence, table: RecordTable, passage: Passage) -> Statement:
        stored = table.stored
        evidence = tuple(
            self._cell_evidence(passage, stored, cell) for cell in dict.fromkeys(sentence.cells[:MOST_CITED])
        )
        if not evidence:
            end = min(stored.table.end, stored.table.start + LONGEST_QUOTE)
            evidence = (self._evidence(passage, stored.table.start, end, None),)
        text = sanitized(sentence.text)
        start = text.find(sanitized(sentence.value)) if sentence.value else -1
        highlight = (start, start + len(sanitized(sentence.value))) if start >= 0 else None
        return Statement(
            text, "supported", evidence, new_line=True, highlight=highlight, formula=sentence.formula
        )

    def _cell_evidence(self, passage: Passage, stored: StoredTable, cell: TableCell) -> Evidence:
        table = stored.table
        row = next((one.label for one in table.rows if one.index == cell.row), "")
        column = next((one.label for one in table.columns if one.index == cell.column), "")
        hit = passage.hit
        text = self._span_of(hit.document_id, hit.version, cell.start, cell.end)
        at = Passage(passage.number, replace(hit, start=cell.start, end=cell.end, text=text))
        return Evidence(at, 0, len(text), (CitedCell(row, column, cell.text, cell.start, cell.end),))

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
