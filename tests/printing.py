"""PDFs made line by line, so that tests know what stands where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
