"""Guards: reasons for which two questions that sound alike do not mean the same.

Each looks at both questions alike, so the order of the two never matters. All are lexical and strict: what
they do not understand counts as a difference, which costs a cached answer and never a wrong one.
docs/cache.md says what each of them buys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from itertools import pairwise

from ragapp.cache.guards.capitals import Cased, cased_words
from ragapp.cache.guards.reading import Reading
from ragapp.cache.guards.words import DEGREES, GENERAL, NEGATIONS, ORDINALS, POINTING, SCALES, TIMES

Guard = Callable[[Reading, Reading], bool]
"""Whether the two agree."""


def numbers_agree(a: Reading, b: Reading) -> bool:
    """The same numbers with the same unit or word behind each, signs and ordinals, in the same order."""
    return _numbers(a) == _numbers(b)


def negation_agrees(a: Reading, b: Reading) -> bool:
    return _of(NEGATIONS, a) == _of(NEGATIONS, b)


def degrees_agree(a: Reading, b: Reading) -> bool:
    """The same comparatives, quantifiers and words that have an opposite."""
    return _of(DEGREES, a) == _of(DEGREES, b)


def times_agree(a: Reading, b: Reading) -> bool:
    """The same months, days and relative dates, and the same tense."""
    return _of(TIMES, a) == _of(TIMES, b)


def kinds_agree(a: Reading, b: Reading) -> bool:
    """Both ask for a person, say, or both for a reason."""
    return a.asks_for == b.asks_for


def names_agree(a: Reading, b: Reading) -> bool:
    """What is written as a name in one stands in the other, with or without its capital."""
    return a.names <= set(b.content) and b.names <= set(a.content)


def capitals_agree(a: Reading, b: Reading) -> bool:
    """No word has capitals that make another word of it: "5 mW" is not "5 MW", "Polish" not "polish"."""
    theirs: dict[str, list[Cased]] = {}
    for word in cased_words(b.text):
        theirs.setdefault(word.text.lower(), []).append(word)
    return all(
        any(word.agrees_with(other) for other in others)
        for word in cased_words(a.text)
        if (others := theirs.get(word.text.lower()))
    )


def persons_agree(a: Reading, b: Reading) -> bool:
    """The same persons, or one in each that is whoever asks: "how do I" is "how do you"."""
    if a.persons == b.persons:
        return True
    return len(a.persons) == len(b.persons) == 1 and not any(GENERAL.isdisjoint(r.tokens) for r in (a, b))


def neither_points(a: Reading, b: Reading) -> bool:
    """Neither speaks of something that only its asker sees: "this text"."""
    return not (_points(a) or _points(b))


def words_agree(a: Reading, b: Reading) -> bool:
    """The same content words, as often."""
    return Counter(a.content) == Counter(b.content)


def order_agrees(a: Reading, b: Reading) -> bool:
    """Content words in the same order: "from Java to .NET" is not "from .NET to Java"."""
    return a.content == b.content


def prepositions_agree(a: Reading, b: Reading) -> bool:
    """One may stand for another, none may be missing: "the thing to know" is not "the thing you know"."""
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
"""In the order in which they are asked; the first that objects is named as the reason."""


def disagreement(a: str, b: str) -> str | None:
    """The name of the first guard by which the questions differ; None when they may mean the same."""
    first, second = Reading(a), Reading(b)
    return next((name for name, agree in GUARDS.items() if not agree(first, second)), None)


def _points(reading: Reading) -> bool:
    return reading.points_at_that or not POINTING.isdisjoint(reading.tokens)


def _of(words: AbstractSet[str], reading: Reading) -> Counter[str]:
    return Counter(word for word in reading.tokens if word in words)


def _numbers(reading: Reading) -> list[tuple[str, str]]:
    return [
        (word, after)
        for word, after in pairwise((*reading.tokens, ""))
        if word[0].isdigit() or word in SCALES or (word in ORDINALS and word != "i") or not word[0].isalpha()
    ]
