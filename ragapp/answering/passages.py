"""Hits as an answer reads them: numbered passages, cut into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ragapp.answering.sources import Source, sources_in
from ragapp.answering.terms import fold, stems, words
from ragapp.text.sentences import sentence_spans
from ragapp.types import Hit

LONGEST_SENTENCE = 400
"""Characters. What is longer is a table or a list without full stops, and is cut at its line ends."""

LONGEST_TITLE = 8
"""Words. "Balance Sheet" answers no question by itself, however many of its words it has."""

LONGEST_SMALL_WORD = 3
"""Letters of "of", "the" and the like, which titles do not capitalise."""

_ENDED = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True)
class SourceSentence:
    """`hit.text[start:end]`, as `text`."""

    start: int
    end: int
    text: str

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stems(self.text))

    @cached_property
    def is_title(self) -> bool:
        """Whether it is a few capitalised words, no item of a list, that say no number and end in no mark."""
        long_words = [word for word in words(self.text) if len(word) > LONGEST_SMALL_WORD]
        return (
            len(self.text.split()) <= LONGEST_TITLE
            and self.text[0].isalnum()
            and not any(character.isdigit() for character in self.text)
            and _ENDED.search(self.text) is None
            and all(word[0].isupper() for word in long_words)
        )


@dataclass(frozen=True)
class Passage:
    """A hit as `[number]`, counted from 1 in the order of the hits."""

    number: int
    hit: Hit

    @cached_property
    def sentences(self) -> tuple[SourceSentence, ...]:
        text = self.hit.text
        spans = (piece for span in sentence_spans(text) for piece in _pieces(text, *span))
        return tuple(SourceSentence(start, end, text[start:end]) for start, end in spans)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """What claims are compared with."""
        return sources_in(sentence.text for sentence in self.sentences)

    def sources_within(self, start: int, end: int) -> list[Source]:
        """Those of the sentences that lie in `hit.text[start:end]`."""
        places = {at for at, one in enumerate(self.sentences) if start <= one.start and one.end <= end}
        return [source for source in self.sources if source.place in places]

    @cached_property
    def label(self) -> str:
        """What the passage belongs to: its document and section."""
        return fold(" ".join(filter(None, (self.hit.document_name, self.hit.heading))))

    @cached_property
    def stems(self) -> frozenset[str]:
        """Of the passage, its section's title and its document's name."""
        return frozenset(stems(self.label)).union(*(sentence.stems for sentence in self.sentences))

    def before(self, sentence: SourceSentence) -> SourceSentence | None:
        """The sentence in front of one of this passage's; None for the first."""
        at = self.sentences.index(sentence)
        return self.sentences[at - 1] if at else None


def number_hits(hits: Sequence[Hit]) -> tuple[Passage, ...]:
    return tuple(Passage(number, hit) for number, hit in enumerate(hits, 1))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if end - start <= LONGEST_SENTENCE:
        yield start, end
        return
    for line in _LINE.finditer(text, start, end):
        stripped = line.group().strip()
        if stripped:
            first = line.start() + line.group().index(stripped)
            yield first, first + len(stripped)
