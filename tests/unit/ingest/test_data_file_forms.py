"""Delimited files as they occur: whatever their form, their columns get types, and no row is lost."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingest.data_files.convert import ConvertedTable, convert


def converted(folder: Path, data: bytes) -> ConvertedTable:
    path = folder / "data"
    path.write_bytes(data)
    (table,) = convert(str(path), "data.csv", "delimited")
    return table


def total(folder: Path, table: ConvertedTable, column: str) -> float:
    (folder / "a.parquet").write_bytes(table.parquet)
    source = f"read_parquet('{folder / 'a.parquet'}')"
    row = duckdb.connect().execute(f'SELECT CAST(sum("{column}") AS DOUBLE) FROM {source}').fetchone()
    assert row is not None
    return float(row[0])


@pytest.mark.parametrize(
    ("name", "data", "column", "type_", "summed"),
    [
        ("semicolon.csv", b"a;b\n" + b"x;1,50\n" * 99, "b", "number", 148.5),
        ("excel.csv", b"sep=;\r\na;b\r\n" + b"x;2\r\n" * 99, "b", "number", 198),
        ("tabs.tsv", b"a\tb\n" + b"x\t7\n" * 99, "b", "number", 693),
        ("money.csv", b"a,b\n" + b'x,"$1,000.50"\n' * 98 + b'x,"($1,000.00)"\n', "b", "money", 97049),
        ("percent.csv", b"a,b\n" + b"x,5%\n" * 99, "b", "percent", 495),
        ("missing.csv", b"a,b\n" + b"x,5\n" * 98 + b"x,n/a\n", "b", "number", 490),
        ("mixed.csv", b"a,b\n" + b"x,5\n" * 99 + b"x,unknown\n", "b", "text", None),
        ("late.csv", b"a,b\n" + b"x,5\n" * 3000 + b"x,0.125\n", "b", "number", 15000.125),
        ("codes.csv", b"a,b\n" + b"x,5\n" * 3000 + b"x,007\n", "b", "text", None),
        ("short.csv", b"a,b,c\n" + b"x,5,1\n" * 99 + b"x,1\n", "b", "number", 496),
        ("long.csv", b"a,b\n" + b"x,5\n" * 99 + b"x,1,2,3\n", "b", "number", 496),
        ("quotes.csv", b"a,b\n" + b'"x\ny",5\n' * 99, "b", "number", 495),
        ("unclosed.csv", b"a,b\n" + b"x,5\n" * 99 + b'"x,1\n', "a", "text", None),
        ("title.csv", b"Report of sales\n\na,b\n" + b"x,5\n" * 99, "b", "number", 495),
        ("twice.csv", b"a,b,b\n" + b"x,5,6\n" * 99, "b (2)", "number", 594),
        ("unnamed.csv", b",b,\n" + b"x,5,6\n" * 99, "column 3", "number", 594),
        ("headless.csv", b"x,5,6\n" * 99, "column 2", "number", 495),
        ("years.csv", b"item,2021,2022\n" + b"x,5,6\n" * 99, "2022", "number", 594),
        (
            "latin.csv",
            "größe,b\n".encode("latin-1") + "Köln,5\n".encode("latin-1") * 99,
            "größe",
            "text",
            None,
        ),
        ("utf16.csv", ("größe,b\n" + "Köln,5\n" * 99).encode("utf-16"), "b", "number", 495),
        ("mark.csv", b"\xef\xbb\xbfa,b\n" + b"x,5\n" * 99, "a", "text", None),
        ("german.csv", b"a;b\n" + b"x;13.02.2024\n" * 99, "b", "date", None),
        ("british.csv", b"a,b\n" + b"x,13/02/2024\n" * 99, "b", "date", None),
        ("american.csv", b"a,b\n" + b"x,02/13/2024\n" * 99, "b", "date", None),
        ("unclear.csv", b"a,b\n" + b"x,02/03/2024\n" * 99, "b", "text", None),
        ("decided.csv", b"a,b\n" + b"x,02/03/2024\n" * 2000 + b"x,25/03/2024\n", "b", "date", None),
        ("times.csv", b"a,b\n" + b"x,2024-02-03T10:30:00\n" * 99, "b", "time", None),
        ("sql.csv", b'"a"" FROM x; --",b\n' + b"x,5\n" * 99, "b", "number", 495),
        ("formula.csv", b"a,b\n" + b"=1+1,5\n" * 99, "a", "text", None),
        ("cr.csv", b"a,b\r" + b"x,5\r" * 99, "b", "number", 495),
    ],
)
def test_faulty_and_unusual_files(
    tmp_path: Path, *, name: str, data: bytes, column: str, type_: str, summed: float | None
) -> None:
    table = converted(tmp_path, data)
    assert {one.name: one.type for one in table.columns}[column] == type_, name
    assert table.rows >= 99
    if summed is not None:
        assert total(tmp_path, table, column) == pytest.approx(summed)


def test_a_huge_cell_is_kept(tmp_path: Path) -> None:
    data = b"a,b\n" + b"x,5\n" * 99 + b'"' + b"word " * 500_000 + b'",7\n'
    assert total(tmp_path, converted(tmp_path, data), "b") == 502


def test_dates_are_those_of_the_form_that_fits_all_rows(tmp_path: Path) -> None:
    table = converted(tmp_path, b"a,b\n" + b"x,02/03/2024\n" * 2000 + b"x,25/03/2024\n")
    assert (table.columns[1].minimum, table.columns[1].maximum) == ("2024-03-02", "2024-03-25")


@pytest.mark.parametrize(
    "data",
    [
        b"\n" * 500,
        b"\0" * 500 + b"\n" * 500,
        b",".join(b"c%d" % n for n in range(600)) + b"\n" + (b",".join([b"1"] * 600) + b"\n") * 60,
    ],
)
def test_what_is_no_table_of_usual_width_is_left_to_the_parser(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "data"
    path.write_bytes(data)
    assert convert(str(path), "data.csv", "delimited") == []


def test_numbers_too_large_for_a_float_are_texts(tmp_path: Path) -> None:
    table = converted(tmp_path, b"a,b\n" + b"1e400,1e10\n" * 99)
    assert [column.type for column in table.columns] == ["text", "number"]
