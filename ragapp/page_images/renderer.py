"""SandboxedRenderer: PageRenderer over pypdfium2 and Pillow in a process of their own."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import asdict
from queue import SimpleQueue
from typing import BinaryIO

from pydantic import SecretStr

from ragapp.errors import UnsupportedFormat
from ragapp.page_images.formats import SNIFFED, is_pdf, is_picture
from ragapp.page_images.messages import DrawRequest, unpacked
from ragapp.page_images.page_cache import PageCache
from ragapp.protocols.pages import Span
from ragapp.sandbox import MIB, Sandbox, SandboxLimits
from ragapp.types import DocumentPage, PageImage

CHILD = "ragapp.page_images.worker"
LARGEST_IMAGE = 32 * MIB
AT_A_TIME = 2

READING_SHARE = 0.7
"""The part of its time that may go into finding words on a scan; the rest is for drawing it."""

DRAWING = 2
"""Raise it when the same page would be drawn differently than before."""


def page_limits(memory: int, seconds: float) -> SandboxLimits:
    return SandboxLimits(memory, LARGEST_IMAGE, math.ceil(seconds), seconds)


class SandboxedRenderer:
    """Safe for many threads. Of pages that are not kept, a few are drawn at a time: one that takes long does
    not hold up all others."""

    def __init__(self, kept: PageCache, limits: SandboxLimits, password: SecretStr | None = None) -> None:
        """`kept` holds drawn pages; `password` opens encrypted PDFs."""
        self._kept = kept
        self._sandboxes = [Sandbox(CHILD, limits) for _ in range(AT_A_TIME)]
        self._idle = SimpleQueue[Sandbox]()
        for sandbox in self._sandboxes:
            self._idle.put(sandbox)
        self._reading_seconds = READING_SHARE * limits.wall_seconds
        self._password = password.get_secret_value() if password else None

    def draw(self, page: DocumentPage, open_blob: Callable[[], BinaryIO], cited: Span | None) -> PageImage:
        start, end = _on_page(page, cited)
        text = page.text if start < end else ""
        key = _key(page, text, start, end)
        kept = self._kept.get(page.document_id, key)
        if kept is not None:
            return kept
        wish = DrawRequest(page.page, text, start, end, self._password, self._reading_seconds)
        with open_blob() as data:
            _check_format(data, page.name)
            image = unpacked(self._drawn(data, page.name, wish))
        self._kept.put(page.document_id, key, image)
        return image

    def forget(self, document_id: str) -> int:
        return self._kept.forget(document_id)

    def cached_documents(self) -> set[str]:
        return self._kept.document_ids()

    def close(self) -> None:
        for sandbox in self._sandboxes:
            sandbox.close()

    def _drawn(self, data: BinaryIO, name: str, wish: DrawRequest) -> bytes:
        sandbox = self._idle.get()
        try:
            return sandbox.run(data, name, json.dumps(asdict(wish)))
        finally:
            self._idle.put(sandbox)


def _on_page(page: DocumentPage, cited: Span | None) -> Span:
    """The part of the span that lies on the page, as offsets into the page's text."""
    if cited is None:
        return 0, 0
    return max(cited[0] - page.start, 0), min(cited[1], page.end) - page.start


def _key(page: DocumentPage, text: str, start: int, end: int) -> str:
    """Binds the text too: the same bytes may have been read otherwise before an update."""
    facts = json.dumps([DRAWING, page.sha256, page.page, text, start, end])
    return hashlib.sha256(facts.encode()).hexdigest()


def _check_format(data: BinaryIO, name: str) -> None:
    head = data.read(SNIFFED)
    data.seek(0)
    if not (is_pdf(head) or is_picture(head)):
        raise UnsupportedFormat(
            f"{name} has no pages that could be drawn: only PDFs and pictures have. Read its text instead, "
            "at /text of the same document."
        )
