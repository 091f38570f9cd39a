"""What the process that draws is told, and what it gives back: a line of JSON, then the PNG."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from ragapp.types import PageBox, PageImage


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """Draw `page`, counted from 1, with text[start:end] marked; `text` is what is stored of that page.

    `start` and `end` are the same when nothing is to be marked.
    """

    page: int
    text: str = ""
    start: int = 0
    end: int = 0
    password: str | None = None
    reading_seconds: float = 15.0
    """For finding words on a scan."""


def packed(image: PageImage) -> bytes:
    """The image as the bytes that are kept and passed between processes."""
    head = {
        "width": image.width,
        "height": image.height,
        "bytes": len(image.png),
        "boxes": [asdict(box) for box in image.boxes],
    }
    return json.dumps(head).encode() + b"\n" + image.png


def unpacked(data: bytes) -> PageImage:
    """Raises ValueError when bytes are missing, as after a power cut."""
    line, _, png = data.partition(b"\n")
    head = json.loads(line)
    if len(png) != head["bytes"]:
        raise ValueError(f"{len(png)} bytes instead of {head['bytes']}")
    return PageImage(png, head["width"], head["height"], tuple(PageBox(**box) for box in head["boxes"]))
