"""A question parsed for comparison: its words in one spelling, and the kind of answer it asks for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import dropwhile, pairwise

from ragapp.cache.guards.word_lists import (
    AFTER_HOW,
    ASKING,
    AUXILIARIES,
    DEGREES,
    EMPTY,
    NUMBER_WORDS,
    PERSONS,
    PLURALS,
    PREPOSITIONS,
    QUANTITIES,
    REQUESTS,
    SAME,
    STRESSED,
)

_TOKEN = re.compile(
    r"""(?:(?<![^\s(])-)?\d+(?:[.,:/-]\d+)*(?:[!"]|'(?!\w))?"""  # -5, 1,000.5, 5!, 5", 5'
    r"|(?<!\S)\.[^\W\d_]+"  # .net
    r"|[^\W\d_]+(?:\.[^\W\d_])+"  # u.s
    r"|[^\W\d_]+(?:['’][^\W\d_]+)?"  # a word, with its contraction
    r"|[^\w\s.,;:!?'\"’“”„…()\[\]{}`´-]"  # a sign
)
_DO = frozenset({"do", "does"})
"""Behind an auxiliary verbs of their own: "what does it do in a car" is not "what is it in a car"."""
_BE = frozenset({"is", "are", "was", "were"})
_BEFORE_NOUNS = _BE | PREPOSITIONS | {"do", "does", "did", "about"}
_DIGITS_THEN_LETTERS = re.compile(r"(\d)([^\W\d_])")
_THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")


@dataclass(frozen=True)
class ParsedQuestion:
    """A parsed question. `tokens` are lower-case words, numbers and signs, with contractions expanded."""

    text: str

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        words = [word for token in _tokens(self.text) for word in _spelt(token)]
        return tuple(_after_how(dropwhile(REQUESTS.__contains__, words)))

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The words that may not differ, singular, in order."""
        return tuple(_singular(word) for word, means in self._weighed if means)

    @cached_property
    def joints(self) -> tuple[int, ...]:
        """The number of prepositions without content before each content word."""
        counts = [0]
        for word, means in self._weighed:
            if means:
                counts.append(0)
            else:
                counts[-1] += word in PREPOSITIONS
        return tuple(counts)

    @cached_property
    def persons(self) -> tuple[str, ...]:
        return tuple(
            word
            for before, word in pairwise(("", *self.tokens))
            if word in PERSONS and (word != "one" or before in AUXILIARIES)
        )

    @cached_property
    def points_at_that(self) -> bool:
        """Whether "that" precedes a noun and is not a conjunction."""
        return any(word == "that" and before in _BEFORE_NOUNS for before, word in pairwise(self.tokens))

    @cached_property
    def names(self) -> frozenset[str]:
        """Capitalized words that do not start a sentence, in lower case."""
        found: set[str] = set()
        opens = True
        for match in _TOKEN.finditer(self.text):
            word = match.group()
            named = word == "A" or (word[0].isupper() and len(word) > 1)  # "Appendix A"; I is a person
            stressed = word.lower() in STRESSED  # "What IS it?"
            if named and not stressed and (not opens or word[1:] != word[1:].lower()):
                found.update(_singular(part) for part in _spelt(word.lower()))
            opens = self.text[match.end() : match.end() + 1] in {".", "?", "!", ":"}
        return frozenset(found)

    @cached_property
    def asks_for(self) -> frozenset[str]:
        """What the question asks for: any of person, place, time, reason, manner, measure, thing; empty for
        yes-or-no questions.
        """
        return frozenset(
            self._kind(word, after) for word, after in pairwise((*self.tokens, "")) if word in ASKING
        )

    def _kind(self, word: str, after: str) -> str:
        if word == "how" and after in QUANTITIES:
            return f"measure {after}"
        if word == "what" and after in _BE and DEGREES.isdisjoint(self.tokens):
            return "nature"  # "what is solid" is not "which is solid", but "what is best" is "which is best"
        return ASKING[word]

    @cached_property
    def _weighed(self) -> tuple[tuple[str, bool], ...]:
        """Each word, and whether it is content."""
        weighed: list[tuple[str, bool]] = []
        helped = False
        for before, (word, after) in zip(("", *self.tokens), pairwise((*self.tokens, "")), strict=False):
            weighed.append((word, _means(before, word, after) or (helped and word in _DO)))
            helped = helped or word in AUXILIARIES or word == "to"
        return tuple(weighed)


def _means(before: str, word: str, after: str) -> bool:
    """Whether a word is content at its position: "what is in it" is not "what is it"."""
    if not after or (before in _BE and word in PREPOSITIONS):
        return True
    return word not in EMPTY and word not in ASKING


def _tokens(text: str) -> list[str]:
    folded = unicodedata.normalize("NFC", text).replace("’", "'").lower()
    return _TOKEN.findall(_DIGITS_THEN_LETTERS.sub(r"\1 \2", folded))


def _spelt(token: str) -> list[str]:
    if token in SAME:
        return SAME[token].split()
    if token.endswith("n't"):
        return [token[:-3], "not"]
    if token[0].isdigit() or token[0] == "-":
        return [_THOUSANDS.sub("", token)]
    return [NUMBER_WORDS.get(token, token).removesuffix("'s")]


def _after_how(words: Iterable[str]) -> Iterator[str]:
    for before, word in pairwise(("", *words)):
        yield from AFTER_HOW[word].split() if before == "how" and word in AFTER_HOW else (word,)


def _singular(word: str) -> str:
    """Harman's S stemmer ("How effective is suffixing?", JASIS 42, 1991): plurals only.

    A stronger stemmer takes "process engineer" for "process engineering".
    """
    if word in PLURALS:
        return word
    if len(word) > 3 and word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    if len(word) > 3 and word.endswith("s") and word[-2] not in "us":
        return word[:-1]
    return word
