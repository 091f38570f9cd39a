"""Office documents, OpenDocument, books and rich text: made by their own libraries, read back as text."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from docx import Document
from openpyxl import Workbook
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from ingest.parse.registry import parse
from ragapp.errors import ParseError
from ragapp.types import ParsedText


def titles(parsed: ParsedText) -> list[tuple[int, str]]:
    return [(h.level, parsed.text[h.start : h.end]) for h in parsed.headings]


def tables(parsed: ParsedText) -> list[tuple[str, str]]:
    return [(t.head, parsed.text[t.start : t.end]) for t in parsed.tables]


def zipped(**members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path, content in members.items():
            archive.writestr(path, content)
    return file.getvalue()


def docx() -> bytes:
    document = Document()
    document.core_properties.title = "Our Report"
    document.core_properties.author = "Ann"
    document.add_heading("Scope", 1)
    document.add_paragraph("It covers\tall.")
    document.add_paragraph("first", style="List Bullet")
    document.add_paragraph("second", style="List Bullet")
    document.add_paragraph("Table 1. Sales", style="Caption")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Year", "Sum", "2020", "7"), strict=True):
        cell.text = text
    document.add_heading("Terms", 2)
    frame = document.add_table(1, 1)
    frame.cell(0, 0).text = "framed"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_word_documents_have_headings_lists_and_tables() -> None:
    parsed = parse(docx(), "a.bin")
    assert parsed.text == (
        "Scope\n\nIt covers all.\n\n- first\n- second\n\nTable 1. Sales\n\nYear | Sum\n2020 | 7\n\n"
        "Terms\n\nframed"
    )
    assert titles(parsed) == [(1, "Scope"), (2, "Terms")]
    assert tables(parsed) == [("Table 1. Sales | Year | Sum", "Year | Sum\n2020 | 7")]
    assert (parsed.title, parsed.metadata) == ("Our Report", {"author": "Ann"})


def test_a_word_document_shows_neither_deleted_text_nor_page_headers() -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "HEADER"
    paragraph = document.add_paragraph("kept")
    deleted = paragraph._p.makeelement(f"{{{paragraph._p.nsmap['w']}}}del", {})
    deleted.append(paragraph.add_run("gone")._r)
    paragraph._p.append(deleted)
    file = io.BytesIO()
    document.save(file)
    assert parse(file.getvalue(), "a.docx").text == "kept"


def test_slides_are_pages_with_their_titles_as_headings() -> None:
    presentation = Presentation()
    for title in ("One", "Two"):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "a\nb"
        slide.notes_slide.notes_text_frame.text = f"Say {title}."
    cells = slide.shapes.add_table(2, 2, 0, 0, Inches(1), Inches(1)).table
    for cell, text in zip(cells.iter_cells(), ("x", "y", "1", "2"), strict=True):
        cell.text = text
    file = io.BytesIO()
    presentation.save(file)
    parsed = parse(file.getvalue(), "a.pptx")
    assert parsed.text == "One\n\n- a\n- b\n\nSay One.\fTwo\n\n- a\n- b\n\nx | y\n1 | 2\n\nSay Two."
    assert titles(parsed) == [(1, "One"), (1, "Two")]
    assert parsed.page_at(parsed.text.index("x | y")) == 2
    assert tables(parsed) == [("x | y", "x | y\n1 | 2")]


def test_slides_show_merged_cells_where_they_reach_and_the_figures_of_charts() -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    table = slide.shapes.add_table(3, 2, 0, 0, Inches(1), Inches(1)).table
    for cell, text in zip(table.iter_cells(), ("x", "y", "Sum", "1", "", "2"), strict=True):
        cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    data = CategoryChartData()
    data.categories = ["2020", "2021"]
    data.add_series("Sales", (1, 2.5))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(2), Inches(2), data)
    file = io.BytesIO()
    presentation.save(file)
    parsed = parse(file.getvalue(), "a.pptx")
    assert parsed.text.split("\n\n")[0] == "x | y\nSum | 1\nSum | 2"
    assert "2020 | 1" in parsed.text
    assert "2021 | 2.5" in parsed.text
    assert "Sales" in parsed.text


def test_sheets_are_pages_of_tables_with_titles_above() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "Sums"
    rows = [
        [None, "Ducks a year"],
        [None, "Year", "Ducks"],
        [None, date(2020, 1, 2), 1.5],
        [],
        [None, "end"],
    ]
    for row in rows:
        sheet.append(row)
    book.create_sheet("Empty")
    file = io.BytesIO()
    book.save(file)
    parsed = parse(file.getvalue(), "a.xlsx")
    assert parsed.text == "Sums\n\nDucks a year\n\nYear | Ducks\n2020-01-02 | 1.5\n\nend\fEmpty"
    assert tables(parsed) == [("Ducks a year | Year | Ducks", "Year | Ducks\n2020-01-02 | 1.5")]
    assert parsed.pages == 2


ODF = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body>{}</office:body>'
    "</office:document-content>"
)
ODF_TABLE = (
    '<table:table table:name="Sums"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell>'
    "<table:table-cell><text:p>y</text:p></table:table-cell></table:table-row><table:table-row>"
    '<table:table-cell table:number-columns-repeated="2"><text:p>7</text:p></table:table-cell>'
    '<table:table-cell table:number-columns-repeated="1000000"/></table:table-row>'
    '<table:table-row table:number-rows-repeated="1048576"><table:table-cell/></table:table-row>'
    "</table:table>"
)


def test_opendocument_texts_have_headings_lists_and_tables() -> None:
    body = (
        '<office:text><text:h text:outline-level="2">Scope</text:h>'
        "<text:p>a<text:s/>b<text:line-break/>c</text:p>"
        "<text:list><text:list-item><text:p>one</text:p></text:list-item><text:list-item><text:p>two</text:p>"
        f"</text:list-item></text:list>{ODF_TABLE}</office:text>"
    )
    parsed = parse(zipped(**{"content.xml": ODF.format(body)}), "a.odt")
    assert parsed.text == "Scope\n\na b\nc\n\n- one\n- two\n\nx | y\n7 | 7"
    assert titles(parsed) == [(2, "Scope")]
    assert [head for head, _ in tables(parsed)] == ["x | y"]


def test_opendocument_sheets_end_where_their_values_end() -> None:
    body = f"<office:spreadsheet>{ODF_TABLE}</office:spreadsheet>"
    assert parse(zipped(**{"content.xml": ODF.format(body)}), "a.ods").text == "Sums\n\nx | y\n7 | 7"


def test_a_book_is_read_in_the_order_of_its_spine() -> None:
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<metadata><dc:title>The Book</dc:title><dc:creator>Ann</dc:creator></metadata><manifest>"
        '<item id="a" href="a%20b.xhtml"/><item id="b" href="b.xhtml"/></manifest>'
        '<spine><itemref idref="b"/><itemref idref="a"/></spine></package>'
    )
    container = '<c xmlns="urn:x"><rootfile full-path="OPS/book.opf"/></c>'
    chapter = "<html><body><h1>{0}</h1><p>Text {0}.</p></body></html>"
    book = zipped(
        **{
            "META-INF/container.xml": container,
            "OPS/book.opf": package,
            "OPS/a b.xhtml": chapter.format("A"),
            "OPS/b.xhtml": chapter.format("B"),
        }
    )
    parsed = parse(book, "a.epub")
    assert parsed.text == "B\n\nText B.\n\nA\n\nText A."
    assert titles(parsed) == [(1, "B"), (1, "A")]
    assert (parsed.title, parsed.metadata) == ("The Book", {"author": "Ann"})


def test_rich_text_is_read_in_its_encodings() -> None:
    source = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Gr\'fc\'dfe\par \u1055?\u1088? {\b bold}\par}"
    )
    assert parse(source, "a.rtf").text == "Grüße\n\nПр bold"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped(**{"word/document.xml": "<w"}), "is damaged"),
        (zipped(**{"ppt/presentation.xml": "<p"}), "is damaged"),
        (zipped(**{"xl/workbook.xml": "<x"}), "is damaged"),
        (zipped(**{"content.xml": "<unclosed>"}), "is damaged"),
        (zipped(**{"META-INF/container.xml": "<c/>"}), "does not name a book"),
        (zipped(**{"a.txt": "hello"}), "not a document"),
        (docx()[:-2000], "is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "before 2007"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "is encrypted"),
        (zipped(**{"content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "defines XML entities"),
    ],
)
def test_a_damaged_document_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=f"^a.doc .*{reason}"):
        parse(data, "a.doc")
