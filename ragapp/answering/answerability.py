"""Decides whether the hits answer the question: by a small model if there is one, else by shared words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ragapp.answering.passages import Passage
from ragapp.answering.sentence_ranking import ScoredSentence
from ragapp.answering.terms import name_stems, stems

AnswerabilityModel = Callable[[str, str], float | None]
"""(question, text) -> how well the text answers, from 0 to 1; None when the model is not available."""

MOST_READ = 4
"""Sentences that the model reads at most, the best ones by shared words. With 2 it misses more answers that
are worded differently from the question (docs/research/answers.md)."""

HOPELESS, HOPED_FOR = 0.001, 2
"""When none of the first HOPED_FOR sentences scores at least HOPELESS, no further one is read. That changes
F1 by no more than 0.01 on any of four sets."""

CLEARLY_NOT = -4.0
"""Log odds by shared words below which no sentence is read, for the same reason."""

SMALLEST = 1e-5
"""Scores are clamped to at least this, and to at most 1 minus this."""

LABEL = 80
"""Characters of a passage's label that the model reads with a sentence."""

LATIN = 0x24F
"""The last Latin letter. The model refuses too few Chinese questions (recall 0.48; shared words: 1.0). It
judges German and Spanish questions better than shared words do, although it was trained on English."""

_NAMED = re.compile(r"(?<![^\W_])[^\W\d_]{2,}(?![^\W_])")
"""The words of a label. Numbers and codes of file names confuse the model."""


@dataclass(frozen=True, slots=True)
class Answerability:
    """How much of a question's content the hits cover, as shares from 0 to 1."""

    by_sentence: float
    by_passage: float
    of_names: float
    by_coincidence: bool
    """Whether the passage shares only one word of a question that has several. The shares mean little then: a
    passage on France has half of "Who is the president of France?"."""

    @property
    def by_words(self) -> float:
        """The log odds that the hits contain an answer, estimated from shared words.

        Fitted by logistic regression on public questions, asked both with and without the article that
        answers them (docs/research/answers.md).
        """
        return -7.2 + 4.3 * self.by_sentence + 8.1 * self.by_passage + 2.9 * self.of_names

    @property
    def answers(self) -> bool:
        """Whether there is an answer, judged by shared words."""
        return not self.by_coincidence and self.by_words > 0

    def answers_with(self, score: float) -> bool:
        """Whether a sentence with this score of the model probably answers.

        Fitted by logistic regression on half of XQuAD and PubMedQA. Without the share of names, German
        questions were answered too often (docs/research/answers.md).
        """
        return -0.39 + 2.51 * self.of_names + 0.63 * log_odds(score) > 0


def find_answer(
    question: str,
    core_question: str,
    ranked: Sequence[ScoredSentence],
    passages: Sequence[Passage],
    model: AnswerabilityModel | None,
) -> ScoredSentence | None:
    """The sentence that answers the question; None when no sentence does. `ranked` is sorted, best first.

    The model reads the standalone question, because "Who built it?" cannot be answered. Shared words are
    counted for the `core_question`, because an answer need not repeat the topic that was added to it.
    """
    found = answerability(core_question, ranked[0], passages)
    by_words = ranked[0] if found.answers else None
    if model is None or not _is_latin(question):
        return by_words
    if found.by_words < CLEARLY_NOT:
        return None
    best = 0.0
    for place, one in enumerate(ranked[:MOST_READ], 1):
        score = model(question, in_context(one))
        if score is None:
            return by_words
        if found.answers_with(score):
            return one
        best = max(best, score)
        if place >= HOPED_FOR and best < HOPELESS:
            return None
    return None


def answerability(question: str, best: ScoredSentence, passages: Sequence[Passage]) -> Answerability:
    """How much of the question the best sentence, its passage and all passages cover."""
    asked, named = set(stems(question)), name_stems(question)
    known = frozenset[str]().union(*(passage.stems for passage in passages))
    return Answerability(
        by_sentence=_share(asked, best.sentence.stems),
        by_passage=_share(asked, best.passage.stems),
        of_names=_share(named, known) if named else 0.5,
        by_coincidence=len(asked) > 1 and len(asked & best.passage.stems) == 1,
    )


def log_odds(score: float) -> float:
    """The log odds of a score from 0 to 1, clamped to ±11.5."""
    score = min(max(score, SMALLEST), 1 - SMALLEST)
    return math.log(score / (1 - score))


def in_context(one: ScoredSentence) -> str:
    """The text that the model reads: the passage's label, the preceding sentence, the sentence."""
    before = one.passage.before(one.sentence) or one.sentence
    about = " ".join(_NAMED.findall(one.passage.label))
    return f"{about[-LABEL:]} {one.passage.hit.text[before.start : one.sentence.end]}"


def _is_latin(text: str) -> bool:
    return all(ord(letter) <= LATIN for letter in text if letter.isalpha())


def _share(wanted: AbstractSet[str], present: AbstractSet[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0
