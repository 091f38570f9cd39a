"""The content words of texts, as stems, numbers and names, by which they are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for lists that are read more easily as one."""
    return frozenset(text.split())


_FUNCTION_WORDS = """
    a about above after again against all also am among an and any are as at be because been before being
    below between both but by can could did do does doing down during each either else ever every few for
    from further had has have having he her here hers him his how i if in into is it its itself just let may
    me might more most much many must my name neither no nor not now of off often on once only or other our
    ours out over own same shall she should so some such than that the their theirs them then there these
    they this those through to too under until up upon us very was we were what when where whether which
    while who whom whose why will with within without would yes you your yours d ll m re s t ve
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words that say how a sentence or a question is put, not what it is about."""

_NEGATIONS = "no not never none neither nor nobody nothing nowhere without cannot fails failed lacks"
NEGATIONS = frozenset(_NEGATIONS.split())

_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS = {word: value for value, word in enumerate(_NUMBERS.split())} | {
    word: 10 * value for value, word in enumerate(_TENS.split(), 2)
}

_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
ORDINALS = {word: place for place, word in enumerate(_ORDINALS.split(), 1)}

_POINTING_BACK = "he she it they this these those his her its their such"
POINTING_BACK = frozenset(_POINTING_BACK.split())
"""Words that, at the beginning of a sentence, speak of the sentence before."""


_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[^\W_]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_LINE_HYPHEN = re.compile(r"(?<=\w)-\n\s*(?=[a-z])")
_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """One line: line breaks and runs of white space are blanks, words hyphenated at a line end are whole."""
    return _SPACE.sub(" ", _LINE_HYPHEN.sub("", text)).strip()


def words(text: str) -> list[str]:
    """The words and numbers of `text` as they stand, in order."""
    return _WORD.findall(text)


_WHOLE_TOKEN = re.compile(r"[^\W_](?:[\w.,:/#+@$-]*[\w#+])?")


def tokens(text: str) -> list[str]:
    """The words, numbers and codes of `text` in lower case, codes whole."""
    return _WHOLE_TOKEN.findall(text.lower())


def stems(text: str) -> tuple[str, ...]:
    """The content words of `text` as English stems, numbers without separators, in order.

    Scripts that put no blanks between words give pairs of characters.
    """
    return tuple(_stems(fold(text)))


def _stems(text: str) -> Iterator[str]:
    for word in words(text):
        lower = word.lower()
        if lower in FUNCTION_WORDS:
            continue
        if _UNSPACED.search(lower):
            yield from (lower[at : at + 2] for at in range(max(1, len(lower) - 1)))
        elif lower[0].isdigit():
            yield lower.replace(",", "")
        else:
            yield stem(lower)


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of a lower-case English word; remembered, because stemming costs 40 µs a word."""
    from snowballstemmer import stemmer  # noqa: PLC0415  it brings thirty languages; few commands compare

    stemmed: str = stemmer("english").stemWord(word)  # one each: a stemmer is not safe for two threads
    return stemmed


def name_stems(text: str) -> frozenset[str]:
    """Stems of what `text` names: words with a capital that do not open a sentence, and numbers."""
    named: set[str] = set()
    opens = True
    for match in _WORD.finditer(text):
        word = match.group()
        if word[0].isdigit() or (word[0].isupper() and (not opens or word[1:] != word[1:].lower())):
            named.update(_stems(word))
        opens = text[match.end() : match.end() + 1] in {".", "!", "?", ":"}
    return frozenset(named)
