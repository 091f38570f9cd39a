"""Ranks the sentences of passages for a question. Lexical, so that it takes milliseconds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from ragapp.answering.passages import Passage, SourceSentence
from ragapp.answering.terms import stems, words

AnswerKind = Literal["number", "date", "name"]

_NUMBER_QUESTION = re.compile(
    r"\bhow (?:many|much|old|long|far|tall|large|big|high|often|fast|deep|wide|heavy)\b"
    r"|\b(?:what|which) (?:number|amount|percentage|percent|share|proportion|fraction|age|size|distance)\b",
    re.IGNORECASE,
)
_DATE_QUESTION = re.compile(
    r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|time)\b", re.IGNORECASE
)
_NAME_QUESTION = re.compile(r"\b(?:who|whom|whose|where)\b", re.IGNORECASE)

_NUMBER = re.compile(
    r"\d[\d.,]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?"
    r"|thousands?|millions?|billions?|half|third|quarter|once|twice|dozens?)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:1\d{3}|20\d\d)s?\b|\b\d{1,2}(?:st|nd|rd|th)\b|\d[/.-]\d|\d:\d\d"
    r"|\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|April?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
    r"|\b(?:century|centuries|decades?|years?|months?|today|yesterday)\b"
)


def question_kind(question: str) -> AnswerKind | None:
    """The kind of answer that the question's words ask for; None when they do not say."""
    if _NUMBER_QUESTION.search(question):
        return "number"
    if _DATE_QUESTION.search(question):
        return "date"
    return "name" if _NAME_QUESTION.search(question) else None


def offers_kind(sentence: str, kind: AnswerKind, question: str) -> bool:
    """Whether the sentence has any date, or a number or name that is not already in the question."""
    if kind == "date":
        return _DATE.search(sentence) is not None
    known = {word.lower() for word in words(question)}
    if kind == "number":
        return any(number.lower() not in known for number in _NUMBER.findall(sentence))
    return any(word[0].isupper() and word.lower() not in known for word in words(sentence)[1:])


KIND_WEIGHT = 0.1
"""What a sentence gains by having a number, date or name when the question asks for one: the best of 0, 0.04
and 0.1. The other two parts of a score have equal weights, as they have (7.2 and 7.6) in a logistic
regression that separates sentences with the gold answer from others (docs/research/answers.md)."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    passage: Passage
    sentence: SourceSentence
    score: float


def score_sentences(question: str, passages: Sequence[Passage]) -> list[ScoredSentence]:
    """Every sentence of the passages, best first.

    A score is the sum of: the share of the question's content stems in the sentence, weighted by their rarity
    among these sentences; the passage's retrieval score as a share of the best one's; and whether the
    sentence has the kind of answer that is asked for.
    """
    found = [(passage, sentence) for passage in passages for sentence in passage.sentences]
    weights = _rarity(set(stems(question)), [sentence.stems for _, sentence in found])
    total = sum(weights.values()) or 1.0
    best = max((passage.hit.score for passage in passages), default=0.0)
    kind = question_kind(question)
    scored = []
    for passage, sentence in found:
        score = sum(weights[stem] for stem in weights.keys() & sentence.stems) / total
        score += passage.hit.score / best if best > 0 else 1.0
        score += KIND_WEIGHT if kind and offers_kind(sentence.text, kind, question) else 0.0
        scored.append(ScoredSentence(passage, sentence, score))
    return sorted(scored, key=lambda one: -one.score)


def _rarity(wanted: Iterable[str], sentences: Sequence[AbstractSet[str]]) -> dict[str, float]:
    """The inverse sentence frequency of each stem, in the form that BM25 uses."""
    counts = {stem: sum(stem in sentence for sentence in sentences) for stem in wanted}
    return {
        stem: math.log(1 + (len(sentences) - count + 0.5) / (count + 0.5)) for stem, count in counts.items()
    }
