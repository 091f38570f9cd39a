"""Pages as one text."""

from __future__ import annotations

from collections.abc import Iterable

PAGE_BREAK = "\f"


def join_pages(pages: Iterable[str]) -> tuple[str, tuple[int, ...]]:
    """The pages with a form feed between them, and the offset at which each one starts."""
    starts, length, kept = [], 0, []
    for page in pages:
        starts.append(length)
        kept.append(page)
        length += len(page) + len(PAGE_BREAK)
    return PAGE_BREAK.join(kept), tuple(starts) or (0,)


def page_starts(text: str) -> tuple[int, ...]:
    """The offset at which each page starts in a text with form feeds between its pages.

    What follows the last form feed is a page only if something stands on it.
    """
    end = len(text.rstrip())
    return (0, *(i + 1 for i, letter in enumerate(text[:end]) if letter == PAGE_BREAK))
