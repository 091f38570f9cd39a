"""Where words of a stored text stand among the characters that a page prints.

The stored text was cleaned: lines joined, line hyphens mended, letters composed. So both sides are compared
by their letters alone: compatibility forms taken apart, without accents, blanks and hyphens.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

Span = tuple[int, int]

_PASSED_OVER = frozenset({"Cc", "Cf", "Cn", "Cs", "Mn", "Pd", "Zl", "Zp", "Zs"})

MOST_COMPARED = 8000
"""Letters of a page that are compared one by one when its words are not found as they are."""


def find(text: str, span: Span, printed: Sequence[str]) -> list[int]:
    """The places in `printed`, ascending, of the characters that `text[span]` was made of.

    `printed` are the page's characters in the order of the file, `text` is what was stored of the page.
    Empty when they are not there.
    """
    wanted, at = _letters(text)
    there, places = _letters(printed)
    first, last = (bisect_left(at, offset) for offset in span)
    if first == last:
        return []
    start = _same_words(wanted, first, last, there)
    if start is not None:
        found = range(start, start + last - first)
        return sorted({places[letter] for letter in found})
    return sorted({places[letter] for letter in _compared(wanted, first, last, there)})


def _letters(characters: Sequence[str]) -> tuple[str, list[int]]:
    """The letters that count, and for each the place of the character it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(characters):
        plain = _plain(character)
        letters.append(plain)
        places += [place] * len(plain)
    return "".join(letters), places


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    apart = unicodedata.normalize("NFKD", character)
    return "".join(letter for letter in apart if unicodedata.category(letter) not in _PASSED_OVER)


def _same_words(wanted: str, first: int, last: int, there: str) -> int | None:
    """Where `there` has the letters wanted[first:last]: the same occurrence as in `wanted`."""
    words = wanted[first:last]
    if there[first:last] == words:
        return first
    found = list(_occurrences(words, there))
    if not found:
        return None
    here = list(_occurrences(words, wanted))
    if len(here) == len(found):
        return found[here.index(first)]
    return min(found, key=lambda start: abs(start - first))


def _occurrences(words: str, letters: str) -> Iterator[int]:
    start = letters.find(words)
    while start >= 0:
        yield start
        start = letters.find(words, start + 1)


def _compared(wanted: str, first: int, last: int, there: str) -> list[int]:
    """The letters of `there` that a comparison of both pages pairs with wanted[first:last]."""
    if max(len(wanted), len(there)) > MOST_COMPARED:
        return []
    blocks = SequenceMatcher(None, wanted, there, autojunk=False).get_matching_blocks()
    return [
        block.b + step for block in blocks for step in range(block.size) if first <= block.a + step < last
    ]
