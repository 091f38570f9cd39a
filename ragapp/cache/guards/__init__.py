"""Guards: rules by which two similar questions do not mean the same.

The order of the two questions never matters. All guards are lexical and strict: what
they do not understand counts as a difference. That may miss a cached answer, but never serves a wrong one.
docs/research/cache.md has the effect of each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from itertools import pairwise

from ragapp.cache.guards.capitals import Cased, cased_words
from ragapp.cache.guards.parsed_question import ParsedQuestion
from ragapp.cache.guards.word_lists import (
    DEGREES,
    GENERAL,
    NEGATIONS,
    ORDINALS,
    POINTING,
    SCALES,
    TIMES,
)

Guard = Callable[[ParsedQuestion, ParsedQuestion], bool]
"""Whether the two agree."""


def numbers_agree(a: ParsedQuestion, b: ParsedQuestion) -> bool:
    """Whether both have the same numbers in the same order, with the same unit or word after each, and the
    same signs and ordinals.
    """
    return _numbers(a) == _numbers(b)


def negation_agrees(a: ParsedQuestion, b: ParsedQuestion) -> bool:
    return _count_words(NEGATIONS, a) == _count_words(NEGATIONS, b)


def degrees_agree(a: ParsedQuestion, b: ParsedQuestion) -> bool:
    """Whether both have the same comparatives, quantifiers and words that have an opposite."""
    return _count_words(DEGREES, a) == _count_words(DEGREES, b)


def times_agree(a: ParsedQuestion, b: ParsedQuestion) -> bool:
    """Whether both have the same months, days and relative dates, and the same tense."""
    return _count_words(TIMES, a) == _count_words(TIMES, b)


def kinds_agree(a: ParsedQuestion, b: ParsedQuestion) -> bool:
    """Whether both ask for the same kind of thing: a person, say, or a reason."""
    return a.asks_for == b.asks_for


def names_agree(a: ParsedQuestion, b: ParsedQuestion) -> bool:
    """Whether each name in one question also occurs in the other one, capitalized or not."""
    return a.names <= set(b.content) and b.names <= set(a.content)


def capitals_agree(a: ParsedQuestion, b: ParsedQuestion) -> bool:
    """Whether no word differs by capitals that change its meaning: "5 mW" is not "5 MW", "Polish" not
    "polish".
    """
    theirs: dict[str, list[Cased]] = {}
    for word in cased_words(b.text):
        theirs.setdefault(word.text.lower(), []).append(word)
    return all(
        any(word.agrees_with(other) for other in others)
        for word in cased_words(a.text)
        if (others := theirs.get(word.text.lower()))
    )


def persons_agree(a: ParsedQuestion, b: ParsedQuestion) -> bool:
    """Whether both name the same persons. "I" and "you" count as one: "how do I" is "how do you"."""
    if a.persons == b.persons:
        return True
    return len(a.persons) == len(b.persons) == 1 and not any(GENERAL.isdisjoint(r.tokens) for r in (a, b))


def neither_points(a: ParsedQuestion, b: ParsedQuestion) -> bool:
    """Whether neither refers to something outside the question, such as "this text"."""
    return not (_points(a) or _points(b))


def words_agree(a: ParsedQuestion, b: ParsedQuestion) -> bool:
    """Whether both have the same content words, each the same number of times."""
    return Counter(a.content) == Counter(b.content)


def order_agrees(a: ParsedQuestion, b: ParsedQuestion) -> bool:
    """Whether the content words are in the same order: "from Java to .NET" is not "from .NET to Java"."""
    return a.content == b.content


def prepositions_agree(a: ParsedQuestion, b: ParsedQuestion) -> bool:
    """Whether both have the same number of prepositions, which may differ: "the thing to know" is not "the
    thing you know".
    """
    return a.joints == b.joints


GUARDS: Mapping[str, Guard] = {
    "numbers": numbers_agree,
    "negation": negation_agrees,
    "degrees": degrees_agree,
    "times": times_agree,
    "kind of question": kinds_agree,
    "names": names_agree,
    "capitals": capitals_agree,
    "persons": persons_agree,
    "pointing words": neither_points,
    "content words": words_agree,
    "word order": order_agrees,
    "prepositions": prepositions_agree,
}
"""The guards in the order in which they are applied. The first that objects is the reason."""


def disagreement(a: str, b: str) -> str | None:
    """The name of the first guard that objects; None when the questions may mean the same."""
    first, second = ParsedQuestion(a), ParsedQuestion(b)
    return next((name for name, agree in GUARDS.items() if not agree(first, second)), None)


def _points(reading: ParsedQuestion) -> bool:
    return reading.points_at_that or not POINTING.isdisjoint(reading.tokens)


def _count_words(words: AbstractSet[str], reading: ParsedQuestion) -> Counter[str]:
    return Counter(word for word in reading.tokens if word in words)


def _numbers(reading: ParsedQuestion) -> list[tuple[str, str]]:
    return [
        (word, after)
        for word, after in pairwise((*reading.tokens, ""))
        if word[0].isdigit() or word in SCALES or (word in ORDINALS and word != "i") or not word[0].isalpha()
    ]
