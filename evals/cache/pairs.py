"""Labelled question pairs, and their split into two halves that share no question."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import TypeVar

from evals.datasets.reading import read_rows
from evals.datasets.squad import load_paragraphs
from ragapp.errors import UsageError

T = TypeVar("T")


Verdicts = Mapping[str, bool]
"""Whether a pair means the same, by its digest: labels that a person has checked."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of questions. `label` is 1 if they mean the same, otherwise 0."""

    text_a: str
    text_b: str
    label: int

    @property
    def digest(self) -> str:
        """Identifies the pair without its text, so that labels can be published for sets that may not be."""
        return hashlib.sha256(json.dumps([self.text_a, self.text_b]).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A corrected label for the pair with that digest."""

    pair: str
    same: bool


def pairs_file(path: Path) -> Path:
    """The path itself if it is a file, otherwise the only .jsonl file in the folder. Raises UsageError."""
    if not path.is_dir():
        return path
    found = sorted(path.glob("*.jsonl"))
    if len(found) != 1:
        raise UsageError(f"{path} should hold one .jsonl file of pairs; it has {len(found)}. Name the file.")
    return found[0]


def load_verdicts(path: Path) -> Verdicts:
    """Reads `{"pair", "same"}` lines. Raises UsageError."""
    return {judgement.pair: judgement.same for judgement in _rows(path, Judgement)}


def load_pairs(path: Path, verdicts: Verdicts | None = None) -> list[Pair]:
    """Reads `{"text_a", "text_b", "label"}` lines, or questions in SQuAD layout; verdicts override labels.

    Raises UsageError.
    """
    pairs = paragraph_pairs(path) if path.suffix == ".json" else _rows(path, Pair)
    again = verdicts or {}
    return [replace(pair, label=int(again.get(pair.digest, pair.label))) for pair in pairs]


def paragraph_pairs(path: Path) -> list[Pair]:
    """All pairs of questions about one paragraph. They count as the same if they have the same
    gold answers.
    """
    return [
        Pair(a, b, int(answers == others))
        for asked in load_paragraphs(path)
        for (a, answers), (b, others) in combinations(asked, 2)
    ]


def halves(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Splits the pairs so that a question and all questions it is paired with are in the same half.

    The half of a group depends on its questions alone, so it is the same in any subset.
    """
    leaders = connected(pairs)
    first: list[Pair] = []
    second: list[Pair] = []
    for pair in pairs:
        leader = leaders[pair.text_a]
        (second if hashlib.sha256(leader.encode()).digest()[0] % 2 else first).append(pair)
    return first, second


def questions(pairs: Iterable[Pair]) -> list[str]:
    """The distinct questions in order of appearance."""
    return list(dict.fromkeys(text for pair in pairs for text in (pair.text_a, pair.text_b)))


def connected(pairs: Sequence[Pair]) -> Mapping[str, str]:
    """Maps each question to the alphabetically first one of its connected component."""
    parents: dict[str, str] = {}

    def root(text: str) -> str:
        while (parent := parents.setdefault(text, text)) != text:
            parents[text] = parents.setdefault(parent, parent)
            text = parents[text]
        return text

    for pair in pairs:
        one, other = sorted((root(pair.text_a), root(pair.text_b)))
        parents[other] = one
    return {text: root(text) for text in list(parents)}


def _rows(path: Path, kind: type[T]) -> list[T]:
    found = [row for _, row in read_rows(path, kind)]
    if not found:
        raise UsageError(
            f"{path} is empty. Each line must be a JSON object with the fields of {kind.__name__}."
        )
    return found
