"""Composes an answer from sentences of the documents, or refuses. Needs no generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragapp.answering.answerability import AnswerabilityModel, find_answer
from ragapp.answering.passages import Passage, SourceSentence
from ragapp.answering.sanitize import sanitized
from ragapp.answering.sentence_ranking import ScoredSentence, score_sentences
from ragapp.answering.statements import Evidence, Statement
from ragapp.answering.terms import POINTING_BACK, fold, words
from ragapp.types import Verdict

MOST_READ = 5
"""Passages that are read: reading 10 finds no more answers (docs/research/answers.md)."""

MOST_CHOSEN = 3
MOST_QUOTED = 4
"""Sentences selected by score, and sentences quoted including those needed to understand them."""

MARGIN = 0.5
"""How far a selected sentence may score below the best. Compared with 0.4, answers on XQuAD are 12% longer
and contain the gold answer 0.009 more often; 0.6 only adds length."""

SAME = 0.9
"""Of sentences whose content stems overlap by this share (Jaccard), only one is quoted."""

_Span = tuple[Passage, SourceSentence]


@dataclass(frozen=True, slots=True)
class Extract:
    """The statements that answer, none when the passages do not. `missing` is named by the question alone.

    `nearest` are the spans that come closest to an answer when there is none, best first. `reason` says why
    a table does not answer that has the line in question.
    """

    statements: tuple[Statement, ...]
    missing: str | None = None
    nearest: tuple[Evidence, ...] = ()
    reason: str | None = None


class Extractor:
    """Answers from the documents' own sentences in any language, by the words that they share."""

    def __init__(self, model: AnswerabilityModel | None = None) -> None:
        """The `model`, if there is one, judges whether a sentence answers."""
        self._model = model

    def extract(self, question: str, core: str, passages: Sequence[Passage]) -> Extract:
        """The statements that answer `question`, which stands alone; the documents must cover `core`."""
        return Extract(tuple(extract(question, passages, core, self._model)))

    def by_cells(
        self,
        claim: str,  # noqa: ARG002  an extractor that reads tables uses them
        passages: Sequence[Passage],  # noqa: ARG002
    ) -> tuple[Verdict, tuple[Evidence, ...]] | None:
        """What the cells of the passages' tables say to the numbers of a claim, and which support it.

        None when no table is read.
        """
        return None


def extract(
    question: str,
    passages: Sequence[Passage],
    core_question: str | None = None,
    model: AnswerabilityModel | None = None,
) -> list[Statement]:
    """The sentences that answer the question, in reading order; empty when there is no answer.

    The three steps are `score_sentences` (read), `find_answer` (decide) and `compose`. `core_question` is
    what the documents must cover, by default the question: the topic that the rules add to a follow-up helps
    to find sentences, which need not repeat it. Without a `model`, shared words decide.
    """
    passages = passages[:MOST_READ]
    ranked = [one for one in score_sentences(question, passages) if not one.sentence.is_title]
    answer = find_answer(question, core_question or question, ranked, passages, model) if ranked else None
    return [] if answer is None else compose(answer, ranked)


def compose(answer: ScoredSentence, ranked: Sequence[ScoredSentence]) -> list[Statement]:
    """The answering sentence with the best others and what they refer back to, in reading order."""
    spans = _with_antecedents([(one.passage, one.sentence) for one in _choose(answer, ranked)])
    statements = (_quoted(*span) for span in _in_reading_order(spans))
    return [statement for statement in statements if statement.text]


def _choose(answer: ScoredSentence, ranked: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """The sentence that answers, and the best of the others that say something else."""
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
    """Adds the sentence before one that starts with "It", "They" and the like, up to MOST_QUOTED."""
    for passage, sentence in list(spans):
        opening = words(sentence.text)[:1]
        before = passage.before(sentence)
        if before is None or before.is_title or not opening or opening[0].lower() not in POINTING_BACK:
            continue
        if len(spans) < MOST_QUOTED and (passage, before) not in spans:
            spans.append((passage, before))
    return spans


def _in_reading_order(spans: Sequence[_Span]) -> list[_Span]:
    """Documents in the order of their best passage, sentences in the order of their document."""
    first: dict[str, int] = {}
    for passage, _ in sorted(spans, key=lambda span: span[0].number):
        first.setdefault(passage.hit.document_id, passage.number)
    return sorted(spans, key=lambda span: (first[span[0].hit.document_id], span[0].hit.start + span[1].start))


def _quoted(passage: Passage, sentence: SourceSentence) -> Statement:
    evidence = Evidence(passage, sentence.start, sentence.end)
    return Statement(sanitized(fold(evidence.quote)), "supported", (evidence,))
