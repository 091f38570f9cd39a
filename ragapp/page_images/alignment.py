"""Aligning words of a stored text with the characters that are printed on a page.

The stored text was cleaned: lines were joined, hyphenation removed, characters composed. So both are compared
by their letters alone: with compatibility forms decomposed, and without accents, blanks and hyphens.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

Span = tuple[int, int]

_IGNORED = frozenset({"Cc", "Cf", "Cn", "Cs", "Mn", "Pd", "Zl", "Zp", "Zs"})

MAX_COMPARED = 8000
"""The most letters of a page for a comparison letter by letter, when its words are not found exactly."""


def find(text: str, span: Span, printed: Sequence[str]) -> list[int]:
    """The positions in `printed`, ascending, of the characters of `text[span]`.

    `printed` are the page's characters in the order of the file, `text` is the stored text of the page. Empty
    when the characters are not found.
    """
    wanted, offsets = _letters(text)
    found, positions = _letters(printed)
    first, last = (bisect_left(offsets, offset) for offset in span)
    if first == last:
        return []
    start = _exact_match(wanted, first, last, found)
    if start is not None:
        return sorted({positions[letter] for letter in range(start, start + last - first)})
    return sorted({positions[letter] for letter in _compared(wanted, first, last, found)})


def _letters(characters: Sequence[str]) -> tuple[str, list[int]]:
    """The letters that are compared, and for each the position of the character it comes from."""
    letters: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(characters):
        plain = _plain(character)
        letters.append(plain)
        positions += [position] * len(plain)
    return "".join(letters), positions


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(letter for letter in decomposed if unicodedata.category(letter) not in _IGNORED)


def _exact_match(wanted: str, first: int, last: int, printed: str) -> int | None:
    """The position of wanted[first:last] in `printed`: of the same occurrence as in `wanted`."""
    words = wanted[first:last]
    if printed[first:last] == words:
        return first
    found = list(_occurrences(words, printed))
    if not found:
        return None
    expected = list(_occurrences(words, wanted))
    if len(expected) == len(found):
        return found[expected.index(first)]
    return min(found, key=lambda start: abs(start - first))


def _occurrences(words: str, letters: str) -> Iterator[int]:
    start = letters.find(words)
    while start >= 0:
        yield start
        start = letters.find(words, start + 1)


def _compared(wanted: str, first: int, last: int, printed: str) -> list[int]:
    """The positions in `printed` that a comparison of both texts matches with wanted[first:last]."""
    if max(len(wanted), len(printed)) > MAX_COMPARED:
        return []
    blocks = SequenceMatcher(None, wanted, printed, autojunk=False).get_matching_blocks()
    return [
        block.b + step for block in blocks for step in range(block.size) if first <= block.a + step < last
    ]
