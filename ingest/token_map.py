"""The positions of a model's tokens in a text, computed once for all counts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ragapp.protocols import TokenSpans

Span = tuple[int, int]

STRETCH = 100_000
"""Characters tokenized at once, to limit memory: tokenizers use about 200 bytes per token."""

LONGEST_TOKEN = 64
"""The most characters of a token. A WordPiece model makes one token of an unknown word of any length: an
image in base64 would be a single token of a million characters.
"""

_VISIBLE = re.compile(r"\S")


class TokenMap:
    """The token boundaries of a text."""

    def __init__(self, text: str, token_spans: TokenSpans) -> None:
        self._text = text
        stretches = [token_spans(text[start:end]) + start for start, end in _stretches(text)]
        spans = np.concatenate(stretches) if stretches else np.empty((0, 2), np.int64)
        self._ends: list[int] = np.sort(_split_long(spans)).tolist()

    def count(self, start: int, end: int) -> int:
        """The number of tokens that end in `text[start:end]`."""
        return bisect_right(self._ends, end) - bisect_right(self._ends, start)

    def cut(self, start: int, end: int, limit: int) -> Iterator[Span]:
        """Splits `text[start:end]` into spans of up to `limit` tokens, between words if possible."""
        while self.count(start, end) > limit:
            border = self._border(start, limit)
            yield start, start + len(self._text[start:border].rstrip())
            rest = _VISIBLE.search(self._text, border, end)
            if rest is None:
                return
            start = rest.start()
        yield start, end

    def _border(self, start: int, limit: int) -> int:
        last = bisect_right(self._ends, start) + limit - 1
        candidates = self._ends[last : last - limit // 4 : -1]
        return next((end for end in candidates if self._text[end : end + 1].isspace()), self._ends[last])


def _stretches(text: str) -> Iterator[Span]:
    """Splits the text at line breaks if there are any, so that no word is cut."""
    start = 0
    while start < len(text):
        end = min(start + STRETCH, len(text))
        if end < len(text):
            end = text.rfind("\n", start, end) + 1 or end
        yield start, end
        start = end


def _split_long(spans: NDArray[np.int64]) -> NDArray[np.int64]:
    long = spans[spans[:, 1] - spans[:, 0] > LONGEST_TOKEN]
    inner = [np.arange(start + LONGEST_TOKEN, end, LONGEST_TOKEN) for start, end in long]
    return np.concatenate([spans[:, 1], *inner])
