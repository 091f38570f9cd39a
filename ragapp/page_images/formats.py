"""Which formats have pages that can be drawn: told by the first bytes, as when a document is read."""

from __future__ import annotations

SNIFFED = 1024
"""Bytes in which a PDF says that it is one; some have a few bytes of something else before."""

_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")


def is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:SNIFFED]


def is_picture(data: bytes) -> bool:
    return data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
