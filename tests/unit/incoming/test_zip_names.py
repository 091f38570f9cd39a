"""Names in ZIP archives: UTF-8 if marked or possible, else in the encoding of the program that wrote them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from ragapp.fetching.archives import ArchiveReader
from ragapp.fetching.bounded import opened_zip


def zipped(names: Sequence[bytes], *, flag: int = 0, extra: bytes = b"") -> bytes:
    """An archive of one line each, with the names as they are; Python's own writer has only UTF-8."""
    body, listed, data = b"", b"", b"hello"
    crc = zlib.crc32(data)
    for name in names:
        sizes = struct.pack("<LLLHH", crc, len(data), len(data), len(name), len(extra))
        head = struct.pack("<HHHHH", 20, flag, 0, 0, 33)
        listed += b"PK\1\2\x14\0" + head + sizes + struct.pack("<HHHLL", 0, 0, 0, 0, len(body)) + name + extra
        body += b"PK\3\4" + head + sizes + name + extra + data
    end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, len(names), len(names), len(listed), len(body), 0)
    return body + listed + end


def names_in(data: bytes) -> list[str]:
    with opened_zip(io.BytesIO(data)) as archive:
        found = archive.namelist()
        assert all(archive.read(name) == b"hello" for name in found)
        return found


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("utf-8", ["Übersicht.docx"]),
        ("cp932", ["見積書.txt"]),
        ("cp932", ["日本語フォルダ/報告書.docx"]),
        ("gbk", ["合同.pdf", "报告.docx"]),
        ("big5", ["合約.pdf", "報告書.docx"]),
        ("cp949", ["계약서.docx"]),
        ("cp866", ["Договор.docx", "Счёт 12.pdf"]),
        ("cp1251", ["Договор.docx"]),
        ("cp850", ["Prüfbericht Größe.pdf", "naïve café.txt"]),
        ("cp437", ["résumé.doc"]),
        ("cp852", ["Příloha č. 1.pdf"]),
        ("cp737", ["Σύμβαση.pdf"]),
        ("cp862", ["חוזה.pdf"]),
    ],
)
def test_names_are_read_in_their_own_encoding(encoding: str, names: list[str]) -> None:
    assert names_in(zipped([name.encode(encoding) for name in names])) == names


def test_a_name_that_is_marked_as_utf8_is_that() -> None:
    assert names_in(zipped(["Größe.txt".encode()], flag=0x800)) == ["Größe.txt"]


def test_a_name_in_an_extra_field_is_that_of_the_member() -> None:
    raw, name = "Größe.txt".encode("cp437"), "Größe – neu.txt".encode()
    field = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(raw)) + name
    assert names_in(zipped([raw], extra=field)) == ["Größe – neu.txt"]
    stale = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(b"another")) + name
    assert names_in(zipped([raw], extra=stale)) == ["Größe.txt"]


@pytest.mark.parametrize("extra", [b"\x75", b"\x75\x70\x02\x00\x01\x00"])
def test_a_damaged_extra_field_does_no_harm(extra: bytes) -> None:
    assert names_in(zipped(["Größe.txt".encode("cp437")], extra=extra)) == ["Größe.txt"]


def test_members_of_an_archive_have_these_names(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(["見積書.txt".encode("cp932")]))
    (member,) = ArchiveReader().members(path)
    assert member.name == "見積書.txt"
    with member.opened() as data:
        assert data.read() == b"hello"
