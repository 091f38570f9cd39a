"""Mends a question's spelling by the words of the passages that were found for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from difflib import get_close_matches

from ragapp.answering.passages import Passage
from ragapp.answering.terms import FUNCTION_WORDS, fold, stem, words

SHORTEST = 4
"""Letters of a word that is mended."""

ALIKE = 0.84
"""How alike two words must be, as difflib measures it: one letter in five or six may differ."""

CAPITALIZED = 0.8
"""The share of a word's occurrences in the passages with a capital that makes it a name."""

ALIKE_OPENING = 0.8
"""How alike a question's first word and a question word must be: "wat", "hwo"."""

_QUESTION_WORDS = ("what", "when", "where", "which", "who", "whose", "does")
"""The words that open questions and that are often misspelt in this place."""

_OPENING = re.compile(r"^[^\W\d_]{3,6}(?= )")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_WHOLE_WORD = re.compile(r"(?<![\w-])[^\W\d_]+(?![\w-])")
_NAME_BEFORE = re.compile(r"(?<![\w-])[A-Z][\w'’]{1,30} $")
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
    question = _WHATS.sub(r"\1 is", _OPENING.sub(_as_question_word(known_stems), question))

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


def _as_question_word(known_stems: AbstractSet[str]) -> Callable[[re.Match[str]], str]:
    """Mends a word that opens a question, unless it is a word of its own or of the passages."""

    def mended(found: re.Match[str]) -> str:
        lower = found.group().lower()
        if lower in FUNCTION_WORDS or stem(lower) in known_stems:
            return found.group()
        return next(iter(get_close_matches(lower, _QUESTION_WORDS, n=1, cutoff=ALIKE_OPENING)), found.group())

    return mended


def with_names(question: str, passages: Sequence[Passage]) -> str:
    """The question with the capitals that names have in the passages: people type "hardel north tower".

    A word is a name where the passages seldom write it small and have it with a capital within a sentence.
    Beside a name that is typed with its capital it stays small if the passages never have the two together:
    the "Newcastle metro" is not called so where it is the Tyne and Wear Metro.
    """
    everything = " ".join(fold(one.hit.text) for one in passages)
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
        named = _NAME_BEFORE.search(question, 0, found.start())
        if named and named.start() > 0 and f"{named.group()}{word}".casefold() not in everything.casefold():
            return word
        seen = forms[word]
        is_name = seen[word] <= (1 - CAPITALIZED) * seen.total()
        return max(seen, key=lambda form: (form != word, seen[form])) if is_name else word

    return _WHOLE_WORD.sub(cased, question)
