"""Repeats the head of a table in each chunk that begins inside the table."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from ingest.token_map import TokenMap
from ragapp.protocols import TokenSpans
from ragapp.types import Table


class TableHeads:
    """The heads of the tables of a text, each truncated to `limit` tokens."""

    def __init__(self, tables: Sequence[Table], token_spans: TokenSpans, limit: int) -> None:
        self._tables = tables
        self._starts = [table.start for table in tables]
        self._token_spans = token_spans
        self._limit = limit
        self._cut: dict[int, tuple[str, int]] = {}

    def head_at(self, offset: int) -> str | None:
        """The head for a chunk that starts at `offset`, if that is inside a table but not at its
        beginning.
        """
        return self._at(offset)[0] or None

    def tokens_at(self, offset: int) -> int:
        """The number of tokens of the head that `head_at` gives, including the separator from the
        headings.
        """
        return self._at(offset)[1]

    def most_tokens(self, start: int, end: int) -> int:
        """The number of tokens of the longest head that a chunk between `start` and `end` may need."""
        first = max(0, bisect_left(self._starts, start) - 1)
        inside = (table for table in self._tables[first : bisect_left(self._starts, end)])
        return max((self.tokens_at(table.end - 1) for table in inside if table.end > start), default=0)

    def _at(self, offset: int) -> tuple[str, int]:
        index = bisect_left(self._starts, offset) - 1
        if index < 0 or offset >= self._tables[index].end:
            return "", 0
        if index not in self._cut:
            head = self._tables[index].head
            if not head:
                return "", 0
            tokens = TokenMap(head, self._token_spans)
            start, end = next(tokens.cut(0, len(head), self._limit))
            self._cut[index] = head[start:end], tokens.count(start, end) + 1
        return self._cut[index]
