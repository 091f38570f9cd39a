"""Hits with the sentences around them, so that a prompt can show what a chunk's edge has cut off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ragapp.errors import NotFoundError
from ragapp.text.sentences import sentence_spans
from ragapp.types import Hit

SpanOf = Callable[[str, int, int, int], str]
"""(document id, version, start, end) -> the span, cut at the text's end. Raises NotFoundError."""


def expanded(hit: Hit, span_of: SpanOf, reach: int) -> Hit:
    """The hit with the whole sentences within `reach` characters before and behind it.

    Still a span of its document version, so whatever is cited from it is too. A hit whose version is
    gone stays as it is.
    """
    if reach <= 0:
        return hit
    first = max(0, hit.start - reach)
    try:
        text = span_of(hit.document_id, hit.version, first, hit.end + reach)
    except NotFoundError:
        return hit
    start, end = _whole_sentences(text, hit.start - first, hit.end - first, cut=first > 0)
    return replace(hit, start=first + start, end=first + end, text=text[start:end])


def _whole_sentences(text: str, start: int, end: int, *, cut: bool) -> tuple[int, int]:
    """The widest span around `start` to `end` that no sentence is cut by; the outermost may be cut."""
    spans = sentence_spans(text)
    before = spans[1:] if cut else spans
    behind = [span for span in spans[:-1] if span[0] >= end]
    return min((one[0] for one in before if one[1] <= start), default=start), max(
        (one[1] for one in behind), default=end
    )
