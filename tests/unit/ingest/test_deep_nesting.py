"""Parts inside parts inside parts: read as far as they go, or refused with the reason."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest
from docx import Document

from ingest.parse.registry import MAX_OUTER, parse
from ragapp.errors import ParseError

DEEP = 2000


def forwarded(levels: int) -> bytes:
    """A mail with a mail attached, and so on."""
    message = EmailMessage()
    message.set_content("The innermost words.")
    for level in range(levels):
        outer = EmailMessage()
        outer["Subject"] = f"Level {level}"
        outer.set_content(f"Words of level {level}.")
        outer.add_attachment(message)
        message = outer
    return message.as_bytes()


def bare_mails(levels: int) -> bytes:
    head = "".join(
        f"Subject: Level {level}\r\nContent-Type: message/rfc822\r\n\r\n" for level in range(levels)
    )
    return f"{head}Content-Type: text/plain\r\n\r\nThe innermost words.\r\n".encode()


def multiparts(levels: int) -> bytes:
    opening = "".join(
        f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n" for level in range(levels)
    )
    closing = "".join(f"\r\n--b{level}--\r\n" for level in reversed(range(levels)))
    return f"Subject: Parts\r\n{opening}Content-Type: text/plain\r\n\r\nWords.\r\n{closing}".encode()


def odt(inner: str) -> bytes:
    names = "urn:oasis:names:tc:opendocument:xmlns"
    xml = (
        f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:text="{names}:text:1.0">'
        f"<office:body><office:text>{inner}</office:text></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", xml)
    return file.getvalue()


def nested(opening: str, closing: str, words: str = "words", levels: int = DEEP) -> str:
    return opening * levels + words + closing * levels


def docx(inner: str) -> bytes:
    """A document with `inner` in its body."""
    empty, file = io.BytesIO(), io.BytesIO()
    Document().save(empty)
    with zipfile.ZipFile(empty) as source, zipfile.ZipFile(file, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(b"<w:sectPr", f"{inner}<w:sectPr".encode(), 1))
    return file.getvalue()


CELL = "<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"
PARAGRAPH = "<w:p><w:r><w:t>words</w:t></w:r></w:p>"

REFUSED = {
    "a.eml": bare_mails(DEEP),
    "b.eml": multiparts(DEEP),
    "a.jsonl": nested("[", "]", '"words"', levels=100_000).encode(),
    "a.xml": f"<article><body>{nested('<sec><p>words</p>', '</sec>')}</body></article>".encode(),
    "a.odt": odt(
        nested("<text:list><text:list-item>", "</text:list-item></text:list>", "<text:p>words</text:p>")
    ),
    "b.odt": odt(f"<text:p>{nested('<text:span>', '</text:span>')}</text:p>"),
    "a.docx": docx(nested(*CELL, PARAGRAPH)),
    "b.docx": docx(nested("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>", PARAGRAPH)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_nested_too_deeply_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(ParseError, match=f"^{name} has parts nested .* too deeply to be read. Take"):
        parse(REFUSED[name], name)


READ = {
    "a.json": nested("[", "]", '"words"', levels=100_000).encode(),
    "b.json": nested('{"a":', "}", '"words"', levels=100_000).encode(),
    "a.html": nested("<ul><li>item ", "</li></ul>").encode(),
    "b.html": nested("<table><tr><td>cell ", "</table>").encode(),
    "c.html": nested("<blockquote>", "</blockquote>").encode(),
    "b.xml": nested("<a>", "</a>").encode(),
    "a.yaml": nested("[", "]").encode(),
    "a.rtf": rf"{{\rtf1 {nested('{', '}')}}}".encode(),
    "a.md": nested("> ", "").encode(),
    "c.docx": docx(nested(*CELL, PARAGRAPH, levels=20)),
    "a.eml": forwarded(MAX_OUTER),
}


@pytest.mark.parametrize("name", READ)
def test_the_innermost_words_are_read(name: str) -> None:
    assert "words" in parse(READ[name], name).text


def test_mails_beyond_the_bound_are_reported() -> None:
    parsed = parse(forwarded(MAX_OUTER + 5), "a.eml")
    text, (gap,) = parsed.text, parsed.gaps
    assert f"Words of level {MAX_OUTER + 4}." in text
    assert "Words of level 4." in text
    assert "Words of level 3." not in text
    assert "message.eml has parts nested inside each other too deeply" in gap.why
    assert gap.where == "attachment message.eml in message.eml in message.eml in message.eml"


def test_numbers_of_an_attribute_that_are_none_do_not_spoil_a_document() -> None:
    assert "Head" in parse(odt('<text:h text:outline-level="high">Head</text:h>'), "a.odt").text


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.json", "a.jsonl", "a.md", "a.html", "a.yaml"])
def test_a_number_longer_than_python_converts_is_read(name: str) -> None:
    digits = "7" * 5000
    assert digits in parse(f'{{"words": {digits}}}\n'.encode(), name).text
