"""Words whose capitals change the meaning: units, single letters, identifiers, words that are also names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ragapp.cache.guards.word_lists import CAPITALS_MATTER
from ragapp.text.units import unit_of

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d]\w*")
_IDENTIFIER = re.compile(r"(?=[a-z]+[A-Z]|\w+?_\w|\w*?\d)\w+")
_ENDS = frozenset(".?!:\n")


@dataclass(frozen=True, slots=True)
class Cased:
    """A word as written. `opens` tells whether it starts a sentence, `counted` whether it follows
    a number.
    """

    text: str
    opens: bool
    counted: bool

    def agrees_with(self, other: Cased) -> bool:
        """Whether the two, which differ only in capitals, can mean the same."""
        mine, theirs = self._meant(other), other._meant(self)
        if mine == theirs:
            return True
        if self.counted and other.counted and (units := (unit_of(mine), unit_of(theirs))) != (None, None):
            return units[0] == units[1]
        if len(mine) == 1 or (self.counted and len(mine) <= _SYMBOL):
            return False
        if _IDENTIFIER.fullmatch(mine) or _IDENTIFIER.fullmatch(theirs):
            return False
        return mine.lower() not in CAPITALS_MATTER

    def _meant(self, other: Cased) -> str:
        """The word; with the other's first letter if its own is capitalized because it starts a sentence."""
        return other.text[:1] + self.text[1:] if self.opens and self.text[:1].isupper() else self.text


_SYMBOL = 3
"""Letters of a unit's symbol at most."""


def cased_words(text: str) -> Iterator[Cased]:
    """The words of a question as written, in order, without numbers."""
    opens, counted, end = True, False, 0
    for match in _TOKEN.finditer(text):
        opens = opens or not _ENDS.isdisjoint(text[end : match.start()])
        word = match.group()
        if word[0].isdigit():
            counted = True
        else:
            yield Cased(word, opens, counted)
            counted = False
        opens, end = False, match.end()
