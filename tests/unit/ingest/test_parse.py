"""What each format's text looks like, and what is said of a document that cannot be read."""

from __future__ import annotations

import io
import os
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)

from ingest.parse.clean import clean
from ingest.parse.hyphens import mend_hyphens
from ingest.parse.outline import OutlineEntry, locate_headings
from ingest.parse.registry import parse
from ragapp.errors import ParseError
from ragapp.types import ParsedText

DATA = os.environ.get("RAGAPP_TEST_DATA")
"""Folder with public test documents, which are not ours to copy."""


def titles(parsed: ParsedText) -> list[tuple[int, str]]:
    return [(h.level, parsed.text[h.start : h.end]) for h in parsed.headings]


def pdf(*pages: str, password: str = "", outline: bool = False) -> bytes:
    """A PDF with one line of text for each line of each page."""
    writer = PdfWriter()
    for page in pages:
        sheet = writer.add_blank_page(300, 300)
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        fonts = DictionaryObject({NameObject("/F"): font})
        sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        content = DecodedStreamObject()
        lines = "".join(f"({line}) Tj T* " for line in page.split("\n"))
        content.set_data(f"BT /F 10 Tf 12 TL 20 250 Td {lines}ET".encode())
        sheet[NameObject("/Contents")] = writer._add_object(content)
        if outline:
            title = page.split("\n", maxsplit=1)[0]
            writer.add_outline_item(title=title, page_number=writer.get_num_pages() - 1)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


# -- the text


@given(st.text())
def test_a_clean_text_stays_as_it_is_and_breaks_nothing(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned == unicodedata.normalize("NFC", cleaned)
    assert "\0" not in cleaned.encode().decode()
    assert "\r" not in cleaned


def test_cleaning_keeps_what_means_something() -> None:
    assert clean("a\r\nb\rc\u2028d\u00a0e\ufefff\x00g\udc80") == "a\nb\nc\nd efg\ufffd"
    assert clean("👩\u200d🚀 می\u200cخواهم\f") == "👩\u200d🚀 می\u200cخواهم\f"


@pytest.mark.parametrize(
    "data",
    [
        "Grüße, Žluťoučký kůň".encode(),
        "Grüße, Žluťoučký kůň".encode("utf-8-sig"),
        "Grüße, Žluťoučký kůň".encode("utf-16"),
        "Grüße, Žluťoučký kůň".encode("utf-32"),
        b"\xfe\xff" + "Grüße, Žluťoučký kůň".encode("utf-16-be"),
    ],
)
def test_text_is_read_in_its_encoding(data: bytes) -> None:
    assert parse(data, "a.txt").text == "Grüße, Žluťoučký kůň"


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251", "shift_jis"])
def test_an_unmarked_old_encoding_is_guessed(encoding: str) -> None:
    text = {
        "cp1252": "Die Straße führt über die Brücke, und die Vögel fliegen “rückwärts”. " * 5,
        "cp1251": "Мороз и солнце; день чудесный! Ещё ты дремлешь, друг прелестный. " * 5,
        "shift_jis": "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 5,
    }[encoding]
    assert parse(text.encode(encoding), "a.txt").text == text


def test_form_feeds_are_page_breaks_and_the_last_one_opens_no_page() -> None:
    parsed = parse(b"one\f\ntwo\fthree\f\n", "a.txt")
    assert parsed.pages == 3
    assert [parsed.page_at(parsed.text.index(word)) for word in ("one", "two", "three")] == [1, 2, 3]


def test_markdown_is_the_files_own_text_with_its_headings() -> None:
    source = "# One *b*\n\ntext\n\nTwo\nlines\n===\n\n> ## Quoted\n\n```\n# code\n```\n\n### Three ###\n# \n"
    parsed = parse(source.encode(), "a.md")
    assert parsed.text == source
    assert titles(parsed) == [(1, "One *b*"), (1, "Two\nlines"), (2, "Quoted"), (3, "Three")]
    assert parsed.title == "One *b*"


def test_markdown_front_matter_gives_the_title_and_no_heading() -> None:
    parsed = parse(b"---\ntitle: 'A title'\ndate: 2024\n---\n# B\n", "a.md")
    assert parsed.title == "A title"
    assert titles(parsed) == [(1, "B")]


def test_html_is_what_a_reader_sees() -> None:
    source = b"""<!doctype html><title>A &amp; B</title><style>p{}</style><nav>Home</nav><main>
    <h1>Big <i>news</i></h1><p>One  <b>two</b>
    three<br>four</p><script>no()</script><div hidden>secret</div><div style="display:none">secret</div>
    <ul><li>x<li>y<ol><li>z</ol></ul>
    <table><tr><th>Name<th>Age<tr><td>Ann<td>7</table><pre>a
      b</pre></main><footer>imprint</footer>"""
    parsed = parse(source, "page")
    assert parsed.text == (
        "Big news\n\nOne two three\nfour\n\n- x\n- y\n- z\n\nName | Age\nAnn | 7\n\na\n      b"
    )
    assert parsed.title == "A & B"
    assert titles(parsed) == [(1, "Big news")]


def test_html_says_its_own_encoding() -> None:
    page = '<html><head><meta charset="windows-1251"></head><body>Привет, как дела сегодня?</body></html>'
    assert parse(page.encode("cp1251"), "a.html").text == "Привет, как дела сегодня?"


def test_a_deep_page_does_not_exhaust_the_stack() -> None:
    assert parse(b"<html>" + b"<div>" * 3000 + b"deep", "a.html").text == "deep"


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
def test_a_word_broken_at_a_lines_end_is_mended_as_the_document_writes_it(broken: str, whole: str) -> None:
    rest = " An international long-term plan. The third one is a party."
    assert mend_hyphens([broken, rest]) == [whole, rest]


# -- the choice of a parser, and refusals


def test_content_decides_and_not_the_name() -> None:
    assert parse(pdf("Hello"), "a.txt").text == "Hello"
    assert parse(b"<!DOCTYPE html><p>Hello", "a.txt").text == "Hello"
    assert parse(b"\xef\xbb\xbf<?xml version='1.0'?>\n<html><p>Hello", "a").text == "Hello"
    assert parse(b"# Hello", "a.txt").headings == ()
    assert parse(b"1 < 2 and no tags", "a.html").text == "1 < 2 and no tags"


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.txt", "is empty"),
        (b" \r\n\t", "a.md", "is empty"),
        (b"\xef\xbb\xbf\x00", "a.txt", "no text"),
        (b"just words", "a.pdf", "not a PDF although it is named so"),
        (b"%PDF-1.7\ngarbage", "a.pdf", "is damaged"),
        (pdf("Hello", password="secret"), "a.pdf", "is encrypted"),
        (pdf("", ""), "a.pdf", r"no text on any page \(2 in all\)"),
        (b"PK\x03\x04rest", "a.docx", "is damaged"),
        (b"\x89PNG\r\n\x1a\n", "a.md", "is damaged"),
        (b"ab\x00cd", "a.txt", "binary file"),
        (b"<html><script>render()</script></html>", "a.html", "no text to read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(ParseError, match=f"^{name}.*{reason}"):
        parse(data, name)


def test_a_pdf_locked_against_printing_only_is_read() -> None:
    writer = PdfWriter(io.BytesIO(pdf("Hello")))
    writer.encrypt(user_password="", owner_password="owner", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    assert parse(file.getvalue(), "a.pdf").text == "Hello"


def test_a_password_opens_what_is_encrypted_and_harms_nothing_else() -> None:
    locked = pdf("Hello", password="secret")
    assert parse(locked, "a.pdf", "secret").text == "Hello"
    assert parse(pdf("Hello"), "a.pdf", "secret").text == "Hello"
    with pytest.raises(ParseError, match="the password given does not open it"):
        parse(locked, "a.pdf", "wrong")


def lettered(*lines: tuple[str, float, float, float]) -> bytes:
    """A PDF of one page: each line's words, size of letters, and place from the left and the bottom."""
    writer = PdfWriter(io.BytesIO(pdf("")))
    content = DecodedStreamObject()
    drawn = (f"/F {size} Tf 1 0 0 1 {left} {bottom} Tm ({words}) Tj " for words, size, left, bottom in lines)
    content.set_data(f"BT {''.join(drawn)}ET".encode())
    writer.pages[0][NameObject("/Contents")] = writer._add_object(content)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


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


def test_larger_letters_make_a_heading_where_a_pdf_has_no_outline() -> None:
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


@pytest.mark.skipif(not DATA, reason="RAGAPP_TEST_DATA names no folder with the pdfjs test documents")
def test_strange_documents_are_read_or_refused_but_never_crash() -> None:
    from ingest.sandbox import Sandbox, parse_limits
    from ragapp.settings import Settings

    sandbox, outcomes = Sandbox(parse_limits(Settings())), Counter[str]()
    for path in sorted(Path(str(DATA), "pdfjs").glob("*.pdf")):
        with path.open("rb") as data:
            try:
                parsed = sandbox.parse(data, path.name)
            except ParseError as error:
                outcomes["crashed" if "crashed" in str(error) else "refused"] += 1
            else:
                assert clean(parsed.text) == parsed.text
                outcomes["read"] += 1
    sandbox.close()
    assert outcomes["read"] > outcomes["refused"] > outcomes["crashed"] == 0
