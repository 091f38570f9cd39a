"""A question read for comparison: its words in one spelling, and what kind of answer it asks for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ragapp.cache.guards.words import ASKING, EMPTY, NUMBER_WORDS, PREPOSITIONS, QUANTITIES, SAME

_TOKEN = re.compile(
    r"\d+(?:[.,:/-]\d+)*|[^\W\d_]+(?:\.[^\W\d_])+|[^\W\d_]+(?:['’][^\W\d_]+)?|"
    r"[^\w\s.,;:!?'\"’“”„…()\[\]{}`´-]"
)
_BE = frozenset({"is", "are", "was", "were"})
_DIGITS_THEN_LETTERS = re.compile(r"(\d)([^\W\d_])")


@dataclass(frozen=True)
class Reading:
    """`tokens` are lower-case words, numbers and signs, contractions taken apart."""

    text: str

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        return tuple(word for token in _tokens(self.text) for word in _spelt(token))

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The words that may not differ, singular, in order."""
        befores = ("", *self.tokens)
        around = zip(befores, pairwise((*self.tokens, "")), strict=False)
        return tuple(_singular(word) for before, (word, after) in around if _means(before, word, after))

    @cached_property
    def names(self) -> frozenset[str]:
        """Words with a capital that is not the sentence's first, lower-case."""
        found: set[str] = set()
        opens = True
        for match in _TOKEN.finditer(self.text):
            word = match.group()
            if word[0].isupper() and len(word) > 1 and (not opens or word[1:] != word[1:].lower()):
                found.update(_singular(part) for part in _spelt(word.lower()))
            opens = self.text[match.end() : match.end() + 1] in {".", "?", "!", ":"}
        return frozenset(found)

    @cached_property
    def asks_for(self) -> frozenset[str]:
        """Of person, place, time, reason, manner, measure, thing; none of them where yes or no will do."""
        return frozenset(
            f"measure {after}" if word == "how" and after in QUANTITIES else ASKING[word]
            for word, after in pairwise((*self.tokens, ""))
            if word in ASKING
        )


def _means(before: str, word: str, after: str) -> bool:
    """Whether a word counts where it stands: "what is in it" is not "what is it", nor "what does it do"."""
    if not after or (before in _BE and word in PREPOSITIONS):
        return True
    return word not in EMPTY and word not in ASKING


def _tokens(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").lower()
    return _TOKEN.findall(_DIGITS_THEN_LETTERS.sub(r"\1 \2", folded))


def _spelt(token: str) -> list[str]:
    if token in SAME:
        return SAME[token].split()
    if token.endswith("n't"):
        return [token[:-3], "not"]
    if token[0].isdigit():
        return [token.replace(",", "").rstrip(".:/-")]
    return [NUMBER_WORDS.get(token, token).removesuffix("'s")]


def _singular(word: str) -> str:
    """Harman's S stemmer ("How effective is suffixing?", JASIS 42, 1991): plurals only.

    A stronger stemmer takes "process engineer" for "process engineering".
    """
    if len(word) > 3 and word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    if len(word) > 3 and word.endswith("s") and word[-2] not in "us":
        return word[:-1]
    return word
