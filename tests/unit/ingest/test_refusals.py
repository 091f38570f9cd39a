"""The choice of the parser, and the errors for files that cannot be read."""

from __future__ import annotations

import io
import os
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pptx import Presentation
from pypdf import PdfWriter

from ingest.parse.registry import parse
from ragapp.errors import ParseError
from ragapp.text.clean import clean
from tests.unit.ingest.pdfs import pdf

DATA = os.environ.get("RAGAPP_TEST_DATA")
"""Folder with public test documents, which are not ours to copy."""


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
        (b"just words", "a.pdf", "not a PDF, despite its name"),
        (b"%PDF-1.7\ngarbage", "a.pdf", "is damaged"),
        (pdf("Hello", password="secret"), "a.pdf", "is encrypted"),
        (pdf("", ""), "a.pdf", r"no text on any page \(2 in all\)"),
        (b"PK\x03\x04rest", "a.docx", "is damaged"),
        (b"\x89PNG\r\n\x1a\n", "a.md", "is damaged"),
        (b"ab\x00cd", "a.txt", "binary file"),
        (b"<html><script>render()</script></html>", "a.html", "contains no text"),
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
    with pytest.raises(ParseError, match="the given password is wrong"):
        parse(locked, "a.pdf", "wrong")


@pytest.mark.skipif(not DATA, reason="RAGAPP_TEST_DATA names no folder with the pdfjs test documents")
def test_strange_documents_are_read_or_refused_but_never_crash() -> None:
    from ingest.sandbox import ParserSandbox, parse_limits
    from ragapp.settings import Settings

    sandbox, outcomes = ParserSandbox(parse_limits(Settings())), Counter[str]()
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


@pytest.mark.parametrize(
    ("made", "name", "kind", "other"),
    [
        (Document, "a.docm", "wordprocessingml.document", "wordprocessingml.glossary"),
        (Presentation, "a.ppsx", "presentationml.presentation", "presentationml.album"),
    ],
)
def test_another_kind_of_office_document_is_named(
    made: Callable[[], Any], name: str, kind: str, other: str
) -> None:
    written, changed = io.BytesIO(), io.BytesIO()
    made().save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(changed, "w") as target:
        for part in source.namelist():
            target.writestr(part, source.read(part).replace(kind.encode(), other.encode()))
    with pytest.raises(ParseError, match=rf"^{name} is another kind of Office document \(.*{other}"):
        parse(changed.getvalue(), name)
