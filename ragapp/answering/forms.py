"""What in an answer claims nothing: the numbers of a list, lead-ins, headings, pleasantries."""

from __future__ import annotations

import re

_LIST_MARK = re.compile(
    r"\s*(?:[-*+•▪●◦‣·–]\s+|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.):]\s+|#{1,6}\s+|>\s+|\*\*\d{1,3}[.)]\*\*\s+)"
)


def without_list_mark(text: str) -> str:
    """A list item or heading without its number or bullet; itself where that would be all."""
    rest = text
    while (mark := _LIST_MARK.match(rest)) and rest[mark.end() :].strip():
        rest = rest[mark.end() :]
    return rest
