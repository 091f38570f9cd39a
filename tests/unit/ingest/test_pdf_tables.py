"""The cells of tables in PDFs, by where their words stand."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from ingest.parse.registry import parse
from ragapp.types import ParsedText
from tests.unit.ingest.grids import covers, grid, indents
from tests.unit.ingest.pdfs import lettered, pdf

SIZE = 8
DIGIT = 0.556 * SIZE
"""The width of a digit of Helvetica."""

Line = tuple[str, float, float, float]


def row(
    bottom: float, label: str, *figures: str, left: float = 20, edges: tuple[int, ...] = (180, 260)
) -> list[Line]:
    """A label, and numbers whose right edges stand below each other."""
    widths = [sum(DIGIT if letter.isdigit() else DIGIT / 2 for letter in figure) for figure in figures]
    numbers = [
        (figure, SIZE, edge - width, bottom)
        for figure, width, edge in zip(figures, widths, edges, strict=False)
        if figure
    ]
    return [(label, SIZE, left, bottom), *numbers] if label else numbers


def paged(*pages: list[Line]) -> bytes:
    writer = PdfWriter(io.BytesIO(pdf(*("" for _ in pages))))
    for page, lines in zip(writer.pages, pages, strict=True):
        content = DecodedStreamObject()
        drawn = (
            f"/F {size} Tf 1 0 0 1 {left} {bottom} Tm ({words}) Tj " for words, size, left, bottom in lines
        )
        content.set_data(f"BT {''.join(drawn)}ET".encode())
        page[NameObject("/Contents")] = writer._add_object(content)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


HEADER = [
    ("Net sales were as follows:", SIZE, 20, 290),
    ("Year ended June 30,", SIZE, 170, 270),
    *row(260, "", "2022", "2021"),
]
BODY = [
    *row(250, "Current assets:"),
    *row(240, "Cash", "1,200", "900", left=30),
    ("$", SIZE, 140, 240),
    *row(230, "Receivables, less allowance for", left=30),
    *row(221, "doubtful accounts", "30", "-", left=30),
    *row(210, "Total", "1,230", "900", left=40),
]


def parsed_table(data: bytes) -> ParsedText:
    parsed = parse(data, "a.pdf")
    assert len(parsed.tables) == 1
    return parsed


def test_a_statement_has_headers_labels_and_numbers_in_their_columns() -> None:
    parsed = parsed_table(lettered(*HEADER, *BODY))
    [table] = parsed.tables
    assert grid(parsed, table) == [
        ["", "Year ended June 30,", ""],
        ["", "2022", "2021"],
        ["Current assets:", "", ""],
        ["Cash", "$ 1,200", "900"],
        ["Receivables, less allowance for\ndoubtful accounts", "30", "-"],
        ["Total", "1,230", "900"],
    ]
    assert covers(parsed, table) == {"Year ended June 30,": (1, 2)}
    assert indents(parsed, table) == [0, 1, 1, 2]
    assert [cell.header for cell in table.cells] == [True] * 3 + [False] * (len(table.cells) - 3)
    assert table.introduction == "Net sales were as follows:"


def test_titles_above_a_table_are_its_caption() -> None:
    title = ("Consolidated Balance Sheets", SIZE, 90, 283)
    unit = ("(In millions)", SIZE, 122, 274)
    parsed = parsed_table(lettered(title, unit, *row(260, "", "2022", "2021"), *BODY))
    [table] = parsed.tables
    assert table.caption == "Consolidated Balance Sheets (In millions)"
    assert table.head.endswith("2022 2021")


def test_a_table_that_goes_on_on_the_next_page_is_one_table() -> None:
    rest = [*row(260, "", "2022", "2021"), *row(250, "Rent", "7", "8"), *row(240, "Taxes", "9", "6")]
    first = [*row(260, "", "2022", "2021"), *BODY]
    parsed = parsed_table(paged(first, rest))
    [table] = parsed.tables
    assert grid(parsed, table)[-3:] == [["Total", "1,230", "900"], ["Rent", "7", "8"], ["Taxes", "9", "6"]]
    assert parsed.text[table.start : table.end].count("\f") == 1


def test_the_rest_of_a_table_begins_with_labels() -> None:
    rest = [*row(260, "Other costs of the year"), *row(250, "Rent", "7", "8"), *row(240, "Taxes", "9", "6")]
    parsed = parsed_table(paged([*row(260, "", "2022", "2021"), *BODY], rest))
    [table] = parsed.tables
    assert grid(parsed, table)[-3:] == [
        ["Other costs of the year", "", ""],
        ["Rent", "7", "8"],
        ["Taxes", "9", "6"],
    ]


def test_a_text_that_the_file_has_earlier_is_not_joined_to_the_one_above() -> None:
    names = ("Alpha", "Beta", "Gamma")
    lines = [("and their use", SIZE, 90, 231)]
    lines += [
        line
        for number, name in enumerate(names)
        for line in (
            *row(240 - 20 * number, name, str(11 + number), "5"),
            ("of tides", SIZE, 90, 240 - 20 * number),
        )
    ]
    parsed = parsed_table(lettered(*row(255, "", "2022", "2021"), *lines))
    assert all(cell.start < cell.end for cell in parsed.tables[0].cells)


def test_two_tables_with_other_headers_are_two_tables() -> None:
    other = [*row(190, "", "2020", "2019"), *row(180, "Rent", "7", "8"), *row(170, "Taxes", "9", "6")]
    parsed = parse(lettered(*HEADER, *BODY, *other), "a.pdf")
    assert [grid(parsed, table)[-1][0] for table in parsed.tables] == ["Total", "Taxes"]


def test_dot_leaders_and_footnote_marks_are_no_cells() -> None:
    lines = [
        line
        for number, label in enumerate(("Sales(1)", "Cost", "Profit"))
        for line in (
            *row(240 - 10 * number, f"{label} . . . . . . . . . . . .", str(10 + number), str(20 - number)),
        )
    ]
    parsed = parsed_table(lettered(*row(250, "", "2022", "2021"), *lines))
    assert grid(parsed, parsed.tables[0])[1:] == [
        ["Sales(1)", "10", "20"],
        ["Cost", "11", "19"],
        ["Profit", "12", "18"],
    ]


@pytest.mark.parametrize(
    "lines",
    [
        [line for n in range(8) for line in row(280 - 10 * n, f"Chapter about thing {n}", str(3 + 4 * n))],
        [
            (f"In the year 200{n} there were {n} of them, and {n} more", SIZE, 20, 280 - 10 * n)
            for n in range(8)
        ],
        [
            line
            for n in range(8)
            for line in (
                ("words in one column of text", SIZE, 20, 280 - 10 * n),
                ("and more in the other of 12", SIZE, 160, 280 - 10 * n),
            )
        ],
        [line for n in range(8) for line in row(280 - 10 * n, "a = b + c", f"({n})")],
    ],
    ids=["contents", "prose", "two columns", "equations"],
)
def test_what_only_looks_like_a_table_is_none(lines: list[Line]) -> None:
    assert parse(lettered(*lines), "a.pdf").tables == ()
