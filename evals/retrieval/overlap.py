"""Precision and recall of retrieved text with respect to evidence spans, counted in words.

Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval", Chroma Technical Report, 2024, count
tokens; words do not depend on the choice of a tokenizer.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from evals.retrieval.types import TextSpan

_WORD = re.compile(r"\S+")


class Words:
    """The words of a text by number. A span contains the words that it overlaps."""

    def __init__(self, text: str) -> None:
        found = [match.span() for match in _WORD.finditer(text)]
        self._starts = [start for start, _ in found]
        self._ends = [end for _, end in found]

    def of(self, spans: Iterable[TextSpan]) -> set[int]:
        numbers: set[int] = set()
        for span in spans:
            numbers.update(range(bisect_right(self._ends, span.start), bisect_left(self._starts, span.end)))
        return numbers


def overlap(retrieved: set[tuple[str, int]], evidence: set[tuple[str, int]]) -> dict[str, float]:
    """Precision, recall and IoU of two sets of (text, word number)."""
    both = len(retrieved & evidence)
    return {
        "IoU": both / len(retrieved | evidence) if retrieved | evidence else 0.0,
        "recall": both / len(evidence) if evidence else 0.0,
        "precision": both / len(retrieved) if retrieved else 0.0,
    }
