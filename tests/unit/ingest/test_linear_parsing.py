"""A hostile document costs its parser time in proportion to its length."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from ingest.parse.html import read_html
from ingest.parse.markdown import parse_markdown
from ingest.parse.markup import parse_asciidoc, parse_rst
from ingest.parse.outline import OutlineEntry, locate_headings
from ingest.parse.pdf_figures import figure_tables
from ingest.parse.pdf_lines import LetterBox, PdfLine, WordBox
from ingest.parse.pdf_pages import pdf_tables
from ingest.parse.subtitles import parse_subtitles
from ingest.parse.text import parse_text
from ingest.parse.xml import parse_xml

GROWTH = 64.0
"""Sixteen times the text takes sixteen times as long in linear time, 256 times in quadratic time."""
SHORT = 300
"""Repetitions."""


def _growth(work: Callable[[int], object]) -> float:
    """From the first length that takes long enough to be measured."""
    length, took = SHORT, _seconds(work, SHORT)
    while took < 0.005:
        length, took = 4 * length, _seconds(work, 4 * length)
    return _seconds(work, 16 * length) / took


def _seconds(work: Callable[[int], object], length: int) -> float:
    started = process_time()
    work(length)
    return process_time() - started


def _line(words: int, bottom: float = 700.0) -> PdfLine:
    """A line of that many words, each 20 points to the right of the one before."""
    box = LetterBox(0, bottom, 5, bottom + 10)
    boxes = [
        WordBox(20.0 * place, bottom, bottom + 10, 20.0 * place + 5, bottom, bottom + 10)
        for place in range(words)
    ]
    return PdfLine("x", box, box, bold=False, level=True, words=tuple(boxes))


READERS: dict[str, Callable[[int], object]] = {
    "cues without blank lines": lambda n: parse_subtitles(b"00:01.0 --> 00:02.0\nsaid\n" * n, "a.srt"),
    "text of blank lines": lambda n: parse_text(b"a" + b"\n" * n + b" b", "a.txt"),
    "headings in blocks": lambda n: parse_asciidoc(b"----\n== a\n----\n" * n, "a.adoc"),
    "titles with blanks": lambda n: parse_rst(b"a" + b" " * n + b"b\n", "a.rst"),
    "front matter": lambda n: parse_markdown(b"---\ntitle: a" + b" " * n + b"b\n---\nc", "a.md"),
    "nested elements": lambda n: read_html("<b>a " * n),
    "nested authors": lambda n: parse_xml(
        b"<article><front>" + b"<contrib>" * n + b"</contrib>" * n + b"</front></article>", "a.xml"
    ),
    "an outline that is not on its page": lambda n: list(
        locate_headings("b 1\n" * n, [0], [OutlineEntry(1, f"b {number}", 0) for number in range(2, n)])
    ),
    "words of a page": lambda n: pdf_tables("7 " * n, [[(_line(n), 0, 2 * n)]]),
    "lines of a page": lambda n: pdf_tables(
        "a 7 8\n" * n, [[(_line(3, 700 - place), 6 * place, 6 * place + 5) for place in range(n)]]
    ),
    "dots of a page": lambda n: pdf_tables(". " * n + "x", [[(_line(n + 1), 0, 2 * n + 1)]]),
    "amounts": lambda n: figure_tables([[(PdfLine.unplaced("$1 " * n + "x"), 0, 3 * n)]]),
}


@pytest.mark.parametrize("name", READERS)
def test_parsing_takes_linear_time(name: str) -> None:
    # Another process may disturb one measurement, hardly three.
    assert any(_growth(READERS[name]) < GROWTH for _ in range(3))
