"""What a text is made of when it is compared with another one: content stems, numbers and names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ragapp.answering.word_lists import FUNCTION_WORDS

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
