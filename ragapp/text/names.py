"""The words of a document's name or title, as they are compared with those of a question."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")
_ENDING = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|odp|txt|md|html?|csv|tsv|eml|msg|json|xml|rtf|epub|vtt|srt|nxml)\b"
)
_GENERAL_WORDS = """
    a an the of and or for to in on at by with from is are was were be what which who when where how do does
    did i you we they it this that these those my our your their its about as not no can could should
    document documents file files page pages paper report study article section according me tell show give
    please version final draft copy new old untitled microsoft word
"""
_GENERAL = frozenset(_GENERAL_WORDS.split())
"""Words that tell no document from another."""
_AND = re.compile(r"(?<=[A-Z])(?:n|&)(?=[A-Z])|\.")
_CAPITALS = re.compile(r"[A-Z].*[A-Z]")
_SMALL = frozenset(["of", "and", "the", "for", "&", "in"])
SHORTEST_ABBREVIATION, LONGEST_ABBREVIATION = 2, 6
_PLURAL = re.compile(r"(?<=[^\W\d_]{3})(?<!s)s$")


def name_words(text: str) -> list[str]:
    """Lower-case words and numbers, letters and digits apart, without endings of files and general words."""
    lower = _ENDING.sub(" ", text.casefold())
    found = (_PLURAL.sub("", word) for word in _WORD.findall(lower))
    return [word for word in found if word not in _GENERAL and (len(word) > 1 or word.isdigit())]


def abbreviated(name: str, words: Sequence[str]) -> list[str]:
    """The consecutive words, two or more, of whose beginnings a name of capitals is made; none if it is not.

    So CEO is short for "chief executive officer", AMEX for "American Express", JnJ for "Johnson & Johnson".
    """
    letters = _AND.sub("", name).casefold()
    if not SHORTEST_ABBREVIATION <= len(letters) <= LONGEST_ABBREVIATION or not _CAPITALS.search(name):
        return []
    lower = [word.casefold() for word in words]
    starts = (at for at, word in enumerate(lower) if word[:1] == letters[0])
    return next((found for at in starts if len(found := _spelt(letters, lower[at:]) or []) > 1), [])


def _spelt(letters: str, words: Sequence[str]) -> list[str] | None:
    """The first words, as far as their beginnings spell the letters; None when they do not."""
    if not letters:
        return []
    if not words:
        return None
    alike = [a == b for a, b in zip(letters, words[0], strict=False)]
    shared = alike.index(False) if False in alike else len(alike)
    for taken in range(shared, 0, -1):
        if (others := _spelt(letters[taken:], words[1:])) is not None:
            return [words[0], *others]
    return _spelt(letters, words[1:]) if words[0] in _SMALL else None
