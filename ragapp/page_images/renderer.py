"""SandboxedRenderer: a PageRenderer that draws with pypdfium2 and Pillow in the sandbox."""

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
from ragapp.page_images.messages import MAGIC_BYTES, DrawRequest, is_pdf, is_picture, unpacked
from ragapp.page_images.page_cache import PageCache
from ragapp.protocols.pages import Span
from ragapp.sandbox import MIB, Sandbox, SandboxLimits
from ragapp.types import DocumentPage, PageImage

CHILD = "ragapp.page_images.worker"
MAX_IMAGE_BYTES = 32 * MIB
PROCESSES = 2

READING_SHARE = 0.7
"""The share of the time for finding words on a scan; the rest is for drawing."""

VERSION = 2
"""Increment it when the same page would be drawn differently than before."""


def page_limits(memory: int, seconds: float) -> SandboxLimits:
    return SandboxLimits(memory, MAX_IMAGE_BYTES, math.ceil(seconds), seconds)


class SandboxedRenderer:
    """Draws pages in a sandboxed process. Safe for many threads. Draws a few pages at a time, so that a slow
    one does not delay all others.
    """

    def __init__(self, cache: PageCache, limits: SandboxLimits, password: SecretStr | None = None) -> None:
        """`password` opens encrypted PDFs."""
        self._cache = cache
        self._sandboxes = [Sandbox(CHILD, limits) for _ in range(PROCESSES)]
        self._idle = SimpleQueue[Sandbox]()
        for sandbox in self._sandboxes:
            self._idle.put(sandbox)
        self._reading_seconds = READING_SHARE * limits.wall_seconds
        self._password = password.get_secret_value() if password else None

    def draw(self, page: DocumentPage, open_blob: Callable[[], BinaryIO], cited: Span | None) -> PageImage:
        start, end = _on_page(page, cited)
        text = page.text if start < end else ""
        key = _key(page, text, start, end)
        cached = self._cache.get(page.document_id, key)
        if cached is not None:
            return cached
        request = DrawRequest(page.page, text, start, end, self._password, self._reading_seconds)
        with open_blob() as data:
            _check_format(data, page.name)
            image = unpacked(self._draw(data, page.name, request))
        self._cache.put(page.document_id, key, image)
        return image

    def forget(self, document_id: str) -> int:
        return self._cache.forget(document_id)

    def cached_documents(self) -> set[str]:
        return self._cache.document_ids()

    def close(self) -> None:
        for sandbox in self._sandboxes:
            sandbox.close()

    def _draw(self, data: BinaryIO, name: str, request: DrawRequest) -> bytes:
        sandbox = self._idle.get()
        try:
            return sandbox.run(data, name, json.dumps(asdict(request)))
        finally:
            self._idle.put(sandbox)


def _on_page(page: DocumentPage, cited: Span | None) -> Span:
    """The part of the span that lies on the page, as offsets into the page's text."""
    if cited is None:
        return 0, 0
    return max(cited[0] - page.start, 0), min(cited[1], page.end) - page.start


def _key(page: DocumentPage, text: str, start: int, end: int) -> str:
    """Depends on the text, too, because an update may have parsed the same bytes differently."""
    content = json.dumps([VERSION, page.sha256, page.page, text, start, end])
    return hashlib.sha256(content.encode()).hexdigest()


def _check_format(data: BinaryIO, name: str) -> None:
    head = data.read(MAGIC_BYTES)
    data.seek(0)
    if not (is_pdf(head) or is_picture(head)):
        raise UnsupportedFormat(
            f"{name} has no pages that can be drawn. Only PDFs and pictures have. Its text is available at "
            "/text of the same document."
        )
