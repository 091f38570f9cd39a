"""Hits prepared for answering: numbered passages, split into sentences, expanded by the text around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ragapp.answering.groundedness.sources import EvidenceSentence, sources_in
from ragapp.answering.terms import fold, stems, words
from ragapp.errors import NotFoundError
from ragapp.text.sentences import sentence_spans
from ragapp.types import Hit

LONGEST_SENTENCE = 400
"""Characters. Longer text is a table or a list without full stops and is split at line ends."""

LONGEST_TITLE = 8
"""Words. A title such as "Balance Sheet" answers no question, however many words it shares with it."""

LONGEST_SMALL_WORD = 3
"""Letters of short words such as "of" and "the", which titles do not capitalize."""

_ENDED = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True)
class SourceSentence:
    """A sentence of a hit: `text` is `hit.text[start:end]`."""

    start: int
    end: int
    text: str

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stems(self.text))

    @cached_property
    def is_title(self) -> bool:
        """Whether the sentence is a few capitalized words without a number, closing mark or list marker."""
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
    """A hit with its number, counted from 1 in the order of the hits."""

    number: int
    hit: Hit

    @cached_property
    def sentences(self) -> tuple[SourceSentence, ...]:
        text = self.hit.text
        spans = (piece for span in sentence_spans(text) for piece in _pieces(text, *span))
        return tuple(SourceSentence(start, end, text[start:end]) for start, end in spans)

    @cached_property
    def sources(self) -> tuple[EvidenceSentence, ...]:
        """The sentences and rows that claims are compared with."""
        return sources_in(sentence.text for sentence in self.sentences)

    def sources_within(self, start: int, end: int) -> list[EvidenceSentence]:
        """The sources in `hit.text[start:end]`."""
        places = {at for at, one in enumerate(self.sentences) if start <= one.start and one.end <= end}
        return [source for source in self.sources if source.place in places]

    @cached_property
    def label(self) -> str:
        """The names of the passage's document and section."""
        return fold(" ".join(filter(None, (self.hit.document_name, self.hit.title, self.hit.heading))))

    @cached_property
    def label_stems(self) -> frozenset[str]:
        """The stems of the document's name and title, and of the section's headings."""
        return frozenset(stems(self.label.replace("_", " ")))

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the passage, its section's title and its document's name."""
        return frozenset(stems(self.label)).union(*(sentence.stems for sentence in self.sentences))

    def before(self, sentence: SourceSentence) -> SourceSentence | None:
        """The sentence before the given one; None for the first."""
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
