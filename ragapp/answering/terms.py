"""The content words of texts, as stems, numbers and names, by which they are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """The words of a text as a set."""
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
"""Words without content of their own, which are ignored in comparisons."""

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
"""Words that refer to the previous sentence when they start one."""


_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[^\W_]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_LINE_HYPHEN = re.compile(r"(?<=\w)-\n\s*(?=[a-z])")
_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """The text on one line, with single spaces and with words hyphenated at line ends rejoined."""
    return _SPACE.sub(" ", _LINE_HYPHEN.sub("", text)).strip()


def words(text: str) -> list[str]:
    """The words and numbers of `text` as written, in order."""
    return _WORD.findall(text)


_WHOLE_TOKEN = re.compile(r"[^\W_](?:[\w.,:/#+@$-]*[\w#+])?")


def tokens(text: str) -> list[str]:
    """The words, numbers and codes of `text` in lower case, codes whole."""
    return _WHOLE_TOKEN.findall(text.lower())


def stems(text: str) -> tuple[str, ...]:
    """The content words of `text` as English stems, numbers without separators, in order.

    Scripts without spaces between words give pairs of characters.
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
    """The stem of a lower-case English word; cached, because stemming takes 40 µs per word."""
    from snowballstemmer import stemmer  # noqa: PLC0415  it brings thirty languages; few commands compare

    stemmed: str = stemmer("english").stemWord(word)  # one each: a stemmer is not safe for two threads
    return stemmed


def name_stems(text: str) -> frozenset[str]:
    """The stems of names in `text` (capitalized words that do not start a sentence) and of numbers."""
    named: set[str] = set()
    opens = True
    for match in _WORD.finditer(text):
        word = match.group()
        if word[0].isdigit() or (word[0].isupper() and (not opens or word[1:] != word[1:].lower())):
            named.update(_stems(word))
        opens = text[match.end() : match.end() + 1] in {".", "!", "?", ":"}
    return frozenset(named)
