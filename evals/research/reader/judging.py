"""Evaluates a reader on the halves that it was not trained on."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from evals.research.reader.examples import Asked
from evals.research.reader.fiction import invented
from evals.research.reader.recipe import judged_misses, with_title
from evals.research.reader.sources import half, load_public
from ragapp.types import Reading

Score = Callable[[str, Sequence[str]], list[Reading]]

_MOST = {"policyqa": 120, "covidqa": 120, "tatqa": 150, "chunking": 80, "xquad": 258}
_MISSES, _DOCUMENTS, _PASSAGE_LETTERS = 240, 50, 900
_REFUSED_BELOW = 0.5
_THRESHOLDS = (0.1, 0.2, 0.3, 0.5)  # thresholds of answerability at which answers and refusals are counted
_MISSED = ("xquad", "squad2", "tatqa")  # the datasets whose near misses are used for evaluation


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with the readings of its candidates and, if they are neighbours, of all of them joined."""

    asked: Asked
    readings: tuple[Reading, ...]
    passage: Reading | None

    @property
    def best(self) -> float:
        return max(reading.answerable for reading in self.readings)

    def first(self, of: Callable[[Reading], float]) -> bool:
        """Whether the candidate that `of` ranks first answers the question."""
        return max(range(len(self.readings)), key=lambda at: of(self.readings[at])) in self.asked.gold


def judge(score: Score, data: Path, seed: int) -> dict[str, float]:
    """Computes all metrics, by "dataset metric"."""
    judged: dict[str, list[Judged]] = {}
    for asked in held_out(data, seed):
        judged.setdefault(_set_of(asked), []).append(read(score, asked))
    found: dict[str, float] = {}
    for name, items in judged.items():
        found |= {f"{name} {measure}": value for measure, value in _figures(items).items()}
    asked_too = [item for name in _MISSED for item in judged[name] if item.asked.answerable]
    return found | {"near misses AUC": _separation(asked_too, judged["near misses"])}


def held_out(data: Path, seed: int) -> Iterator[Asked]:
    """The test questions: at most `_MOST` of a dataset, and near misses made from some of them."""
    natural = [a for a in load_public(data) if half(a) == "judge" or a.source == "wikiqa"]
    random.Random(seed).shuffle(natural)
    counted: Counter[str] = Counter()
    for asked in natural:
        counted[asked.source] += 1
        if counted[asked.source] <= _MOST.get(asked.source, len(natural)):
            yield asked
    misses = list(judged_misses(data, "judge", seed))
    random.Random(seed).shuffle(misses)
    yield from misses[:_MISSES]
    yield from invented("judge", _DOCUMENTS, seed)


def read(score: Score, asked: Asked) -> Judged:
    texts = [with_title(asked.title, candidate.text) for candidate in asked.candidates]
    whole = with_title(asked.title, " ".join(c.text for c in asked.candidates))
    as_passage = asked.ordered and len(whole) <= _PASSAGE_LETTERS
    readings = score(asked.question, [*texts, whole] if as_passage else texts)
    return Judged(asked, tuple(readings[: len(texts)]), readings[-1] if as_passage else None)


def _set_of(asked: Asked) -> str:
    if "near miss" in asked.source and "fiction" not in asked.source:
        return "near misses"
    return asked.source.replace("fiction near miss", "fiction")


def _figures(items: list[Judged]) -> dict[str, float]:
    answerable = [item for item in items if item.asked.answerable]
    found: dict[str, float] = {"questions": len(items)}
    if answerable:
        found["first by relevance"] = _mean(item.first(lambda r: r.relevance) for item in answerable)
        for at in _THRESHOLDS:
            found[f"answered at {at}"] = _mean(item.best >= at for item in answerable)
        found["first by answerable"] = _mean(item.first(lambda r: r.answerable) for item in answerable)
        spans = [_span_f1(item) for item in answerable if item.readings[0].span]
        found |= {"span F1": _mean(spans)} if spans else {}
    truth = [item.asked.answerable for item in items]
    if len(set(truth)) > 1:
        found["AUC"] = roc_auc_score(truth, [item.best for item in items])
        refused = [item.best < _REFUSED_BELOW for item in items]
        found["refusal F1"] = f1_score([not one for one in truth], refused)
        whole = [(item.asked.answerable, item.passage.answerable) for item in items if item.passage]
        if len({one for one, _ in whole}) > 1:
            found["AUC passage"] = roc_auc_score(*zip(*whole, strict=True))
    impossible = [item for item in items if not item.asked.answerable]
    if impossible:
        for at in _THRESHOLDS:
            found[f"refused at {at}"] = _mean(item.best < at for item in impossible)
    return found


def _separation(answerable: Sequence[Judged], impossible: Sequence[Judged]) -> float:
    """The AUC of answerability between the two lists."""
    truth = [True] * len(answerable) + [False] * len(impossible)
    return float(roc_auc_score(truth, [item.best for item in [*answerable, *impossible]]))


def _span_f1(item: Judged) -> float:
    """The F1 of words between the predicted span and the answer, in the answering candidate."""
    place = min(item.asked.gold)
    candidate, span = item.asked.candidates[place], item.readings[place].span
    if candidate.answer is None or span is None:
        return 0.0
    given = Counter(_words(with_title(item.asked.title, candidate.text)[slice(*span)]))
    wanted = Counter(_words(candidate.text[slice(*candidate.answer)]))
    shared = sum((given & wanted).values())
    return 2 * shared / max(1, sum(given.values()) + sum(wanted.values()))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.lower()) if word not in ("a", "an", "the")]


def _mean(values: Iterator[bool] | list[float]) -> float:
    return float(np.mean([float(value) for value in values]))
