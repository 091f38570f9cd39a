"""Whether the documents hold an answer: by words alone where they tell, else by reading the sentence too."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragapp.answer.passages import Passage
from ragapp.answer.scoring import ScoredSentence
from ragapp.answer.terms import name_stems, stems

SupportModel = Callable[[str, Sequence[str]], NDArray[np.float32] | None]
"""How well each text answers a question, from 0 to 1, shape (texts,); None when nobody can tell just now."""

READ = 2
"""Sentences that the model reads: the best ones by words."""

LABEL = 80
"""Characters of a passage's label that are read with its sentence."""

LATIN = 0x24F
"""The last Latin letter. Of Chinese questions without an answer the model lets half through, words let none;
German and Spanish ones it judges better than words do, though it was trained on English."""

_NAMED = re.compile(r"(?<![^\W_])[^\W\d_]{2,}(?![^\W_])")
"""Words of a label. Numbers and codes, as file names have them, only confuse the model."""

CLEARLY_NOT, CLEARLY = -3.0, 4.0
"""Log odds by words beyond which nothing is read: a third of the questions, for .02 of F1 at the most."""


@dataclass(frozen=True, slots=True)
class Support:
    """How much of a question the documents speak of, each a share from 0 to 1."""

    by_sentence: float
    by_passage: float
    of_names: float
    by_coincidence: bool
    """Whether the passage has one word of a question that has several."""

    @property
    def by_words(self) -> float:
        """The log odds that there is an answer, as words tell.

        A logistic regression on public questions whose own article was left out or not (docs/answers.md).
        """
        return -7.2 + 4.3 * self.by_sentence + 8.1 * self.by_passage + 2.9 * self.of_names

    @property
    def leaves_doubt(self) -> bool:
        """Shares say little of a short question: a passage on France has half of "Who is the president
        of France?"."""
        return self.by_coincidence or CLEARLY_NOT < self.by_words < CLEARLY

    def answers(self, read: float | None) -> bool:
        """Whether the documents hold an answer, more likely than not.

        `read` are the log odds that a model gives the best sentences; None leaves it to the words.
        """
        if read is None:
            return not self.by_coincidence and self.by_words > 0
        return -0.39 + 2.51 * self.of_names + 0.63 * read > 0


def support(question: str, best: ScoredSentence, passages: Sequence[Passage]) -> Support:
    """What the best sentence, its passage and all passages say of the question's content."""
    asked, named = set(stems(question)), name_stems(question)
    known = frozenset[str]().union(*(passage.stems for passage in passages))
    return Support(
        by_sentence=_share(asked, best.sentence.stems),
        by_passage=_share(asked, best.passage.stems),
        of_names=_share(named, known) if named else 0.5,
        by_coincidence=len(asked) > 1 and len(asked & best.passage.stems) == 1,
    )


def read_odds(question: str, ranked: Sequence[ScoredSentence], model: SupportModel) -> float | None:
    """The log odds, within ±11.5, that the model gives the likeliest of the best sentences, each with the
    one before it; None when it cannot tell."""
    scores = model(question, [_in_context(one) for one in ranked[:READ]]) if _is_latin(question) else None
    if scores is None:
        return None
    best = min(max(float(scores.max()), 1e-5), 1 - 1e-5)
    return math.log(best / (1 - best))


def is_supported(
    question: str, ranked: Sequence[ScoredSentence], passages: Sequence[Passage], model: SupportModel | None
) -> bool:
    """Whether the sentences, best first, answer."""
    found = support(question, ranked[0], passages)
    if model is None or not found.leaves_doubt:
        return found.answers(None)
    return found.answers(read_odds(question, ranked, model))


def _is_latin(text: str) -> bool:
    return all(ord(letter) <= LATIN for letter in text if letter.isalpha())


def _in_context(one: ScoredSentence) -> str:
    before = one.passage.before(one.sentence) or one.sentence
    about = " ".join(_NAMED.findall(one.passage.label))
    return f"{about[-LABEL:]} {one.passage.hit.text[before.start : one.sentence.end]}"


def _share(wanted: AbstractSet[str], present: AbstractSet[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0
