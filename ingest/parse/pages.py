"""Pages as one text."""

from __future__ import annotations

PAGE_BREAK = "\f"


def page_starts(text: str) -> tuple[int, ...]:
    """The offset at which each page starts in a text with form feeds between its pages.

    What follows the last form feed is a page only if something stands on it.
    """
    end = len(text.rstrip())
    return (0, *(i + 1 for i, letter in enumerate(text[:end]) if letter == PAGE_BREAK))
