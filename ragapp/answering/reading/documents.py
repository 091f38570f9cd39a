"""The documents around passages: their sections, read from their chunks, and their headings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ragapp.answering.passages import Passage
from ragapp.errors import NotFoundError
from ragapp.types import Chunk, ParsedText

ChunksOf = Callable[[str, int], Sequence[Chunk]]
"""(document id, version) -> all its chunks, in reading order; none when the version is gone."""

TextOf = Callable[[str, int], ParsedText]
"""(document id, version) -> its text. Raises NotFoundError."""


def section_path(passage: Passage) -> tuple[str, ...]:
    """The headings above a passage without the head of a table that it begins inside of."""
    return tuple(part for part in (passage.hit.heading or "").split(" > ") if part and "|" not in part)


@dataclass(frozen=True, slots=True)
class SourceDocuments:
    """Reads the documents that passages are from. A document that is gone has no sections and headings."""

    chunks_of: ChunksOf
    text_of: TextOf

    def sections(self, passage: Passage) -> list[list[Passage]]:
        """The document's sections in reading order, each as its chunks."""
        chunks = self.chunks_of(passage.hit.document_id, passage.hit.version)
        grouped = groupby((_at(passage, chunk) for chunk in chunks), key=section_path)
        return [list(section) for _, section in grouped]

    def section_around(self, passage: Passage) -> list[Passage]:
        """The section that the passage stands in; the passage alone when its document is gone."""
        for section in self.sections(passage):
            if any(one.hit.start <= passage.hit.start < one.hit.end for one in section):
                return section
        return [passage]

    def headings(self, passage: Passage) -> list[tuple[int, Passage]]:
        """The document's headings as pairs: the level, and a passage with the heading's text."""
        try:
            parsed = self.text_of(passage.hit.document_id, passage.hit.version)
        except NotFoundError:
            return []
        return [
            (one.level, _at(passage, Chunk(one.start, one.end, parsed.text[one.start : one.end], page)))
            for one in parsed.headings
            if (page := parsed.page_at(one.start))
        ]


def _at(passage: Passage, chunk: Chunk) -> Passage:
    """Another span of the passage's document, under the passage's number."""
    hit = replace(
        passage.hit,
        start=chunk.start,
        end=chunk.end,
        text=chunk.text,
        page=chunk.page,
        heading=chunk.heading,
    )
    return Passage(passage.number, hit)
