"""An answer in the documents' own sentences, or a refusal. Needs no generator."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ragapp.answer.passages import Passage
from ragapp.answer.plain import plain
from ragapp.answer.scoring import ScoredSentence, score_sentences
from ragapp.answer.statements import Evidence, Statement
from ragapp.answer.terms import fold, name_stems, stems

READ = 5
"""Passages read. Reading 10 finds no more answers and brings more wrong sentences (docs/answers.md)."""

MOST_SENTENCES = 3
MARGIN = 0.3
"""How far below the best sentence's score another one may be and still be quoted."""

SAME = 0.9
"""Sentences whose content stems overlap by this share (Jaccard) say the same; one is quoted."""


@dataclass(frozen=True, slots=True)
class Support:
    """How much of a question the documents speak of, each a share from 0 to 1."""

    by_sentence: float
    by_passage: float
    of_names: float

    @property
    def answers(self) -> bool:
        """Whether the documents hold an answer, more likely than not.

        A logistic regression on public questions whose own article was left out or not (docs/answers.md).
        """
        return -7.2 + 4.3 * self.by_sentence + 8.1 * self.by_passage + 2.9 * self.of_names > 0


def extract(question: str, passages: Sequence[Passage]) -> list[Statement]:
    """The best-supported sentences in reading order; empty when nothing supports an answer."""
    passages = passages[:READ]
    ranked = score_sentences(question, passages)
    if not ranked or not support(question, ranked[0], passages).answers:
        return []
    statements = (_quoted(one) for one in _in_reading_order(_choose(ranked)))
    return [statement for statement in statements if statement.text]


def support(question: str, best: ScoredSentence, passages: Sequence[Passage]) -> Support:
    """What the best sentence, its passage and all passages say of the question's content."""
    asked, named = set(stems(question)), name_stems(question)
    known = frozenset[str]().union(*(passage.stems for passage in passages))
    return Support(
        by_sentence=_share(asked, best.sentence.stems),
        by_passage=_share(asked, best.passage.stems),
        of_names=_share(named, known) if named else 0.5,
    )


def _share(wanted: AbstractSet[str], present: AbstractSet[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0


def _choose(ranked: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    chosen: list[ScoredSentence] = []
    for one in ranked:
        if len(chosen) == MOST_SENTENCES or one.score < ranked[0].score - MARGIN:
            break
        if not any(_same(one, other) for other in chosen):
            chosen.append(one)
    return chosen


def _same(one: ScoredSentence, other: ScoredSentence) -> bool:
    a, b = one.sentence.stems, other.sentence.stems
    return len(a & b) >= SAME * len(a | b)


def _in_reading_order(chosen: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Documents by their best passage, sentences of a document as they stand in it."""
    first: dict[str, int] = {}
    for one in sorted(chosen, key=lambda one: one.passage.number):
        first.setdefault(one.passage.hit.document_id, one.passage.number)
    return sorted(
        chosen,
        key=lambda one: (first[one.passage.hit.document_id], one.passage.hit.start + one.sentence.start),
    )


def _quoted(one: ScoredSentence) -> Statement:
    evidence = Evidence(one.passage, one.sentence.start, one.sentence.end)
    return Statement(plain(fold(evidence.quote)), "supported", (evidence,))
