"""An answer in the documents' own sentences, or a refusal. Needs no generator."""

from __future__ import annotations

from collections.abc import Sequence

from ragapp.answering.answerability import AnswerabilityModel, find_answer
from ragapp.answering.passages import Passage, SourceSentence
from ragapp.answering.sanitize import sanitized
from ragapp.answering.sentence_ranking import ScoredSentence, score_sentences
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.terms import POINTING_BACK, fold, words

READ = 5
"""Passages read: reading 10 finds no more answers (docs/answers.md)."""

MOST_CHOSEN = 3
MOST_QUOTED = 4
"""Sentences chosen for their score, and quoted when those before them are needed to understand them."""

MARGIN = 0.5
"""How far below the best sentence's score another one may be and still be chosen. From .4 the answers of
XQuAD grow by 12% and hold the gold answer .009 more often; .6 adds length only."""

SAME = 0.9
"""Sentences whose content stems overlap by this share (Jaccard) say the same; one is quoted."""

_Span = tuple[Passage, SourceSentence]


def extract(
    question: str,
    passages: Sequence[Passage],
    asked: str | None = None,
    model: AnswerabilityModel | None = None,
) -> list[Statement]:
    """The best-supported sentences in reading order; empty when nothing supports an answer.

    `asked` is what the documents must speak of, by default the question: the topic that the rules add to a
    follow-up helps to find its sentences, which need not repeat it. The `model` reads them; without one,
    words decide.
    """
    passages = passages[:READ]
    ranked = [one for one in score_sentences(question, passages) if not one.sentence.is_title]
    answer = find_answer(question, asked or question, ranked, passages, model) if ranked else None
    if answer is None:
        return []
    spans = _with_antecedents([(one.passage, one.sentence) for one in _choose(answer, ranked)])
    statements = (_quoted(*span) for span in _in_reading_order(spans))
    return [statement for statement in statements if statement.text]


def _choose(answer: ScoredSentence, ranked: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """The sentence that answers, and the best of the others."""
    chosen = [answer]
    for one in ranked:
        if len(chosen) == MOST_CHOSEN or one.score < ranked[0].score - MARGIN:
            break
        if not any(_same(one, other) for other in chosen):
            chosen.append(one)
    return chosen


def _same(one: ScoredSentence, other: ScoredSentence) -> bool:
    a, b = one.sentence.stems, other.sentence.stems
    return len(a & b) >= SAME * len(a | b)


def _with_antecedents(spans: list[_Span]) -> list[_Span]:
    """Adds the sentence before one that opens with "It", "They" and the like, while there is room."""
    for passage, sentence in list(spans):
        opening = words(sentence.text)[:1]
        before = passage.before(sentence)
        if before is None or before.is_title or not opening or opening[0].lower() not in POINTING_BACK:
            continue
        if len(spans) < MOST_QUOTED and (passage, before) not in spans:
            spans.append((passage, before))
    return spans


def _in_reading_order(spans: Sequence[_Span]) -> list[_Span]:
    """Documents by their best passage, sentences of a document as they stand in it."""
    first: dict[str, int] = {}
    for passage, _ in sorted(spans, key=lambda span: span[0].number):
        first.setdefault(passage.hit.document_id, passage.number)
    return sorted(spans, key=lambda span: (first[span[0].hit.document_id], span[0].hit.start + span[1].start))


def _quoted(passage: Passage, sentence: SourceSentence) -> Statement:
    evidence = Evidence(passage, sentence.start, sentence.end)
    return Statement(sanitized(fold(evidence.quote)), "supported", (evidence,))
