"""Rich text (RTF)."""

from __future__ import annotations

from striprtf.striprtf import rtf_to_text

from ragapp.text.builder import TextBuilder
from ragapp.types import ParsedText


def parse_rtf(data: bytes, name: str) -> ParsedText:  # noqa: ARG001 - every parser is called alike
    """Parses paragraphs. The format itself specifies the encoding of each character."""
    out = TextBuilder()
    text: str = rtf_to_text(data.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
    for paragraph in text.split("\n"):
        out.paragraph(paragraph)
    return out.build()
