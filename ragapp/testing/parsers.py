"""The contract of parsers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import closing, suppress
from itertools import pairwise

import pytest

from ingest.sandbox import ParserSandbox, parse_limits
from ragapp.errors import ParseError
from ragapp.protocols import Parser
from ragapp.settings import Settings
from ragapp.text.clean import clean
from ragapp.types import ParsedText


class ParserContract:
    """What every Parser must do. The parser has to be installed. Subclasses override all four fixtures."""

    @pytest.fixture
    def parser(self) -> Parser:
        raise NotImplementedError("Override the fixture `parser`: it returns your parser.")

    @pytest.fixture
    def document(self) -> bytes:
        raise NotImplementedError("Override the fixture `document`: it returns the bytes of a document.")

    @pytest.fixture
    def name(self) -> str:
        raise NotImplementedError("Override the fixture `name`: it returns the name of that document.")

    @pytest.fixture
    def phrases(self) -> Sequence[str]:
        raise NotImplementedError("Override the fixture `phrases`: it returns what its text has, in order.")

    def test_the_text_has_the_phrases_of_the_document_in_order(
        self, parser: Parser, document: bytes, name: str, phrases: Sequence[str]
    ) -> None:
        text, at = parser(document, name).text, 0
        for phrase in phrases:
            assert phrase in text[at:]
            at = text.index(phrase, at) + len(phrase)

    def test_every_span_is_in_the_text(self, parser: Parser, document: bytes, name: str) -> None:
        parsed = parser(document, name)
        assert parsed.page_starts[0] == 0
        assert list(parsed.page_starts) == sorted(set(parsed.page_starts))
        assert parsed.page_starts[-1] <= len(parsed.text)
        headings = [(one.start, one.end) for one in parsed.headings]
        tables = [(one.start, one.end) for one in parsed.tables]
        for start, end in (*headings, *tables, *parsed.boilerplate):
            assert 0 <= start <= end <= len(parsed.text)

    def test_the_cells_of_tables_are_in_order_inside_their_tables(
        self, parser: Parser, document: bytes, name: str
    ) -> None:
        parsed = parser(document, name)
        for table in parsed.tables:
            assert all(table.start <= cell.start < cell.end <= table.end for cell in table.cells)
            places = [(cell.row, cell.column) for cell in table.cells]
            assert places == sorted(set(places))
            spans = sorted((cell.start, cell.end) for cell in table.cells)
            assert all(left[1] <= right[0] for left, right in pairwise(spans))
            assert all(cell.rows >= 1 and cell.columns >= 1 and cell.indent >= 0 for cell in table.cells)

    def test_cells_have_what_is_printed_in_them(self, parser: Parser, document: bytes, name: str) -> None:
        parsed = parser(document, name)
        for table in parsed.tables:
            for cell in table.cells:
                shown = parsed.text[cell.start : cell.end]
                assert shown == shown.strip()
                assert "\f" not in shown

    def test_the_text_is_clean(self, parser: Parser, document: bytes, name: str) -> None:
        text = parser(document, name).text
        assert clean(text) == text

    def test_the_same_bytes_give_the_same_text(self, parser: Parser, document: bytes, name: str) -> None:
        assert parser(document, name) == parser(document, name)

    def test_it_is_used_for_the_name_and_works_in_the_sandbox(
        self, parser: Parser, document: bytes, name: str
    ) -> None:
        with closing(ParserSandbox(parse_limits(Settings()))) as sandbox:
            assert sandbox.parse(io.BytesIO(document), name) == parser(document, name)

    @pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
    def test_a_truncated_document_is_parsed_or_refused_with_a_reason(
        self, parser: Parser, document: bytes, name: str, share: float
    ) -> None:
        with suppress(ParseError):
            assert isinstance(parser(document[: int(len(document) * share)], name), ParsedText)
