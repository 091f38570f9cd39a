"""The cells of tables in office documents, pages, data files and mail."""

from __future__ import annotations

import io
from email.message import EmailMessage

import pytest
from docx import Document
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment

from ingest.parse.number_format import shown_number
from ingest.parse.registry import parse
from ragapp.text.builder import SourceCell, TextBuilder
from ragapp.types import ParsedText
from tests.unit.ingest.grids import covers, grid, indents
from tests.unit.ingest.test_office import ODF, zipped


def built(*rows: list[str | SourceCell]) -> ParsedText:
    out = TextBuilder()
    out.table(rows)
    return out.build()


def test_a_merged_cell_is_printed_in_each_of_its_rows_and_listed_once() -> None:
    parsed = built(
        [SourceCell("Region", rows=2), SourceCell("Sales", columns=2), "Staff"],
        ["2022", "2021", "2022"],
        ["North", "5", "6", "7"],
    )
    [table] = parsed.tables
    assert parsed.text == "Region | Sales |  | Staff\nRegion | 2022 | 2021 | 2022\nNorth | 5 | 6 | 7"
    assert grid(parsed, table) == [
        ["Region", "Sales", "", "Staff"],
        ["", "2022", "2021", "2022"],
        ["North", "5", "6", "7"],
    ]
    assert covers(parsed, table) == {"Region": (2, 1), "Sales": (1, 2)}


def test_rows_that_are_marked_as_headers_are_the_head() -> None:
    rows = [["Year", "Year"], ["2022", "2021"]]
    parsed = built(*([SourceCell(text, header=True) for text in row] for row in rows), ["1", "2"])
    assert [table.head for table in parsed.tables] == ["Year | Year | 2022 | 2021"]


def test_a_table_without_a_row_that_names_columns_is_a_table() -> None:
    parsed = built(["Assets"], ["Cash"], ["Land"], ["Total", "7"])
    [table] = parsed.tables
    assert (table.head, grid(parsed, table)[3]) == ("", ["Total", "7"])


def test_one_row_or_one_column_is_not_a_table() -> None:
    assert built(["a", "b"]).tables == ()
    assert built(["a"], ["b"]).tables == ()


def test_what_stands_before_a_table_is_its_caption_and_its_introduction() -> None:
    out = TextBuilder()
    out.paragraph("We grew. Sales by region were as follows:")
    out.paragraph("Table 3: Sales")
    out.table([["North", "South"], ["1", "2"]])
    out.heading(1, "Next")
    out.table([["a", "b"], ["1", "2"]])
    first, second = out.build().tables
    assert (first.caption, first.introduction) == ("Table 3: Sales", "Sales by region were as follows:")
    assert first.head == "Table 3: Sales | North | South"
    assert (second.caption, second.introduction) == ("", "")


def test_an_included_table_keeps_its_cells() -> None:
    out = TextBuilder()
    out.paragraph("Before")
    out.include(built(["a", "b"], ["1", "2"]))
    parsed = out.build()
    [table] = parsed.tables
    assert grid(parsed, table) == [["a", "b"], ["1", "2"]]


def test_word_tables_have_merged_cells_header_rows_and_indentation() -> None:
    document = Document()
    table = document.add_table(4, 3)
    texts = ("Item", "Sales", "", "", "2022", "2021", "Total", "3", "4", "North", "1", "2")
    for cell, text in zip(table._cells, texts, strict=True):
        cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(3, 0).paragraphs[0].paragraph_format.left_indent = Pt(12)
    for row in table.rows[:2]:
        properties = row._tr.get_or_add_trPr()
        properties.append(properties.makeelement(f"{{{properties.nsmap['w']}}}tblHeader", {}))
    file = io.BytesIO()
    document.save(file)
    parsed = parse(file.getvalue(), "a.docx")
    [found] = parsed.tables
    assert grid(parsed, found) == [
        ["Item", "Sales", ""],
        ["", "2022", "2021"],
        ["Total", "3", "4"],
        ["North", "1", "2"],
    ]
    assert covers(parsed, found) == {"Item": (2, 1), "Sales": (1, 2)}
    assert indents(parsed, found) == [0, 0, 1]
    assert [cell.header for cell in found.cells][:5] == [True, True, True, True, False]


def test_sheets_have_merged_cells_indentation_and_numbers_as_they_are_displayed() -> None:
    book = Workbook()
    sheet = book.active
    for row in [[], [None, "Item", "Sales"], [None, None, 2022, 2021], [None, "Total", 0.125, -1234.5]]:
        sheet.append(row)
    sheet.append([None, "North", 5, 6])
    sheet.merge_cells("B2:B3")
    sheet.merge_cells("C2:D2")
    sheet["C4"].number_format, sheet["D4"].number_format = "0.0%", "#,##0_);(#,##0)"
    sheet["B5"].alignment = Alignment(indent=1)
    file = io.BytesIO()
    book.save(file)
    parsed = parse(file.getvalue(), "a.xlsx")
    [table] = parsed.tables
    assert grid(parsed, table) == [
        ["Item", "Sales", ""],
        ["", "2022", "2021"],
        ["Total", "12.5%", "(1,235)"],
        ["North", "5", "6"],
    ]
    assert covers(parsed, table) == {"Item": (2, 1), "Sales": (1, 2)}
    assert indents(parsed, table) == [0, 0, 1]


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.125, "0.0%", "12.5%"),
        (0, '_($* #,##0_);_($* (#,##0);_($* "-"??_);_(@_)', "$-"),
        (-5.5, '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)', "$(5.50)"),
        (2, "[$€-407] #,##0.00", "€2.00"),
        (12_300_000, '#,##0.0,,"M"', "12.3M"),
        (1.50, "0.##", "1.5"),
        (3.14159, "0.00E+00", "3.14E+00"),
        (3.5, "# ?/?", "3 1/2"),
        (0.875, "# ?/8", "7/8"),
        (-1.5, "# ??/??", "-1 1/2"),
        (3, "# ?/?", "3"),
        (0.00012, "0.00E+00", "1.20E-04"),
        (999_999, "0.00E+00", "1.00E+06"),
        (12_345, "##0.0E+0", "12.3E+3"),
        (1500, '[>=1000000]0.0,,"M";[>=1000]0.0,"K";0', "1.5K"),
        (-5, "[>=100]0.0;0", "-5"),
        (-5, "[Red]0;(0)", "(5)"),
        (42, "00000", "00042"),
        (10**20, "0", "100000000000000000000"),
    ],
)
def test_numbers_are_shown_as_their_format_displays_them(value: float, code: str, shown: str) -> None:
    assert shown_number(value, code) == shown


def test_opendocument_tables_have_merged_cells_and_header_rows() -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    wide = cell("Sales", 'table:number-columns-spanned="2"')
    body = (
        "<office:text><table:table><table:table-header-rows><table:table-row>"
        f"{wide}<table:covered-table-cell/>{cell('Staff')}"
        f"</table:table-row></table:table-header-rows><table:table-row>{cell('1')}{cell('2')}{cell('3')}"
        "</table:table-row></table:table></office:text>"
    )
    parsed = parse(zipped(**{"content.xml": ODF.format(body)}), "a.odt")
    [table] = parsed.tables
    assert grid(parsed, table) == [["Sales", "", "Staff"], ["1", "2", "3"]]
    assert [one.header for one in table.cells] == [True, True, False, False, False]


PAGE = """<p>Sales were as follows:</p><table><caption>Table 1. Sales</caption><thead>
<tr><th rowspan=2>Region<th colspan=2>Year<tr><th>2022<th>2021</thead><tr><td>Total<td>5<td>6
<tr><td style="padding-left:12pt">North<td><p>1</p><p>a</p><td></table>"""


def test_pages_have_merged_cells_marked_headers_and_indentation() -> None:
    parsed = parse(PAGE.encode(), "a.html")
    [table] = parsed.tables
    assert grid(parsed, table) == [
        ["Region", "Year", ""],
        ["", "2022", "2021"],
        ["Total", "5", "6"],
        ["North", "1\na", ""],
    ]
    assert covers(parsed, table) == {"Region": (2, 1), "Year": (1, 2)}
    assert indents(parsed, table) == [0, 0, 1]
    assert (table.caption, table.introduction) == ("Table 1. Sales", "Sales were as follows:")
    assert table.head == "Table 1. Sales | Region | Year | 2022 | 2021"


@pytest.mark.parametrize(
    "source",
    [
        "<table><tr><td>Menu<td>x<tr><td>y<td><table><tr><td>1</table></table>",
        "<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>",
        "<table><tr><td>Name<td><input><tr><td>Street<td>x</table>",
        f"<table><tr><td>{'long text ' * 50}<td>{'long text ' * 50}<tr><td>{'long text ' * 50}<td>x</table>",
        "<table><tr><td>only<tr><td>one column</table>",
    ],
)
def test_a_table_that_lays_out_a_page_is_not_a_table(source: str) -> None:
    assert parse(f"<p>Text.</p>{source}".encode(), "a.html").tables == ()


def test_pipe_tables_of_markdown_have_cells_in_the_source() -> None:
    parsed = parse(b"Prices are:\n\n| a | b \\| c |\n|---|--:|\n| 1 | `x` |\n|  | 3 |\n", "a.md")
    [table] = parsed.tables
    assert grid(parsed, table) == [["a", "b \\| c"], ["1", "`x`"], ["", "3"]]
    assert (table.head, table.introduction) == ("a | b \\| c", "Prices are:")


def test_a_list_of_uniform_records_is_a_table() -> None:
    parsed = parse(b'{"at": "x", "rows": [{"n": "Ann", "v": 1.5}, {"n": "Bob", "v": null}]}', "a.json")
    [table] = parsed.tables
    assert parsed.text == "at: x\n\nrows:\n\nn | v\nAnn | 1.5\nBob"
    assert grid(parsed, table) == [["n", "v"], ["Ann", "1.5"], ["Bob", ""]]


def test_rich_text_has_tables() -> None:
    row = rb"\trowd\cellx1000\cellx2000 %s\cell %s\cell\row "
    parsed = parse(
        rb"{\rtf1\ansi Sales:\par " + row % (b"Year", b"Sum") + row % (b"2020", b"7") + b"}", "a.rtf"
    )
    [table] = parsed.tables
    assert grid(parsed, table) == [["Year", "Sum"], ["2020", "7"]]


def test_the_page_of_a_mail_is_read_if_it_has_a_table() -> None:
    message = EmailMessage()
    message["Subject"] = "Sales"
    message.set_content("North 1\n2")
    message.add_alternative(PAGE, subtype="html")
    parsed = parse(message.as_bytes(), "a.eml")
    [table] = parsed.tables
    assert grid(parsed, table)[2] == ["Total", "5", "6"]


def test_articles_have_merged_cells() -> None:
    article = (
        b"<article><front/><body><table-wrap><label>Table 1</label><caption><p>Sums</p></caption><table>"
        b"<thead><tr><td rowspan='2'>a</td><td colspan='2'>b</td></tr><tr><td>c</td><td>d</td></tr></thead>"
        b"<tbody><tr><td>1</td><td>2</td><td>3</td></tr></tbody></table></table-wrap></body></article>"
    )
    parsed = parse(article, "a.nxml")
    [table] = parsed.tables
    assert grid(parsed, table) == [["a", "b", ""], ["", "c", "d"], ["1", "2", "3"]]
    assert (table.caption, table.head) == ("Table 1 Sums", "Table 1 Sums | a | b | c | d")
