"""The contract of parsers, for some of ours; `tests/unit/ingest` has the rest of what they do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.parse.csv_table import parse_delimited
from ingest.parse.docx import parse_docx
from ingest.parse.html import parse_html
from ingest.parse.markdown import parse_markdown
from ingest.parse.pdf import parse_pdf
from ragapp.protocols import Parser
from ragapp.testing.parsers import ParserContract
from tests.unit.ingest.pdfs import lettered


class TestMarkdown(ParserContract):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_markdown

    @pytest.fixture
    def name(self) -> str:
        return "tides.md"

    @pytest.fixture
    def document(self) -> bytes:
        return b"# Tides\n\nThe tide turns at noon.\n\n## Herons\n\nThey fish at dusk.\n"

    @pytest.fixture
    def phrases(self) -> Sequence[str]:
        return ("Tides", "turns at noon", "Herons", "They fish")


class TestCsv(ParserContract):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_delimited

    @pytest.fixture
    def name(self) -> str:
        return "tides.csv"

    @pytest.fixture
    def document(self) -> bytes:
        return b"place,high,low\nOban,4.1,0.7\nLeith,5.6,0.9\n"

    @pytest.fixture
    def phrases(self) -> Sequence[str]:
        return ("place", "Oban", "4.1", "Leith", "0.9")


class TestWord(ParserContract):
    @pytest.fixture
    def parser(self) -> Parser:
        return parse_docx

    @pytest.fixture
    def name(self) -> str:
        return "report.docx"

    @pytest.fixture
    def document(self, tmp_path: Path) -> bytes:
        from docx import Document

        document = Document()
        document.add_heading("Tides", 1)
        document.add_paragraph("The tide turns at noon.")
        document.save(str(tmp_path / "report.docx"))
        return (tmp_path / "report.docx").read_bytes()

    @pytest.fixture
    def phrases(self) -> Sequence[str]:
        return ("Tides", "The tide turns at noon.")


class TestPages(ParserContract):
    """Merged and marked cells."""

    @pytest.fixture
    def parser(self) -> Parser:
        return parse_html

    @pytest.fixture
    def name(self) -> str:
        return "tides.html"

    @pytest.fixture
    def document(self) -> bytes:
        return (
            b"<p>Tides were as follows:</p><table><tr><th rowspan=2>Place<th colspan=2>Metres"
            b"<tr><th>high<th>low<tr><td>Oban<td>4.1<td>0.7<tr><td>&nbsp; old pier<td><p>4.0<p>*<td></table>"
        )

    @pytest.fixture
    def phrases(self) -> Sequence[str]:
        return ("Place", "Metres", "Oban", "0.7", "old pier")


class TestPdf(ParserContract):
    """A table of figures, found by where its words stand."""

    @pytest.fixture
    def parser(self) -> Parser:
        return parse_pdf

    @pytest.fixture
    def name(self) -> str:
        return "tides.pdf"

    @pytest.fixture
    def document(self) -> bytes:
        rows = (("Oban", "4.1", "0.7"), ("Leith", "5.6", "0.9"), ("Wick old harbour", "3.4", "0.5"))
        lines = [("Tides in metres:", 8, 20, 280), ("high", 8, 170, 260), ("low", 8, 240, 260)]
        for number, row in enumerate(rows):
            bottom = 250 - 10 * number
            lines += [(text, 8, left, bottom) for text, left in zip(row, (20, 170, 240), strict=True)]
        return lettered(*lines)

    @pytest.fixture
    def phrases(self) -> Sequence[str]:
        return ("Tides in metres", "high", "Oban", "0.7", "Wick old harbour")

    def test_it_has_a_table(self, parser: Parser, document: bytes, name: str) -> None:
        [table] = parser(document, name).tables
        assert len(table.cells) == 11
