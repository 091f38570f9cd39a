"""Evaluates the refusal rules in `ragapp.answering.answerability` on public datasets, and fits new ones.

    python -m evals.research.refusal XQUAD_EN_JSON PUBMEDQA_FOLDER [OTHER_SET …] [--data-dir FOLDER]

Features come from the search and the sentences as in normal use. Half of the first two datasets, drawn by
hash, is used for fitting. All figures are measured on the rest and on the other datasets.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress
from sklearn.linear_model import LogisticRegression

from evals.answers.corpus import AnswerCorpus, open_answer_corpus
from evals.answers.types import AnswerDataset, AnswerQuestion
from evals.datasets.answering import load_answer_dataset
from evals.datasets.halves import TWIN
from ragapp.answering.answerability import MOST_READ as READ_SENTENCES
from ragapp.answering.answerability import (
    Answerability,
    answerability,
    find_answer,
    in_context,
    log_odds,
)
from ragapp.answering.extractive import MOST_READ
from ragapp.answering.followups import stand_alone, without_added_topic
from ragapp.answering.passages import number_hits
from ragapp.answering.sentence_ranking import score_sentences
from ragapp.models.build import build_reranker
from ragapp.protocols import Reranker
from ragapp.settings import Settings
from ragapp.types import SearchQuery

FITTED_SETS = 2
HITS = 8
"""As many as `RagService.ask` searches by default."""

NOTHING = Answerability(by_sentence=0.0, by_passage=0.0, of_names=0.0, by_coincidence=False)


@dataclass(frozen=True, slots=True)
class Observation:
    """The features of a question, and whether the documents contain its answer."""

    support: Answerability
    read: float
    """The support model's highest score among the best sentences."""
    answers: bool
    """The answer of the product."""
    answerable: bool
    held_out: bool

    @property
    def shares(self) -> tuple[float, float, float]:
        return self.support.by_sentence, self.support.by_passage, self.support.of_names

    @property
    def reading(self) -> tuple[float, float]:
        return self.support.of_names, log_odds(self.read)


Features = Callable[[Observation], tuple[float, ...]]

RULES: Mapping[str, Features] = {
    "of shares": lambda one: one.shares,
    "of names and reading": lambda one: one.reading,
}


def observe(
    dataset: AnswerDataset, corpus: AnswerCorpus, model: Reranker, progress: Progress
) -> list[Observation]:
    return [
        _observation(question, corpus, model, answerable=question.answerable)
        for question in progress.track(dataset.questions, description=dataset.name)
        if question.answerable is not None
    ]


def _observation(
    question: AnswerQuestion, corpus: AnswerCorpus, model: Reranker, *, answerable: bool
) -> Observation:
    alone = stand_alone(question.question, question.history)
    found = corpus.service.search(
        SearchQuery(alone, collection=corpus.collection, k=HITS, filters=question.filters)
    )
    passages = number_hits(found.hits)[:MOST_READ]
    ranked = [one for one in score_sentences(alone, passages) if not one.sentence.is_title]
    asked = without_added_topic(question.question, alone)
    if not ranked:
        return Observation(NOTHING, 0.0, False, answerable, _is_held_out(question))
    read = cache(lambda read_as, text: float(model.score(read_as, [text])[0]))
    answer = find_answer(alone, asked, ranked, passages, read)
    return Observation(
        support=answerability(asked, ranked[0], passages),
        read=max(read(alone, in_context(one)) for one in ranked[:READ_SENTENCES]),
        answers=answer is not None,
        answerable=answerable,
        held_out=_is_held_out(question),
    )


def _is_held_out(question: AnswerQuestion) -> bool:
    """Whether a question is held out. Its unanswerable twin is in the same half."""
    return hashlib.sha256(question.id.removesuffix(TWIN).encode()).digest()[0] % 2 == 1


def fit(sets: Sequence[Sequence[Observation]], features: Features) -> LogisticRegression:
    """Fits the rule. All datasets have the same weight, whatever their size."""
    kept = [[one for one in observed if not one.held_out] for observed in sets]
    rows = np.array([features(one) for observed in kept for one in observed])
    labels = np.array([one.answerable for observed in kept for one in observed])
    weights = np.concatenate([np.full(len(observed), 1000 / len(observed)) for observed in kept])
    return LogisticRegression(C=1e3, max_iter=5000).fit(rows, labels, sample_weight=weights)


def quality(observed: Sequence[Observation], answers: NDArray[np.bool_]) -> dict[str, float]:
    """Precision, recall and F1 of the refusals, and the share of answerable questions that are refused."""
    answerable = np.array([one.answerable for one in observed])
    refused = ~answers
    right = float((refused & ~answerable).sum())
    return {
        "questions": float(len(observed)),
        "precision": round(right / max(1, refused.sum()), 3),
        "recall": round(right / max(1, (~answerable).sum()), 3),
        "f1": round(2 * right / max(1, refused.sum() + (~answerable).sum()), 3),
        "refused_although_answerable": round(float((refused & answerable).sum() / answerable.sum()), 3),
    }


def _observed(paths: Sequence[Path], settings: Settings) -> Iterator[tuple[str, list[Observation]]]:
    model = build_reranker(settings.support_model or "ms-marco-MiniLM-L-12-v2", settings)
    with Progress(console=Console(stderr=True)) as progress:
        for path in paths:
            dataset = load_answer_dataset(path)
            with open_answer_corpus(dataset, settings, progress) as corpus:
                yield dataset.name, observe(dataset, corpus, model, progress)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--data-dir", type=Path, default=Settings().data_dir)
    given = parser.parse_args()
    settings = Settings(data_dir=given.data_dir, generator="extractive")
    sets = dict(_observed(given.sets, settings))
    report: dict[str, object] = {}
    for rule, features in RULES.items():
        fitted = fit(list(sets.values())[:FITTED_SETS], features)
        weights = [round(float(weight), 2) for weight in fitted.coef_[0]]
        report[f"a new fit {rule}"] = {"weights": weights, "intercept": round(float(fitted.intercept_[0]), 2)}
    for place, (name, observed) in enumerate(sets.items()):
        judged = [one for one in observed if one.held_out or place >= FITTED_SETS]
        report[name] = {
            "by words": quality(judged, np.array([one.support.answers for one in judged])),
            "in use": quality(judged, np.array([one.answers for one in judged])),
        }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
