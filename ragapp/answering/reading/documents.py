"""The document around a passage: its sections, read from its chunks, and its headings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from ragapp.answering.passages import Passage
from ragapp.types import Chunk, Hit, ParsedText

ChunksOf = Callable[[str, int], Sequence[Chunk]]
"""(document id, version) -> all its chunks, in reading order; none when the version is gone."""

TextOf = Callable[[str, int], ParsedText]
"""(document id, version) -> its text. Raises NotFoundError."""


def section_path(heading: str | None) -> tuple[str, ...]:
    """The headings of a chunk without the head of a table that it begins inside of."""
    return tuple(part for part in (heading or "").split(" > ") if part and "|" not in part)


def sections_of(passage: Passage, chunks: Sequence[Chunk]) -> list[list[Passage]]:
    """The document's sections in reading order, each as its chunks, numbered like the passage."""
    grouped = groupby(chunks, key=lambda chunk: section_path(chunk.heading))
    return [[_passage(passage, chunk) for chunk in section] for _, section in grouped]


def section_around(passage: Passage, chunks: Sequence[Chunk]) -> list[Passage]:
    """The section that the passage stands in; the passage alone when its document is gone."""
    for section in sections_of(passage, chunks):
        if any(one.hit.start <= passage.hit.start < one.hit.end for one in section):
            return section
    return [passage]


def _passage(like: Passage, chunk: Chunk) -> Passage:
    return Passage(like.number, span_hit(like.hit, chunk))


def span_hit(hit: Hit, chunk: Chunk) -> Hit:
    """The hit with another chunk's span of the same document."""
    return replace(
        hit, start=chunk.start, end=chunk.end, text=chunk.text, page=chunk.page, heading=chunk.heading
    )
