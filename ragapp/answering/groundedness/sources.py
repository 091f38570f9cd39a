"""Sources that claims are compared with: single sentences or table rows with their context."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ragapp.answering.groundedness.parsed_sentence import ParsedSentence, parse_sentence
from ragapp.answering.groundedness.value_reader import MONTHS
from ragapp.answering.groundedness.values import Value
from ragapp.answering.terms import fold, word_set
from ragapp.text.sentences import sentence_spans

_END = re.compile(r"[.!?][\"”’)]? (?=[\"“(]?[^\W\da-z_]|\d)")
_ABBREVIATIONS = word_set("etc approx fig vol ed eds no nos vs resp incl excl art sec cf pp eq ref dept")
_LONGEST_TITLE = 4
"""Letters of "Prof.", "Capt.", which do not end a sentence; "May." does."""

_RULE = re.compile(r"[\s|:+=-]+")
"""The line below a table's header in Markdown."""


@dataclass(frozen=True)
class EvidenceSentence:
    """A sentence. `antecedent` is the one before it if it refers back, `head` the header of its table."""

    text: str
    antecedent: str = ""
    head: tuple[str, ...] = ()
    place: int = 0
    """The index of the sentence that it is, or is a part of."""

    @property
    def reading(self) -> ParsedSentence:
        return parse_sentence(self.text)

    @cached_property
    def before(self) -> ParsedSentence:
        return parse_sentence(self.antecedent)

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """The cells of a table row; empty for a sentence."""
        return row_cells(self.text)

    @cached_property
    def heads(self) -> tuple[ParsedSentence, ...]:
        return tuple(parse_sentence(cell) for cell in self.head)

    @cached_property
    def named(self) -> frozenset[str]:
        """The names in the sentence, and in the one that it refers back to."""
        return self.reading.names | (self.before.names & self.before.subject)

    def concepts_for(self, claim: ParsedSentence) -> frozenset[str]:
        """The concepts that can support a claim: those of the sentence, of its header, and of the sentence
        that it refers back to.
        """
        return self.reading.concepts | self.lent_to(claim)

    def lent_to(self, claim: ParsedSentence) -> frozenset[str]:
        """The concepts that support a claim and are not in the sentence itself, but in its header or in the
        sentence that it refers back to.
        """
        return self._pointed_at(claim).union(*(head.concepts for head in self.heads))

    def values_for(self, claim: ParsedSentence) -> list[Value]:
        lent = self.before.values if self._lends_all(claim) else ()
        return [*self.reading.values, *lent, *(value for head in self.heads for value in head.values)]

    def _pointed_at(self, claim: ParsedSentence) -> frozenset[str]:
        """What "it" stands for: the subject of the sentence before, or all of it if it says no more.

        A claim that points back itself stands for nothing that it does not say.
        """
        if not self.antecedent or claim.points_back:
            return frozenset()
        return self.before.concepts if self._lends_all(claim) else self.before.subject

    def _lends_all(self, claim: ParsedSentence) -> bool:
        """Whether the sentence before has no name or value that the claim could confuse."""
        named = self.before.names | self.reading.names
        values = [*self.before.values, *self.reading.values]
        return named <= claim.concepts and all(any(c.agrees_with(v) for c in claim.values) for v in values)


def row_cells(line: str) -> tuple[str, ...]:
    """The cells of a table row, in Markdown or separated by bars; empty for other text."""
    if " | " not in line and not line.strip().startswith("|"):
        return ()
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def sources_in(sentences: Iterable[str]) -> tuple[EvidenceSentence, ...]:
    """Sources of consecutive sentences, each with its antecedent and header."""
    found: list[EvidenceSentence] = []
    head: tuple[str, ...] = ()
    parts = ((place, part) for place, one in enumerate(sentences) for part in _parted(fold(one)))
    for place, text in parts:
        cells = row_cells(text)
        if not cells:
            head = ()
        elif _RULE.fullmatch(text):
            continue
        elif not head and _is_head(cells):
            head = cells
        reading = parse_sentence(text)
        antecedent = found[-1].text if found and reading.points_back else ""
        found.append(EvidenceSentence(text, antecedent, head if cells and cells != head else (), place))
    return tuple(found)


def _is_head(cells: tuple[str, ...]) -> bool:
    """Whether a table's first row is its header: it contains no numbers but years."""
    values = [value for cell in cells for value in parse_sentence(cell).values]
    return any(cells) and all(value.kind == "date" or value.is_year for value in values)


def _is_header(quote: str) -> bool:
    cells = row_cells(fold(quote))
    return bool(cells) and "\n" not in quote.strip() and _is_head(cells)


def _parted(text: str) -> Iterator[str]:
    return (text[start:end] for start, end in sentence_parts(text))


def sentence_parts(text: str) -> Iterator[tuple[int, int]]:
    """The spans of sentences that the library joins because it takes "May." for an abbreviation."""
    start = 0
    for end in _END.finditer(text):
        word = text[text.rfind(" ", start, end.start()) + 1 : end.start()]
        if _ends_sentence(word.strip('()"“”')):
            yield start, end.end() - 1
            start = end.end()
    yield start, len(text)


def _ends_sentence(word: str) -> bool:
    if word[-1:].isdigit() or word in MONTHS:
        return len(word) > 1
    is_title = word[:1].isupper() and len(word) <= _LONGEST_TITLE
    return word.isalpha() and len(word) > 1 and not is_title and word.lower() not in _ABBREVIATIONS


def quoted_sources(quotes: Sequence[str]) -> tuple[EvidenceSentence, ...]:
    """The sentences of all quotes, in order but for headers of tables, which come before their rows."""
    quotes = sorted(quotes, key=lambda quote: not _is_header(quote))
    return sources_in(quote[start:end] for quote in quotes for start, end in sentence_spans(quote))
