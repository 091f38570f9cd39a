"""Measures the groundedness check on the halves that were not trained on, by words alone and by meaning, too.

Claims are attributed to their evidence as the sentences of an answer are. Balanced accuracy is the mean of
the share of supported claims that pass and the share of unsupported ones that do not.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.research.entailment.examples import is_trained
from evals.research.entailment.made import article_half
from evals.research.entailment.public import mrpc_rows, rows_of
from evals.research.siblings import cases
from evals.research.verdicts import altered_pairs
from ragapp.answering.attribution import Support, attribute
from ragapp.answering.claims import Claim
from ragapp.answering.passages import Passage, number_hits
from ragapp.text.sentences import sentence_spans
from ragapp.types import Hit

LABELS = ("supported", "partial", "unsupported")

_PASSAGE = 1500
"""Characters of a passage, about those of a chunk with the text around it."""


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim with the judgement of people as its `label`: supported, partial or unsupported; altered claims
    are unsupported.
    """

    kind: str
    claim: str
    sentences: Sequence[str]
    label: str


def judged_claims(data: Path, seed: int, most: int) -> Iterator[JudgedClaim]:
    """At most `most` claims of each kind."""
    rng = random.Random(f"judge {seed}")  # noqa: S311  draws examples
    for make in (_labelled, _paraphrases, _altered):
        by_kind: dict[str, list[JudgedClaim]] = {}
        for claim in make(data):
            by_kind.setdefault(claim.kind, []).append(claim)
        for found in by_kind.values():
            yield from rng.sample(found, min(most, len(found)))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Whether a claim with that label passed, by words and by meaning, and the seconds that this took."""

    label: str
    by_words: bool
    by_meaning: bool
    seconds: float


def judge(claims: Iterable[JudgedClaim], support: Support) -> dict[str, dict[str, float]]:
    """Figures by kind of claim: the shares that pass by words and by meaning, and milliseconds a claim."""
    found: dict[str, list[_Outcome]] = {}
    for one in claims:
        passages = {passage.number: passage for passage in _passages(one.sentences)}
        claim = Claim(one.claim, tuple(passages)[:1], new_line=True)
        by_words = attribute(claim, passages).verdict == "supported"
        began = time.perf_counter()
        by_meaning = attribute(claim, passages, support).verdict == "supported"
        outcome = _Outcome(one.label, by_words, by_meaning, time.perf_counter() - began)
        found.setdefault(one.kind, []).append(outcome)
    return {kind: _figures(outcomes) for kind, outcomes in found.items()}


def _figures(outcomes: Sequence[_Outcome]) -> dict[str, float]:
    figures: dict[str, float] = {"claims": len(outcomes), "ms": _mean(one.seconds * 1000 for one in outcomes)}
    passing = {
        "words": [(one.label, one.by_words) for one in outcomes],
        "meaning": [(one.label, one.by_meaning) for one in outcomes],
    }
    for name, pairs in passing.items():
        passed = {label: _mean(did for of, did in pairs if of == label) for label in LABELS}
        figures |= {f"{name}: {label} passed": share for label, share in passed.items() if share >= 0}
        if min(passed["supported"], passed["unsupported"]) >= 0:
            figures[f"{name}: balanced accuracy"] = (passed["supported"] + 1 - passed["unsupported"]) / 2
    return {name: round(value, 3) for name, value in figures.items()}


def _mean(values: Iterable[float]) -> float:
    """-1 without values."""
    listed = list(values)
    return float(np.mean(listed)) if listed else -1.0


def _labelled(data: Path) -> Iterator[JudgedClaim]:
    for name in ("wice", "qags_xsum", "begin_wow"):
        for row in rows_of(data / f"claims/{name}.jsonl"):
            if not is_trained(" ".join(row["evidence"])):
                yield JudgedClaim(name, row["claim"], _split(row["evidence"]), row["label"])


def _paraphrases(data: Path) -> Iterator[JudgedClaim]:
    for label, claim, other in mrpc_rows(data):
        kind = "supported" if label == "1" else "unsupported"
        yield JudgedClaim("mrpc", claim, _split([other]), kind)


def _altered(data: Path) -> Iterator[JudgedClaim]:
    articles = json.loads((data / "xquad/xquad.en.json").read_text("utf-8"))["data"]
    paragraphs = [
        p["context"] for a in articles if article_half(a["title"]) == "judge" for p in a["paragraphs"]
    ]
    texts = [_split([text]) for text in paragraphs]
    for kind, claim, sentences in altered_pairs(texts):
        yield JudgedClaim(kind, claim, sentences, "unsupported")
    for sentences in texts:
        (passage,) = number_hits([_hit(" ".join(sentences))])
        for kind, claim in cases(passage):
            label = "supported" if kind == "verbatim" else "unsupported"
            yield JudgedClaim(kind, claim, sentences, label)


def _split(texts: Sequence[str]) -> list[str]:
    return [text[start:end] for text in texts for start, end in sentence_spans(text)]


def _passages(sentences: Sequence[str]) -> tuple[Passage, ...]:
    parts: list[list[str]] = [[]]
    for sentence in sentences:
        if parts[-1] and sum(map(len, parts[-1])) + len(sentence) > _PASSAGE:
            parts.append([])
        parts[-1].append(sentence)
    return number_hits([_hit("\n\n".join(part)) for part in parts])


def _hit(text: str) -> Hit:
    return Hit("", "", "", 1, 1, 0, len(text), text, None, 1.0)
