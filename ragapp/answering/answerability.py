"""Whether the documents hold an answer: a small model reads the best sentences, else words decide."""

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
"""How well a text answers a question, from 0 to 1; None when nobody can tell just now."""

READ = 4
"""Sentences that the model reads at most, the best ones by words: with 2 it misses more answers that stand in
other words than the question's (docs/answers.md)."""

HOPELESS, HOPED_FOR = 0.001, 2
"""When none of the first so many sentences scores more, no further one is read: it would change no more than
.01 of F1 on any of four sets."""

CLEARLY_NOT = -4.0
"""Log odds by words below which nothing is read, for the same reason."""

SMALLEST = 1e-5
"""Scores count as no smaller, and as no nearer to 1."""

LABEL = 80
"""Characters of a passage's label that are read with its sentence."""

LATIN = 0x24F
"""The last Latin letter. Of Chinese questions the model refuses too few (recall .48, by words 1.0); German
and Spanish ones it judges better than words do, though it was trained on English."""

_NAMED = re.compile(r"(?<![^\W_])[^\W\d_]{2,}(?![^\W_])")
"""Words of a label. Numbers and codes, as file names have them, only confuse the model."""


@dataclass(frozen=True, slots=True)
class Answerability:
    """How much of a question the documents speak of, each a share from 0 to 1."""

    by_sentence: float
    by_passage: float
    of_names: float
    by_coincidence: bool
    """Whether the passage has one word of a question that has several. Shares say little then: a passage
    on France has half of "Who is the president of France?"."""

    @property
    def by_words(self) -> float:
        """The log odds of there being an answer, as words tell.

        A logistic regression on public questions whose own article was left out or not (docs/answers.md).
        """
        return -7.2 + 4.3 * self.by_sentence + 8.1 * self.by_passage + 2.9 * self.of_names

    @property
    def answers(self) -> bool:
        """Whether the documents hold an answer, as words tell."""
        return not self.by_coincidence and self.by_words > 0

    def answers_with(self, score: float) -> bool:
        """Whether a sentence answers that a model gives this score, more likely than not.

        A logistic regression on half of XQuAD and PubMedQA. Without the names, which texts about other things
        seldom have, German questions were answered too often (docs/answers.md).
        """
        return -0.39 + 2.51 * self.of_names + 0.63 * log_odds(score) > 0


def find_answer(
    question: str,
    asked: str,
    ranked: Sequence[ScoredSentence],
    passages: Sequence[Passage],
    model: AnswerabilityModel | None,
) -> ScoredSentence | None:
    """The sentence that answers, of the passages' sentences, best first; None when they hold no answer.

    The model reads the question as it stands alone ("Who built it?" asks nothing); words look for what was
    `asked`, since an answer need not repeat the topic that was added to it.
    """
    found = answerability(asked, ranked[0], passages)
    told = ranked[0] if found.answers else None
    if model is None or not _is_latin(question):
        return told
    if found.by_words < CLEARLY_NOT:
        return None
    best = 0.0
    for place, one in enumerate(ranked[:READ], 1):
        score = model(question, in_context(one))
        if score is None:
            return told
        if found.answers_with(score):
            return one
        best = max(best, score)
        if place >= HOPED_FOR and best < HOPELESS:
            return None
    return None


def answerability(question: str, best: ScoredSentence, passages: Sequence[Passage]) -> Answerability:
    """What the best sentence, its passage and all passages say of the question's content."""
    asked, named = set(stems(question)), name_stems(question)
    known = frozenset[str]().union(*(passage.stems for passage in passages))
    return Answerability(
        by_sentence=_share(asked, best.sentence.stems),
        by_passage=_share(asked, best.passage.stems),
        of_names=_share(named, known) if named else 0.5,
        by_coincidence=len(asked) > 1 and len(asked & best.passage.stems) == 1,
    )


def log_odds(score: float) -> float:
    """Of a score from 0 to 1; within ±11.5, so that what is certain has some, too."""
    score = min(max(score, SMALLEST), 1 - SMALLEST)
    return math.log(score / (1 - score))


def in_context(one: ScoredSentence) -> str:
    """The sentence as the model reads it: what it is about, the sentence before it, itself."""
    before = one.passage.before(one.sentence) or one.sentence
    about = " ".join(_NAMED.findall(one.passage.label))
    return f"{about[-LABEL:]} {one.passage.hit.text[before.start : one.sentence.end]}"


def _is_latin(text: str) -> bool:
    return all(ord(letter) <= LATIN for letter in text if letter.isalpha())


def _share(wanted: AbstractSet[str], present: AbstractSet[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0
