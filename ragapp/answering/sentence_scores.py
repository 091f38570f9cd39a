"""Which sentences of the passages bear on a question. Lexical only, so that it takes milliseconds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ragapp.answering.passages import Passage, SourceSentence
from ragapp.answering.question_kind import offers_kind, question_kind
from ragapp.answering.terms import stems

KIND_WEIGHT = 0.1
"""What a sentence gains by holding a number, date or name when the question asks for one: the best of 0,
.04 and .1. The other two parts of a score weigh the same, as they do (7.2 and 7.6) in a logistic
regression that tells the sentences with the gold answer from the others (docs/answers.md)."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    passage: Passage
    sentence: SourceSentence
    score: float


def score_sentences(question: str, passages: Sequence[Passage]) -> list[ScoredSentence]:
    """Every sentence of the passages, best first.

    A score adds up: the share of the question's content stems that the sentence has, each weighted by
    how rare it is among these sentences; the passage's retrieval score as a share of the best one's;
    and whether it offers the kind of answer that is asked for.
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
