"""PDFs to parse, made here, and the headings that were found."""

from __future__ import annotations

import io

from pypdf import PdfWriter
from pypdf.generic import (
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
)

from ragapp.types import ParsedText


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
