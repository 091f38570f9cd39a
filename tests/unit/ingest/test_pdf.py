"""The text of PDFs."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)

from ingest.parse.hyphens import mend_hyphens
from ingest.parse.outline import OutlineEntry, locate_headings
from ingest.parse.registry import parse
from tests.unit.ingest.pdfs import lettered, pdf, titles


def test_pdf_pages_are_apart_and_counted() -> None:
    parsed = parse(pdf("First page\nof two", "Second page"), "a.pdf")
    assert parsed.text == "First page\nof two\fSecond page"
    assert parsed.page_at(parsed.text.index("Second")) == 2


def test_pdf_headings_come_from_the_outline() -> None:
    parsed = parse(pdf("1 Scope\nsome text", "2 Terms\nmore text", outline=True), "a.pdf")
    assert titles(parsed) == [(1, "1 Scope"), (1, "2 Terms")]


def test_an_outline_entry_counts_only_where_its_title_is_a_line_of_its_page() -> None:
    text = "Contents\nScope\f3.1 The  Scope\nIn the scope of"
    outline = [OutlineEntry(1, "the scope", 1), OutlineEntry(2, "Absent", 1), OutlineEntry(1, "Scope", 9)]
    found = list(locate_headings(text, (0, 15), outline))
    assert [(h.level, text[h.start : h.end]) for h in found] == [(1, "3.1 The  Scope")]


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("inter\ufffenational", "international"),
        ("long\ufffeterm", "long-term"),
        ("15d\ufffe15(e)", "15d-15(e)"),
        ("unseen\ufffeparts", "unseenparts"),
        ("third\ufffeparty", "third-party"),
        ("Schwarz\ufffeWeiß", "Schwarz-Weiß"),
    ],
)
def test_a_word_broken_at_a_line_end_is_joined_as_elsewhere_in_the_document(broken: str, whole: str) -> None:
    rest = " An international long-term plan. The third one is a party."
    assert mend_hyphens([broken, rest]) == [whole, rest]


TEXT = "Words of the text that is printed here."


def test_words_that_a_pdf_sets_apart_are_one_line_and_gaps_divide_paragraphs() -> None:
    parsed = parse(
        lettered(
            ("Net", 10, 20, 280),
            ("sales", 10, 45, 280),
            ("grew", 10, 20, 268),
            ("in", 10, 50, 268),
            ("all", 10, 70, 268),
            ("Next one", 10, 20, 230),
            ("goes on", 10, 20, 218),
        ),
        "a.pdf",
    )
    assert parsed.text == "Net sales\ngrew in all\n\nNext one\ngoes on"


def test_larger_type_is_a_heading_in_a_pdf_without_an_outline() -> None:
    body = [(TEXT, 10, 20, 240 - 12 * n) for n in range(5)]
    lines = [("The Report", 18, 20, 280), ("on Things", 18, 20, 260), *body, ("Scope", 13, 20, 165)]
    parsed = parse(lettered(*lines, *((TEXT, 10, 20, 150 - 12 * n) for n in range(5))), "a.pdf")
    assert titles(parsed) == [(1, "The Report\non Things"), (2, "Scope")]


def test_a_table_of_figures_knows_the_lines_that_name_its_columns() -> None:
    rows = ["Sales 7 8", "Cost 3 4", "Taxes 1 1", "Profit 3 3"]
    shown = [
        "(in millions)",
        "June 30, 2023 2022",
        *rows,
        "These are the figures of a year, and good ones.",
    ]
    parsed = parse(pdf("\n".join(["Text above ends here.", *shown])), "a.pdf")
    [table] = parsed.tables
    assert table.head == "(in millions) June 30, 2023 2022"
    assert parsed.text[table.start : table.end].split("\n") == shown[:-1]


def test_what_was_written_into_a_form_or_onto_a_page_is_read() -> None:
    writer = PdfWriter(io.BytesIO(pdf("Name:")))
    note = FreeText(text="Please call back", rect=(50, 50, 150, 90))
    writer.add_annotation(0, note)
    field = DictionaryObject(
        {
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/V"): TextStringObject("Ann Müller"),
            NameObject("/Rect"): ArrayObject([FloatObject(n) for n in (50, 100, 150, 120)]),
        }
    )
    writer.pages[0]["/Annots"].append(writer._add_object(field))
    file = io.BytesIO()
    writer.write(file)
    assert parse(file.getvalue(), "a.pdf").text == "Name:\n\nPlease call back\n\nAnn Müller"
