"""The messages to and from the process that draws pages, and the formats that it supports."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from ragapp.types import PageBox, PageImage

MAGIC_BYTES = 1024
"""The first bytes, which contain the signature of a PDF; some PDFs have a few other bytes before it."""

_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """Draw `page`, counted from 1, with text[start:end] highlighted; `text` is the stored text of that page.

    `start` equals `end` when nothing is to be highlighted.
    """

    page: int
    text: str = ""
    start: int = 0
    end: int = 0
    password: str | None = None
    reading_seconds: float = 15.0
    """The time for finding words on a scan."""


def packed(image: PageImage) -> bytes:
    """The image as bytes for the cache and other processes: a line of JSON, then the PNG."""
    head = {
        "width": image.width,
        "height": image.height,
        "bytes": len(image.png),
        "boxes": [asdict(box) for box in image.boxes],
    }
    return json.dumps(head).encode() + b"\n" + image.png


def unpacked(data: bytes) -> PageImage:
    """Decodes a message. Raises ValueError if bytes are missing, for instance after a power cut."""
    line, _, png = data.partition(b"\n")
    head = json.loads(line)
    if len(png) != head["bytes"]:
        raise ValueError(f"{len(png)} bytes instead of {head['bytes']}")
    return PageImage(png, head["width"], head["height"], tuple(PageBox(**box) for box in head["boxes"]))


def is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:MAGIC_BYTES]


def is_picture(data: bytes) -> bool:
    return data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
