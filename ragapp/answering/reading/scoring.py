"""Reads the candidates: two small models say how well each one answers the question."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ragapp.answering.groundedness.synonyms import concept
from ragapp.answering.reading.candidates import Candidate
from ragapp.answering.reading.question import Question
from ragapp.answering.reading.rewording import in_words_of
from ragapp.protocols import Reader, Reranker
from ragapp.types import Reading

MOST_READ = 24
"""Candidates that the reader reads: 10 ms each."""

CLEAR = 0.7
"""The reader's probability from which a candidate is not read again with the question in other words."""

MOST_RERANKED = 8
"""Of these, the best ones that the reranker reads as well."""

SMALLEST = 1e-5
"""Probabilities are clamped to at least this, and to at most 1 minus this."""


@dataclass(frozen=True, slots=True)
class ReadCandidate:
    """A candidate with what the models make of it; `answers`, from 0 to 1, is how likely it answers."""

    candidate: Candidate
    reading: Reading
    reranked: float | None
    coverage: float
    """The share, by rarity, of the question's content words that it or its title path has."""

    @property
    def answers(self) -> float:
        return 1 / (1 + math.exp(-self.log_odds))

    @property
    def log_odds(self) -> float:
        """The log odds that it answers. The reader decides; the reranker orders candidates that the reader
        rates alike.
        """
        reranked = UNRANKED if self.reranked is None else logit(self.reranked)
        return BIAS + W_ANSWERABLE * logit(self.reading.answerable) + W_RERANKED * reranked


BIAS, W_ANSWERABLE, W_RERANKED = -0.7, 0.64, 0.06
"""Fitted by logistic regression on half of the questions that the reader was not trained on
(docs/research/reading.md). Relevance, shared words and the kind of answer added nothing."""

UNRANKED = -4.0
"""The log odds that stand for the reranker's where it has not read: those of a bad candidate."""


def logit(probability: float) -> float:
    """The log odds of a probability, clamped to ±11.5."""
    clamped = min(max(probability, SMALLEST), 1 - SMALLEST)
    return math.log(clamped / (1 - clamped))


def read_candidates(
    question: Question,
    candidates: Sequence[Candidate],
    reader: Reader,
    reranker: Callable[[], Reranker | None],
) -> list[ReadCandidate]:
    """The likeliest candidates, read and sorted, best first."""
    weights = _rarity(question, candidates)
    chosen = sorted(candidates, key=lambda one: -_promise(one, weights))[:MOST_READ]
    readings = _read(question, chosen, reader)
    read = [
        ReadCandidate(one, reading, None, _coverage(one, weights))
        for one, reading in zip(chosen, readings, strict=True)
    ]
    read.sort(key=lambda one: -one.log_odds)
    return sorted(_reranked(question, read, reranker()), key=lambda one: -one.log_odds)


def _read(question: Question, chosen: Sequence[Candidate], reader: Reader) -> list[Reading]:
    """The readings of the candidates: of the question as asked, or in the words of a candidate if these have
    a synonym and it then answers better."""
    texts = [one.reading_text for one in chosen]
    readings = list(reader.score(question.text, texts))
    reworded: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        if readings[at].answerable < CLEAR and (said := in_words_of(question, text)):
            reworded.setdefault(said, []).append(at)
    for said, places in reworded.items():
        for at, reading in zip(places, reader.score(said, [texts[at] for at in places]), strict=True):
            readings[at] = max(readings[at], reading, key=lambda one: one.answerable)
    return readings


def _reranked(
    question: Question, read: list[ReadCandidate], reranker: Reranker | None
) -> list[ReadCandidate]:
    if reranker is None or not read:
        return read
    first, others = read[:MOST_RERANKED], read[MOST_RERANKED:]
    scores = reranker.score(question.text, [one.candidate.reading_text for one in first])
    return [
        ReadCandidate(one.candidate, one.reading, float(score), one.coverage)
        for one, score in zip(first, scores, strict=True)
    ] + others


def _rarity(question: Question, candidates: Sequence[Candidate]) -> dict[str, float]:
    """The inverse frequency of each concept of the question among the candidates."""
    known = [concepts(one.stems) for one in candidates]
    wanted = concepts(question.stems)
    counts = {one: sum(one in found for found in known) for one in wanted}
    return {one: math.log(1 + (len(known) - n + 0.5) / (n + 0.5)) for one, n in counts.items()}


def _coverage(one: Candidate, weights: dict[str, float]) -> float:
    total = sum(weights.values())
    found = concepts(one.stems) | concepts(one.label_stems)
    return sum(weights[each] for each in weights.keys() & found) / total if total else 0.0


def _promise(one: Candidate, weights: dict[str, float]) -> float:
    """What decides, before any model has read it, whether a candidate is read at all."""
    return _coverage(one, weights) + 0.5 / one.passage.number


def concepts(stems: AbstractSet[str]) -> frozenset[str]:
    """The stems with synonyms reduced to one of them."""
    return frozenset(concept(one) for one in stems)
