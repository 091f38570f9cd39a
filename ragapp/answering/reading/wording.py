"""Mends a question's spelling by the words of the passages that were found for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

from ragapp.answering.passages import Passage
from ragapp.answering.terms import FUNCTION_WORDS, fold, stem, words

SHORTEST = 4
"""Letters of a word that is mended."""

ALIKE = 0.84
"""How alike two words must be, as difflib measures it: one letter in five or six may differ."""

CAPITALIZED = 0.8
"""The share of a word's occurrences in the passages with a capital that makes it a name."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_WHOLE_WORD = re.compile(r"(?<![\w-])[^\W\d_]+(?![\w-])")
_WITHIN = re.compile(r"[\w,] $")
_WHATS = re.compile(r"\b(what|who|where|how|when)s\b", re.IGNORECASE)


def corrected(question: str, passages: Sequence[Passage]) -> str:
    """The question with misspelt words replaced by the passages' spelling.

    Names, codes and short words stay. So "adress range" becomes "address range" where the passages have
    "address". A word that the passages have, or that resembles none of theirs, stays.
    """
    counts = Counter(
        word.lower()
        for one in passages
        for word in words(f"{one.label} {fold(one.hit.text)}")
        if word.isalpha()
    )
    known_stems = {stem(word) for word in counts}
    vocabulary = [word for word in counts if len(word) >= SHORTEST]
    question = _WHATS.sub(r"\1 is", question)

    def mended(found: re.Match[str]) -> str:
        word = found.group()
        lower = word.lower()
        if (
            len(word) < SHORTEST
            or lower in FUNCTION_WORDS
            or stem(lower) in known_stems
            or not word.islower()
        ):
            return word
        close = get_close_matches(lower, vocabulary, n=1, cutoff=ALIKE)
        return close[0] if close and close[0][0] == lower[0] else word

    return _WORD.sub(mended, question)


def with_names(question: str, passages: Sequence[Passage]) -> str:
    """The question with the capitals that names have in the passages: people type "hardel north tower".

    A word is a name where the passages seldom write it small and have it with a capital within a sentence.
    """
    forms: dict[str, Counter[str]] = {}
    within: set[str] = set()
    for text in (one.hit.text for one in passages):
        for found in _WHOLE_WORD.finditer(text):
            word = found.group()
            forms.setdefault(word.lower(), Counter())[word] += 1
            if not word.islower() and _WITHIN.search(text, max(0, found.start() - 2), found.start()):
                within.add(word.lower())

    def cased(found: re.Match[str]) -> str:
        word = found.group()
        if word not in within or word in FUNCTION_WORDS:
            return word
        seen = forms[word]
        is_name = seen[word] <= (1 - CAPITALIZED) * seen.total()
        return max(seen, key=lambda form: (form != word, seen[form])) if is_name else word

    return _WHOLE_WORD.sub(cased, question)
