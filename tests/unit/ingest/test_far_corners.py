"""Sheets and files that claim to be enormous take memory in proportion to their content."""

from __future__ import annotations

import io
import os
import socket
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from ingest.parse.registry import parse
from ingest.sources import Finder
from ragapp.errors import UsageError
from ragapp.fetching.web import FetchLimits


def workbook(cells: dict[tuple[int, int], object]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    assert book.active is not None
    for (row, column), value in cells.items():
        book.active.cell(row, column, value)  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


def spreadsheet(rows: str) -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<o:document-content xmlns:o="{office}:office:1.0" xmlns:t="{office}:table:1.0" '
        f'xmlns:x="{office}:text:1.0"><o:body><o:spreadsheet><t:table t:name="S">{rows}</t:table>'
        "</o:spreadsheet></o:body></o:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return file.getvalue()


CORNER = {(1, 1): "name", (1, 2): "year", (2, 1): "heron", (2, 2): 1862, (1_048_576, 16_384): "stray"}


@pytest.mark.timeout(60)  # dense, it would take minutes
def test_a_stray_cell_in_the_far_corner_costs_nothing() -> None:
    text = parse(workbook(CORNER), "a.xlsx").text
    assert "name | year\nheron | 1862" in text
    assert text.endswith("stray")
    assert len(text) < 200


def test_narrow_gaps_of_a_sheet_stay() -> None:
    text = parse(workbook({(1, 1): "a", (1, 4): "d", (2, 1): "x", (2, 4): "y"}), "a.xlsx").text
    assert "a |  |  | d\nx |  |  | y" in text


def test_a_far_column_of_every_row_costs_nothing() -> None:
    cells: dict[tuple[int, int], object] = {(r, c): f"v{r}" for r in range(1, 100) for c in (1, 16_384)}
    assert len(parse(workbook(cells), "a.xlsx").text) < 99 * 80


@pytest.mark.slow
def test_repeated_cells_and_rows_of_a_spreadsheet_are_bounded() -> None:
    row = '<t:table-row t:number-rows-repeated="1048576"><t:table-cell t:number-columns-repeated="16384"{}'
    far = '<t:table-row><t:table-cell t:number-columns-repeated="16383"/><t:table-cell><x:p>z</x:p>'
    empty, stray = row.format("/></t:table-row>"), f"{far}</t:table-cell></t:table-row>"
    text = parse(spreadsheet(f"{empty}{stray}{empty}"), "a.ods").text
    assert text.endswith("z")
    assert len(text) < 100
    full = row.format("><x:p>abcd</x:p></t:table-cell></t:table-row>")
    assert len(parse(spreadsheet(full), "a.ods").text) <= 8_000_000


def opened(path: Path) -> bytes:
    (source,) = Finder((str(path),), (), FetchLimits(1, 1)).find()
    with source.open() as data:
        return data.read()


@pytest.mark.parametrize("name", ["a.txt", "a.zip"])
def test_a_pipe_is_refused_at_once(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(UsageError, match="not a file"):
        opened(tmp_path / name)


def test_a_socket_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.txt"))
        with pytest.raises(UsageError, match="not a file"):
            opened(tmp_path / "socket.txt")
    for device in ("/dev/zero", "/dev/null", "/dev/tty"):
        if Path(device).exists():
            with pytest.raises((UsageError, OSError)):
                opened(Path(device))


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    assert opened(tmp_path / "b.txt") == b"text"
