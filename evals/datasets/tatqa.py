"""Reads TAT-QA (CC BY 4.0): questions about a table of an annual report and the paragraphs around it.

Layout: one JSON object a line with `id`, `table` (rows of cells as strings), `paragraphs` and `questions`,
each with `question`, `answer`, `type` (span, multi-span, arithmetic, count), `where` (table, table-text,
text) and `scale` ("", thousand, million, billion, percent).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal

from ragapp.types import ParsedText, Table
from ragapp.types.tables import GridCell

Half = Literal["building", "held out"]

BUILDING: Final = "building"
HELD_OUT: Final = "held out"

_INTRODUCES = re.compile(
    r":\s*$|\b(?:following|below) table\b|\btable below\b|\bas follows\b|\bfollowing\b", re.IGNORECASE
)
_NOTE = re.compile(r"\(?\d{1,2}\)|\d{1,2}[.:] ?[A-Z]|\*")


@dataclass(frozen=True, slots=True)
class TatQuestion:
    """A question of TAT-QA. `answer` has the spans, or the single number, that are right; `scale` is a word
    or empty.
    """

    question: str
    answer: tuple[str, ...]
    number: Decimal | None
    kind: Literal["span", "multi-span", "arithmetic", "count"]
    where: Literal["table", "table-text", "text"]
    scale: str
    derivation: str


@dataclass(frozen=True, slots=True)
class TatContext:
    """A document of a table with its paragraphs, and the questions about it."""

    id: str
    document: ParsedText
    questions: tuple[TatQuestion, ...]


def load_contexts(path: Path, half: Half | None = None) -> list[TatContext]:
    """The contexts of a half, or all of them. Half of the contexts, ordered by hash, are held out."""
    with path.open(encoding="utf-8") as lines:
        raw = [json.loads(line) for line in lines]
    order = sorted((one["id"] for one in raw), key=lambda key: hashlib.sha256(key.encode()).digest())
    of = {key: BUILDING if place % 2 == 0 else HELD_OUT for place, key in enumerate(order)}
    return [_context(one) for one in raw if half in {None, of[one["id"]]}]


def _context(raw: dict[str, object]) -> TatContext:
    paragraphs, rows, asked = raw["paragraphs"], raw["table"], raw["questions"]
    assert isinstance(paragraphs, list)
    assert isinstance(rows, list)
    assert isinstance(asked, list)
    return TatContext(str(raw["id"]), document_of(paragraphs, rows), tuple(map(_question, asked)))


def _question(raw: dict[str, object]) -> TatQuestion:
    answer = raw["answer"]
    listed = answer if isinstance(answer, list) else [answer]
    number = Decimal(str(answer)) if isinstance(answer, int | float) else None
    if raw["type"] == "count":
        number = Decimal(str(listed[0]))
    return TatQuestion(
        str(raw["question"]),
        tuple(map(str, listed)),
        number,
        raw["type"],  # type: ignore[arg-type]
        raw["where"],  # type: ignore[arg-type]
        str(raw["scale"]),
        str(raw["derivation"]),
    )


def document_of(paragraphs: Sequence[str], rows: Sequence[Sequence[str]]) -> ParsedText:
    """The text of a context: its paragraphs, and the table behind the last one that introduces it.

    The data set lacks the place of the table among the paragraphs.
    """
    at = _place(paragraphs)
    text = "".join(f"{paragraph}\n\n" for paragraph in paragraphs[:at])
    start = len(text)
    cells: list[GridCell] = []
    for row, line in enumerate(rows):
        text += "\n" if row else ""
        for column, cell in enumerate(line):
            text += " | " if column else ""
            if cell.strip():
                cells.append(GridCell(row, column, len(text), len(text) + len(cell)))
            text += cell
    end = len(text)
    text += "".join(f"\n\n{paragraph}" for paragraph in paragraphs[at:])
    introduction = paragraphs[at - 1] if at else ""
    caption = paragraphs[at - 2] if at > 1 and len(paragraphs[at - 2]) <= 120 else ""
    table = Table(start, end, "", tuple(cells), caption, introduction)
    return ParsedText(text, tables=(table,))


def _place(paragraphs: Sequence[str]) -> int:
    """The number of paragraphs before the table."""
    body = [place for place, one in enumerate(paragraphs) if not _NOTE.match(one)]
    introducing = [place for place in body if _INTRODUCES.search(paragraphs[place])]
    with_colon = [place for place in introducing if paragraphs[place].rstrip().endswith(":")]
    if with_colon or introducing:
        return (with_colon or introducing)[0] + 1
    return body[0] + 1 if body else 0


def passages_of(document: ParsedText, longest: int = 1500) -> Iterator[tuple[int, int]]:
    """The spans of a document that are given to the reader: runs of paragraphs, and the table whole."""
    start = 0
    for table in document.tables:
        yield from _runs(document.text, start, table.start, longest)
        yield table.start, table.end
        start = table.end
    yield from _runs(document.text, start, len(document.text), longest)


def _runs(text: str, start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    at = start
    last = start
    for found in re.finditer(r"\n\n|\Z", text[start:end]):
        stop = start + found.start()
        if stop - at > longest and last > at:
            yield at, last
            at = last
        last = start + found.end()
    if text[at:end].strip():
        yield at, end
