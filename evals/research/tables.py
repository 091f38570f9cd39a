"""Answers from cells on TAT-QA: exact answers with their scale, by type of question, on both halves.

    python -m evals.research.tables CONTEXTS.jsonl [--half building] [--failures 20] [--reader]

A number is right when it equals the gold answer with its scale, rounded to two decimals of the gold's scale;
a span when it has the gold's words. Near misses ask for a year, or for the line of another document, that the
table does not have: the only right answer is none. With `--reader`, questions that the table does not answer
are read in the text, and a span is right when the answer quotes all of it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal

from evals.datasets.tatqa import Half, TatContext, TatQuestion, load_contexts, passages_of
from ragapp.answering.passages import Passage
from ragapp.answering.reading.documents import SourceDocuments
from ragapp.answering.reading.pipeline import ReadingPipeline
from ragapp.answering.tables.answers import answer_from_tables
from ragapp.answering.tables.outcome import TableAnswer
from ragapp.answering.tables.sources import CellPlace, TableSource
from ragapp.models.build import build_reader, build_reranker
from ragapp.settings import Settings
from ragapp.tables import read_table
from ragapp.tables.cells import read_cell
from ragapp.types import Chunk, Hit

Verdict = Literal["right", "scale", "wrong", "none"]
"""`scale`: the value is right, and its scale is not that of the gold answer."""

VERDICTS: tuple[Verdict, ...] = ("right", "scale", "wrong", "none")

SCALES = {"": 0, "thousand": 3, "million": 6, "billion": 9, "percent": 0}
_WORD = re.compile(r"[\w.%]+")
LAST_YEAR = re.compile(r"\b20(?:1[4-9]|2\d)\b")


@dataclass(frozen=True, slots=True)
class TableScore:
    context: str
    question: TatQuestion
    verdict: Verdict
    answered: str


def source_of(context: TatContext) -> TableSource:
    document = context.document
    (table,) = document.tables
    prose = document.text[: table.start][-1500:] + document.text[table.end :][:500]
    return TableSource(read_table(document.text, table), prose=prose)


def score(context: TatContext) -> Iterator[TableScore]:
    source = source_of(context)
    for question in context.questions:
        outcome = answer_from_tables(question.question, [source])
        if isinstance(outcome, TableAnswer):
            verdict = verdict_on(outcome, question)
            yield TableScore(context.id, question, verdict, described(outcome))
        else:
            yield TableScore(context.id, question, "none", outcome.reason if outcome else "")


class TextReader:
    """Reads the passages of a context, as questions are answered that tables do not."""

    def __init__(self) -> None:
        settings = Settings()
        self._reader = build_reader(settings)
        name = settings.support_model
        self._reranker = build_reranker(name, settings) if name else None

    def read(self, context: TatContext, question: TatQuestion) -> TableScore:
        """Whether the answer from the text quotes all gold spans."""
        pipeline = ReadingPipeline(lambda: self._reader, lambda: self._reranker, _documents_of(context))
        passages = [Passage(number, hit) for number, hit in enumerate(_hits(context), 1)]
        extract = pipeline.extract(question.question, question.question, passages)
        text = " ".join(statement.text for statement in extract.statements)
        quoted = all(_words(span) in _words(text) for span in question.answer)
        verdict: Verdict = "none" if not text else "right" if quoted else "wrong"
        return TableScore(context.id, question, verdict, text[:200])


def _hits(context: TatContext) -> Iterator[Hit]:
    for place, (start, end) in enumerate(passages_of(context.document)):
        text = context.document.text[start:end]
        yield Hit(f"{place}", context.id, "report.txt", 1, 1, start, end, text, None, 1.0)


def _documents_of(context: TatContext) -> SourceDocuments:
    def chunks(_document: str, _version: int) -> list[Chunk]:
        return [Chunk(hit.start, hit.end, hit.text, 1) for hit in _hits(context)]

    return SourceDocuments(chunks, lambda _document, _version: context.document)


def with_reader(scored: Sequence[TableScore], contexts: Sequence[TatContext]) -> list[TableScore]:
    """The scores, with spans that tables did not answer read in the text."""
    reader = TextReader()
    by_id = {context.id: context for context in contexts}
    return [
        reader.read(by_id[one.context], one.question)
        if one.verdict == "none" and one.question.kind in {"span", "multi-span"}
        else one
        for one in scored
    ]


def verdict_on(outcome: TableAnswer, question: TatQuestion) -> Verdict:
    if is_right(outcome, question):
        return "right"
    others = (replace(question, scale=scale) for scale in SCALES if scale != question.scale)
    return "scale" if any(is_right(outcome, other) for other in others) else "wrong"


def is_right(outcome: TableAnswer, question: TatQuestion) -> bool:
    if question.number is not None:
        return _number_is_right(outcome, question)
    if outcome.names is not None:
        return _same_spans(outcome.names, question.answer)
    if outcome.count is not None or outcome.computed is not None:
        gold = read_cell(question.answer[0])
        if len(question.answer) != 1 or not isinstance(gold.value, Decimal):
            return False
        own = next((word for word, scale in SCALES.items() if word and scale == gold.scale), question.scale)
        scale = "percent" if gold.unit == "%" else own
        return _number_is_right(outcome, replace(question, number=gold.value, scale=scale))
    return len(outcome.cells) == len(question.answer) and all(
        _cell_is_right(place, span, question.scale)
        for place, span in zip(outcome.cells, question.answer, strict=True)
    )


def _number_is_right(outcome: TableAnswer, question: TatQuestion) -> bool:
    assert question.number is not None
    scale = SCALES[question.scale]
    if outcome.count is not None:
        return outcome.count == question.number
    if outcome.computed is not None:
        value, own = outcome.computed.value, outcome.computed.scale
        percent = outcome.computed.unit == "%"
    elif len(outcome.cells) == 1 and isinstance(outcome.cells[0].cell.value, Decimal):
        value, own = outcome.cells[0].cell.value, outcome.cells[0].cell.scale
        percent = outcome.cells[0].cell.unit == "%"
    else:
        return False
    if percent != (question.scale == "percent"):
        return False
    return own == scale and abs(round(value, 2) - round(question.number, 2)) <= Decimal("0.01")


def _cell_is_right(place: CellPlace, span: str, scale: str) -> bool:
    gold = read_cell(span)
    if isinstance(gold.value, Decimal) and isinstance(place.cell.value, Decimal):
        exponent = gold.scale if gold.scale is not None else SCALES[scale]
        percent = "%" in (gold.unit or "") or scale == "percent"
        same_scale = percent == (place.cell.unit == "%") and (percent or exponent == place.cell.scale)
        return gold.value == place.cell.value and same_scale
    return _words(span) == _words(place.cell.text)


def _same_spans(names: Sequence[str], spans: Sequence[str]) -> bool:
    return Counter(map(_words, names)) == Counter(map(_words, spans))


def _words(text: str) -> str:
    return " ".join(word.strip(".") for word in _WORD.findall(text.lower().replace("’", "'")))


def described(outcome: TableAnswer) -> str:
    if outcome.names is not None:
        return "; ".join(outcome.names)
    if outcome.count is not None:
        return f"count {outcome.count}"
    if outcome.computed is not None:
        made = outcome.computed
        return f"{made.formula} = {made.value:.4f} {made.unit or ''} e{made.scale}"
    return "; ".join(
        f"{one.cell.text} {one.cell.unit or ''} e{one.cell.scale}"
        f" [{' › '.join(one.row.path)} | {' › '.join(one.column.path)}]"
        for one in outcome.cells
    )


def near_misses(contexts: Sequence[TatContext]) -> Iterator[tuple[TatContext, str]]:
    """Questions for what a table does not have: a year outside of it, and lines of the next context."""
    for at, context in enumerate(contexts):
        other = contexts[(at + 1) % len(contexts)]
        for question in context.questions:
            if question.where != "text" and len(LAST_YEAR.findall(question.question)) == 1:
                yield context, LAST_YEAR.sub("2009", question.question)
        for question in other.questions:
            if question.kind in {"span", "arithmetic"} and question.where == "table":
                yield context, question.question


def _print(scored: Iterable[TableScore], title: str) -> None:
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in scored:
        for kind in (one.question.kind, "all"):
            for where in (one.question.where, "all"):
                counts[kind, where][one.verdict] += 1
    sys.stdout.write(
        f"\n{title}\n{'type':12} {'where':12} {'n':>5} {'right':>6} {'scale':>6} {'wrong':>6} {'none':>6}\n"
    )
    for (kind, where), found in sorted(counts.items()):
        n = found.total()
        shares = [f"{found[verdict] / n:6.3f}" for verdict in VERDICTS]
        sys.stdout.write(f"{kind:12} {where:12} {n:5} {' '.join(shares)}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("contexts", type=Path)
    parser.add_argument("--half", choices=["building", "held out"])
    parser.add_argument("--failures", type=int, default=0, help="how many failures to print")
    parser.add_argument("--reader", action="store_true", help="also read the text")
    given = parser.parse_args()
    halves: tuple[Half, ...] = (given.half,) if given.half else ("building", "held out")
    for half in halves:
        contexts = load_contexts(given.contexts, half)
        scored = [one for context in contexts for one in score(context)]
        if given.reader:
            scored = with_reader(scored, contexts)
        _print(scored, f"{half} half, {len(contexts)} contexts")
        sources = {context.id: source_of(context) for context in contexts}
        misses = list(near_misses(contexts))
        answered = [
            (context, question)
            for context, question in misses
            if isinstance(answer_from_tables(question, [sources[context.id]]), TableAnswer)
        ]
        sys.stdout.write(f"near misses answered: {len(answered)} of {len(misses)}\n")
        failures = [
            one
            for one in scored
            if one.verdict == "wrong" or (one.verdict == "none" and one.question.where != "text")
        ]
        for one in failures[: given.failures]:
            gold = f"{list(one.question.answer)} {one.question.scale}"
            sys.stdout.write(
                f"{one.verdict} {one.question.kind} {one.context[:8]} | {one.question.question} | gold {gold}"
                f" {one.question.derivation} | {one.answered}\n"
            )


if __name__ == "__main__":
    main()
