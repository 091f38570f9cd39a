"""Workbooks: numbers as shown, formulas without values, comments, hidden places, charts, wrong dimensions."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

from ingest.data_files.convert import convert
from ingest.parse.date_format import SINCE_1904, shown_date
from ingest.parse.registry import parse
from ragapp.types import ParsedText


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def changed(data: bytes, path: str, change: Callable[[str], str]) -> bytes:
    """The archive with one of its members changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as archive:
        for one in source.namelist():
            content = source.read(one)
            archive.writestr(one, change(content.decode()) if one == path else content)
    return target.getvalue()


def sheet(*rows: list[object], formats: dict[str, str] | None = None) -> Workbook:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    for place, code in (formats or {}).items():
        book.active[place].number_format = code  # type: ignore[index]
    return book


def lines(parsed: ParsedText) -> list[str]:
    return parsed.text.split("\n")


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (45356, "mm-dd-yy", "2024-03-05"),
        (45356, "[$-407]d. mmmm yyyy", "2024-03-05"),
        (45356.604, "m/d/yy h:mm", "2024-03-05 14:29"),
        (45356.999999999, "yyyy-mm-dd hh:mm:ss", "2024-03-06"),
        (45356, "mmm-yy", "Mar-2024"),
        (45356, "d-mmm", "5-Mar"),
        (45356, "yyyy", "2024"),
        (0.3958, "h:mm", "9:29"),
        (0.8958, "h:mm:ss AM/PM", "9:29:57 PM"),
        (1.125, "[h]:mm:ss", "27:00:00"),
        (-0.5, "[h]:mm", "-12:00"),
        (1.5, "[mm]:ss", "2160:00"),
        (0.00231, "mm:ss.0", "03:19.6"),
        (59, "yyyy-mm-dd", "1900-02-28"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (-1, "yyyy-mm-dd", None),
        (5, '0.0 "days"', None),
        (5, "0.00E+00", None),
        (5, "General", None),
    ],
)
def test_dates_times_and_durations(value: float, code: str, shown: str | None) -> None:
    assert shown_date(value, code) == shown


def test_workbooks_of_old_macs_count_from_another_day() -> None:
    assert shown_date(43894, "yyyy-mm-dd", SINCE_1904) == "2024-03-05"


def test_cells_are_shown_as_their_formats_display_them() -> None:
    formats = {"B2": '"$"#,##0.00', "C2": "0.0%", "E2": "h:mm", "F2": "[h]:mm:ss"}
    day = datetime(2024, 3, 5, 14, 30, tzinfo=UTC).replace(tzinfo=None)
    row = ["Rent", 1200.5, 0.25, day, time(9, 30), timedelta(hours=27), True]
    parsed = parse(
        saved(sheet(["Item", "Cost", "Share", "Due", "Time", "Took", "Paid"], row, formats=formats)), "a.xlsx"
    )
    assert lines(parsed)[-1] == "Rent | $1,200.50 | 25.0% | 2024-03-05 14:30 | 9:30 | 27:00:00 | TRUE"
    assert parsed.gaps == ()


def test_formulas_that_were_never_calculated_are_shown_and_told() -> None:
    parsed = parse(
        saved(sheet(["Item", "Cost"], ["Rent", 5], ["Food", 7], ["Total", "=SUM(B2:B3)"])), "a.xlsx"
    )
    assert lines(parsed)[-1] == "Total | =SUM(B2:B3)"
    (gap,) = parsed.gaps
    assert (gap.what, gap.where) == ("uncertain", "formulas of sheet Sheet (B4)")


def test_calculated_and_empty_results_are_values() -> None:
    data = saved(sheet(["a", "b"], ["=1+1", '=IF(A2>5,1,"")']))
    cells = '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>IF(A2&gt;5,1,"")</f><v></v></c>'
    path = "xl/worksheets/sheet1.xml"
    data = changed(data, path, lambda xml: re.sub(r'<c r="A2".*?</row>', f"{cells}</row>", xml))
    parsed = parse(data, "a.xlsx")
    assert lines(parsed)[-1] == "2"
    assert parsed.gaps == ()


def test_a_shared_formula_is_shown_for_each_of_its_cells() -> None:
    shared = (
        '<row r="2"><c r="A2"><f t="shared" ref="A2:A3" si="0">B2*2</f></c><c r="B2"><v>1</v></c></row>'
        '<row r="3"><c r="A3"><f t="shared" si="0"/></c><c r="B3"><v>2</v></c></row></sheetData>'
    )
    data = changed(
        saved(sheet(["double", "n"])),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace("</sheetData>", shared),
    )
    assert lines(parse(data, "a.xlsx"))[-2:] == ["=B2*2 | 1", "=B3*2 | 2"]


def test_comments_follow_with_the_cell_that_they_are_on() -> None:
    book = sheet(["Item", "Cost"], ["Rent", 5])
    book.active["A2"].comment = Comment("It rises in May.", "Ann")  # type: ignore[index]
    assert lines(parse(saved(book), "a.xlsx"))[-1] == "Comment on A2 (Rent): It rises in May."


def hidden_book() -> bytes:
    book = sheet(["Item", "Secret", "Cost"], ["Rent", "s1", 5], ["Bribe", "s2", 9], ["Food", "s3", 7])
    book.active.column_dimensions["B"].hidden = True  # type: ignore[union-attr]
    book.active.row_dimensions[3].hidden = True  # type: ignore[union-attr]
    other = book.create_sheet("Salaries")
    other.append(["Ann", 100])
    other.sheet_state = "veryHidden"
    return saved(book)


def test_hidden_places_are_marked() -> None:
    parsed = parse(hidden_book(), "a.xlsx")
    assert parsed.text == (
        "Sheet\n\nItem | Secret | Cost\nRent | s1 | 5\nBribe | s2 | 9\nFood | s3 | 7\n\n"
        "Hidden in this sheet: row 3 and column B.\fSalaries (hidden sheet)\n\nAnn | 100"
    )
    assert parsed.gaps == ()


def test_hidden_places_are_left_out_by_a_setting_and_the_report_says_so() -> None:
    parsed = parse(hidden_book(), "a.xlsx", read_hidden=False)
    assert parsed.text == "Sheet\n\nItem | Cost\nRent | 5\nFood | 7"
    assert [(gap.what, gap.where) for gap in parsed.gaps] == [
        ("hidden", "row 3 and column B of sheet Sheet"),
        ("hidden", "sheet Salaries"),
    ]


def test_merged_cells_cover_what_is_left_of_hidden_columns() -> None:
    book = sheet(["Item", "Sales", None, None], ["", 2021, 2022, 2023], ["North", 1, 2, 3])
    book.active.merge_cells("B1:D1")  # type: ignore[union-attr]
    book.active.column_dimensions["C"].hidden = True  # type: ignore[union-attr]
    parsed = parse(saved(book), "a.xlsx", read_hidden=False)
    assert "North | 1 | 3" in parsed.text
    [table] = parsed.tables
    assert [cell.columns for cell in table.cells if parsed.text[cell.start : cell.end] == "Sales"] == [2]


def test_hidden_sheets_of_large_workbooks_are_left_out_too(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(hidden_book())
    titles = [
        [table.title for table in convert(str(path), "a.xlsx", "workbook", read_hidden=read)]
        for read in (True, False)
    ]
    assert titles == [["Sheet", "Salaries"], ["Sheet"]]


def test_a_wrong_dimension_hides_no_cells() -> None:
    data = changed(
        saved(sheet(["key", "value"], ["a", 1], ["b", 2])),
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1"', xml),
    )
    assert "b | 2" in parse(data, "a.xlsx").text


@pytest.mark.timeout(20)  # read cell by cell, they would take minutes
def test_ranges_that_claim_all_cells_of_a_sheet_cost_nothing() -> None:
    end = (
        '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>corner two</t></is></c></row></sheetData>'
        '<mergeCells><mergeCell ref="B2:XFD1048575"/></mergeCells>'
    )
    path = "xl/worksheets/sheet1.xml"
    data = changed(saved(sheet(["corner one"])), path, lambda xml: xml.replace("</sheetData>", end))
    assert lines(parse(data, "a.xlsx"))[-3:] == ["corner one", "", "corner two"]


def test_charts_of_a_sheet_have_title_categories_and_values() -> None:
    book = sheet(["Year", "Ducks"], [2020, 7], [2021, 9])
    chart = BarChart()
    chart.title = "Ducks a year"
    chart.add_data(Reference(book.active, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    chart.set_categories(Reference(book.active, min_col=1, min_row=2, max_row=3))
    book.active.add_chart(chart, "E2")  # type: ignore[union-attr]
    assert "Ducks a year" in parse(saved(book), "a.xlsx").text


def test_strict_workbooks_are_read() -> None:
    data = saved(sheet(["Item", "Cost"], ["Rent", 1200.5]))
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as archive:
        for one in source.namelist():
            content = re.sub(
                rb"http://schemas.openxmlformats.org/(\w+)/2006/(main|relationships)",
                lambda found: (
                    found[0]
                    if found[1] == b"package"
                    else b"http://purl.oclc.org/ooxml/%s/%s" % (found[1], found[2])
                ),
                source.read(one),
            )
            archive.writestr(one, content)
    assert "Rent | 1200.5" in parse(target.getvalue(), "a.xlsx").text
