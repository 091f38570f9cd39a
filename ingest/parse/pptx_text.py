"""The paragraphs of slides: lists with their numbers, formulas, raised digits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lxml.etree import _Element

from ingest.parse.docx_math import formula_text, is_formula_part
from ingest.parse.docx_numerals import in_numerals
from ingest.parse.docx_runs import FALLBACK, raised
from ragapp.text.builder import TextBuilder

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_NUMERALS = {
    "arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman",
    "romanUc": "upperRoman", "circleNum": "decimalEnclosedCircle",
}  # fmt: skip
_AROUND = (("ParenBoth", "({})"), ("ParenR", "{})"), ("Period", "{}."))
_TEXTS = frozenset({f"{_DRAWING}t", f"{_MATH}t"})
_SKIPPED = frozenset({FALLBACK, f"{_DRAWING}pPr", f"{_DRAWING}rPr", f"{_DRAWING}endParaRPr"})


class SlideParagraph(NamedTuple):
    """A paragraph with its number if it has one: "2." or "(a)"."""

    text: str
    number: str = ""


def slide_paragraphs(body: _Element) -> list[SlideParagraph]:
    """The paragraphs of a text box or a cell, without empty ones."""
    found: list[SlideParagraph] = []
    counts: dict[int, int] = defaultdict(int)
    for paragraph in body.iter(f"{_DRAWING}p"):
        text = "".join(_pieces(paragraph))
        if not text.strip():
            continue
        properties = paragraph.find(f"{_DRAWING}pPr")
        level = properties.get("lvl", "0") if properties is not None else "0"
        depth = int(level) if level.isdecimal() and len(level) == 1 else 0
        numbered = properties.find(f"{_DRAWING}buAutoNum") if properties is not None else None
        for deeper in [other for other in counts if other > depth or (numbered is None and other == depth)]:
            del counts[deeper]
        if numbered is not None:
            counts[depth] += 1
        found.append(SlideParagraph(text, _number(numbered, counts[depth]) if numbered is not None else ""))
    return found


def write_paragraphs(paragraphs: Sequence[SlideParagraph], out: TextBuilder) -> None:
    """Writes a single paragraph without a number as a paragraph, others as a list."""
    if len(paragraphs) == 1 and not paragraphs[0].number:
        out.paragraph(paragraphs[0].text)
        return
    for text, number in paragraphs:
        out.item(text, number or "-")


def _number(numbered: _Element, count: int) -> str:
    kind = numbered.get("type", "")
    start = numbered.get("startAt", "1")
    first = int(start) if start.isdecimal() and len(start) < len("10000") else 1
    numerals = next((name for prefix, name in _NUMERALS.items() if kind.startswith(prefix)), "decimal")
    around = next((form for suffix, form in _AROUND if kind.endswith(suffix)), "{}")
    return around.format(in_numerals(first + count - 1, numerals))


def _pieces(element: _Element) -> Iterator[str]:
    for child in element:
        if child.tag in _SKIPPED:
            continue
        if child.tag in _TEXTS:
            yield child.text or ""
        elif child.tag == f"{_DRAWING}br":
            yield "\n"
        elif child.tag == f"{_DRAWING}r" and _is_raised(child):
            yield raised("".join(_pieces(child)))
        elif is_formula_part(child):
            yield formula_text(child, _pieces)
        else:
            yield from _pieces(child)


def _is_raised(run: _Element) -> bool:
    properties = run.find(f"{_DRAWING}rPr")
    baseline = properties.get("baseline", "0") if properties is not None else "0"
    return baseline.rstrip("%").isdecimal() and int(baseline.rstrip("%")[:9]) > 0
