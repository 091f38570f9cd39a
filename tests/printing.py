"""PDFs made line by line, and where pdfium says that words stand in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2

from ragapp.types import PageBox

PageSize = tuple[float, float, float, float]
A_PAGE: PageSize = (0, 0, 600, 800)


@dataclass(frozen=True, slots=True)
class Printed:
    """A line of text whose first letter's baseline begins at (x, y), in points from the lower left."""

    x: float
    y: float
    words: str
    size: int = 14


def pdf_of(
    *pages: Sequence[Printed], media: PageSize = A_PAGE, crop: PageSize | None = None, rotate: int = 0
) -> bytes:
    """A PDF in Helvetica with these pages, all of one size, cropped and turned alike."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    cropped = f" /CropBox [{' '.join(map(str, crop))}]" if crop else ""
    for number, lines in enumerate(pages):
        content = "\n".join(_shown(line) for line in lines)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{' '.join(map(str, media))}]{cropped} /Rotate {rotate} "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    return _file(objects)


def printed_at(data: bytes, words: str, page: int = 1) -> PageBox:
    """Where pdfium's search finds words of one line, on a page that is neither turned nor cropped."""
    with pypdfium2.PdfDocument(data) as document:
        shown = document[page - 1]
        width, height = shown.get_size()
        text_page = shown.get_textpage()
        found = text_page.search(words).get_next()
        assert found is not None, f"{words} is not printed"
        rects = [text_page.get_rect(i) for i in range(text_page.count_rects(*found))]
        left, bottom = min(r[0] for r in rects), min(r[1] for r in rects)
        right, top = max(r[2] for r in rects), max(r[3] for r in rects)
    return PageBox(left / width, 1 - top / height, (right - left) / width, (top - bottom) / height)


def _shown(line: Printed) -> str:
    words = line.words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {line.size} Tf {line.x} {line.y} Td ({words}) Tj ET"


def _file(objects: Sequence[str]) -> bytes:
    data = b"%PDF-1.7\n"
    places = []
    for number, text in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{text}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return data + (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    ).encode("cp1252")
