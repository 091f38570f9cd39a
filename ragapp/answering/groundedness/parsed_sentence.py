"""A sentence parsed for comparison: its names, values, negation, and who does what to whom."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from ragapp.answering.groundedness.synonyms import concept, concepts_of, in_one_word, negates
from ragapp.answering.groundedness.value_reader import read_values
from ragapp.answering.groundedness.values import Value
from ragapp.answering.terms import FUNCTION_WORDS, NEGATIONS, POINTING_BACK, stem, stems, word_set

_WORD = re.compile(r"[^\W_]+(?:['’](?:s|t|re|ll|ve|d|m)\b)?")
_NEGATED_VERB = re.compile(r"n['’]t\b", re.IGNORECASE)
_CUT = re.compile(
    r"[;:,]|\s[–—-]\s|\b(?:and|but|while|whereas|or|which|who|whose|though|although|because|without|except)\b",
    re.IGNORECASE,
)
_BE = word_set("is are was were be been being get gets got")
_AUXILIARIES = _BE | word_set("has have had can could may might must will would should shall do does did")
_PREPOSITIONS = word_set(
    "in on at for with of from to by before after above below over under into onto through during until "
    "since against between about as near within without via than"
)
_DETERMINERS = word_set("the a an his her its their our my your this these those no every each any some")
_NO_VERB_BEHIND = _DETERMINERS | _PREPOSITIONS - {"to"}
_PARTICIPLES = word_set(
    "lent sold bought given made built written taken driven known shown led paid taught told sent held won "
    "found beaten chosen born worn seen done hit cut put set run read drawn grown thrown brought kept left"
)
_SYMMETRIC = word_set("meet met marry border equal resemble differ compete fight fought play")
"""Verbs that mean the same with their sides swapped."""

_OPENING = 6
"""The first words, in which "it" is the subject: "In the spring of 1349 it reached"."""

_REACH = 24
"""Characters at most between a preposition and what it belongs to."""


@dataclass(frozen=True, slots=True)
class ParsedWord:
    """A word of a sentence. `concept` is None for function words; `segment` is the index of its clause."""

    start: int
    text: str
    concept: str | None
    segment: int

    @property
    def lower(self) -> str:
        return self.text.lower()


@dataclass(frozen=True)
class ParsedSentence:
    """A sentence in its words. `text` is one folded sentence, or a clause of one."""

    text: str

    @cached_property
    def _read(self) -> tuple[tuple[Value, ...], str]:
        read = read_values(self.text)
        return read.found, read.rest

    @property
    def values(self) -> tuple[Value, ...]:
        return self._read[0]

    @cached_property
    def words(self) -> tuple[ParsedWord, ...]:
        """The words in order, without the values."""
        rest = self._read[1]
        cuts = self._cuts
        found, segment = [], 0
        for match in _WORD.finditer(rest):
            while segment < len(cuts) and cuts[segment] <= match.start():
                segment += 1
            found.append(ParsedWord(match.start(), match.group(), _concept(match.group()), segment))
        return tuple(found)

    @cached_property
    def _cuts(self) -> list[int]:
        return [match.start() for match in _CUT.finditer(self._read[1])]

    def segment_at(self, offset: int) -> int:
        """The index of the clause that contains the character."""
        return sum(cut <= offset for cut in self._cuts)

    @cached_property
    def concepts(self) -> frozenset[str]:
        found = (one for one in stems(self._read[1]) if not one[0].isdigit() and one not in NEGATIONS)
        return frozenset(concept(one) for one in found)

    @cached_property
    def names(self) -> frozenset[str]:
        """The concepts of capitalized words that do not start a sentence."""
        found, opens = set(), True
        for word in self.words:
            named = word.text[0].isupper() and (not opens or word.text[1:] != word.text[1:].lower())
            if named and word.concept is not None:
                found.add(word.concept)
            after = word.start + len(word.text)
            opens = self.text[after : after + 1] in {".", "!", "?", ":"} and len(word.text) > 2
        return frozenset(found)

    @cached_property
    def counts(self) -> Counter[str]:
        """The number of occurrences of each concept."""
        return Counter(word.concept for word in self.words if word.concept is not None)

    def names_beyond(self, source: ParsedSentence) -> frozenset[str]:
        """The names that the sentence has more often than the source."""
        return frozenset(name for name in self.names if self.counts[name] > source.counts[name])

    @cached_property
    def opening(self) -> str | None:
        """The concept of its first word if it is capitalized and may be a name."""
        first = self.words[0] if self.words else None
        return first.concept if first and first.text[0].isupper() else None

    @cached_property
    def lower_words(self) -> frozenset[str]:
        return frozenset(word.lower for word in self.words)

    @cached_property
    def subject(self) -> frozenset[str]:
        """The concepts before its first verb, as far as it can be recognized."""
        found: set[str] = set()
        for place, word in enumerate(self.words):
            if found and (word.lower in _AUXILIARIES or self._looks_finite(place)):
                break
            if word.concept is not None:
                found.add(word.concept)
        return frozenset(found)

    def _looks_finite(self, place: int) -> bool:
        word = self.words[place]
        ending = word.lower.endswith(("ed", "es", "s")) or word.lower in _PARTICIPLES
        return ending and word.text[0].islower() and self._may_be_verb(place)

    @cached_property
    def points_back(self) -> bool:
        """Whether the sentence refers to the one before, for instance by "It" or "They"."""
        opening = next((word.lower for word in self.words), "")
        if opening in POINTING_BACK:
            return True
        subjects = ("it", "he", "she", "they")
        return any(word.lower in subjects for word in self.words[:_OPENING])

    def negated(self, segments: AbstractSet[int] | None = None) -> bool:
        """Whether the sentence is negated, as a whole or in these clauses; "not closed" is not."""
        inside = [word for word in self.words if segments is None or word.segment in segments]
        denies = any(word.lower in NEGATIONS or _NEGATED_VERB.search(word.text) for word in inside)
        turns = sum(negates(stem(word.lower)) for word in inside)
        return (denies + turns) % 2 == 1

    def segments_of(self, concepts: AbstractSet[str]) -> set[int]:
        """The fewest clauses that contain all of the given concepts that it has."""
        places: dict[int, set[str]] = {}
        for word in self.words:
            if word.concept in concepts:
                places.setdefault(word.segment, set()).add(str(word.concept))
        needed: set[int] = set()
        left = set().union(*places.values())
        while left:
            best = max(places, key=lambda at: len(places[at] & left))
            needed.add(best)
            left -= places[best]
        return needed

    def roles(self) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
        """Yields (verb, subject, object), as concepts, for each word that may be a verb."""
        for place, word in enumerate(self.words):
            if word.concept is None or word.concept in _symmetric() or not self._may_be_verb(place):
                continue
            left = self._side(place, -1)
            right = self._side(place, 1)
            if self._is_passive(place):
                by = self._behind_by(place)
                yield word.concept, by, left
            else:
                yield word.concept, left, right

    def _may_be_verb(self, place: int) -> bool:
        word = self.words[place]
        before = self.words[place - 1].lower if place else ""
        return place > 0 and word.text[0].islower() and before not in _NO_VERB_BEHIND

    def _is_passive(self, place: int) -> bool:
        word = self.words[place].lower
        participle = word.endswith("ed") or word in _PARTICIPLES
        return participle and any(one.lower in _BE for one in self.words[max(0, place - 3) : place])

    def _side(self, place: int, step: int) -> frozenset[str]:
        """The content words of the verb's clause on one side, without prepositional phrases."""
        own = self.words[place].segment
        side = [word for word in self.words if word.segment == own]
        at = side.index(self.words[place])
        side = side[:at] if step < 0 else side[at + 1 :]
        found, tied = set(), False
        for word in side:
            if word.lower in _PREPOSITIONS:
                tied = word.lower not in {"to", "than"}
            elif word.concept is not None and not tied:
                found.add(word.concept)
        return frozenset(found)

    def _behind_by(self, place: int) -> frozenset[str]:
        found, by = set(), False
        for word in self.words[place + 1 :]:
            if word.lower in _PREPOSITIONS:
                by = word.lower == "by"
            elif by and word.concept is not None:
                found.add(word.concept)
        return frozenset(found)

    @cached_property
    def markers(self) -> tuple[tuple[int, str], ...]:
        """(offset, preposition) of each preposition."""
        return tuple((word.start, word.lower) for word in self.words if word.lower in _PREPOSITIONS)

    def marker_before(self, offset: int) -> str | None:
        """The preposition that a word or value at this offset belongs to."""
        before = [marker for at, marker in self.markers if at < offset and offset - at <= _REACH]
        return before[-1] if before else None


@cache
def _symmetric() -> frozenset[str]:
    return concepts_of(_SYMMETRIC)


def _concept(word: str) -> str | None:
    lower = word.lower()
    for ending in ("'s", "’s"):
        lower = lower.removesuffix(ending)
    if lower in FUNCTION_WORDS or lower in NEGATIONS or not lower[0].isalpha():
        return None
    return concept(stem(lower))


@lru_cache(maxsize=4096)
def parse_sentence(text: str) -> ParsedSentence:
    """Parses a sentence. The result is cached, because all claims are compared with the same sentences."""
    return ParsedSentence(in_one_word(text))
