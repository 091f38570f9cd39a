"""Says a question in the words of a candidate: "outside consultants" as a budget's "external consultants".

The reader was trained to refuse near misses, so it takes another word for another thing. Synonyms are from
WordNet (`data/wordnet`, made by `evals/research/wordnet.py`) and from the list that claims are checked with.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ragapp.answering.groundedness.synonyms import OPPOSITES, concept, negates
from ragapp.answering.reading.question import Question
from ragapp.answering.terms import FUNCTION_WORDS, stem, words

_REPLACEABLE = re.compile(r"(?<![\w-])[^\W\d_]{4,}(?![\w-])")
"""Shorter words have too many meanings."""


def in_words_of(question: Question, text: str) -> str | None:
    """The question with words that `text` lacks replaced by their synonyms in it; None when it has none.

    Names, numbers and codes stay as they are.
    """
    here: dict[str, str] = {}
    for word in words(text):
        here.setdefault(stem(word.lower()), word.lower())
    names = {name.casefold() for name in question.names}

    def said(found: re.Match[str]) -> str:
        word = found.group().lower()
        if word in FUNCTION_WORDS or word in names or stem(word) in here:
            return found.group()
        return _synonym(word, here) or found.group()

    reworded = _REPLACEABLE.sub(said, question.text)
    return reworded if reworded != question.text else None


def _synonym(word: str, here: Mapping[str, str]) -> str | None:
    """The first word of a text that means the same. `here` maps the stems of the text's words to them."""
    stemmed = stem(word)
    allowed = {other: written for other, written in here.items() if written not in OPPOSITES.get(word, ())}
    meaning = None if negates(stemmed) else concept(stemmed)
    same = (one for other, one in allowed.items() if concept(other) == meaning and not negates(other))
    alike = synonyms(stemmed)
    return next(same, None) or next((one for other, one in allowed.items() if other in alike), None)


def synonyms(stemmed: str) -> frozenset[str]:
    """The stems of the words that mean the same as a word in one of its three most common senses."""
    return frozenset(_synonyms().get(stemmed, "").split())


@cache
def _synonyms() -> Mapping[str, str]:
    data = files("ragapp.answering.reading").joinpath("data/wordnet/synonyms.txt.gz").read_bytes()
    lines = (line.partition(" ") for line in gzip.decompress(data).decode().splitlines())
    return {stemmed: others for stemmed, _, others in lines}
