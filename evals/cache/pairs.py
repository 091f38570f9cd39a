"""Pairs of questions with a judgement whether they mean the same, in two halves that share no question."""

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
"""Whether a pair means the same, by its digest, as somebody says who has read it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """`label` 1: the same question; 0: another one."""

    text_a: str
    text_b: str
    label: int

    @property
    def digest(self) -> str:
        """Names the pair without telling it: judgements of a set may be published where the set may not."""
        return hashlib.sha256(json.dumps([self.text_a, self.text_b]).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody who looked again says of the pair of that digest."""

    pair: str
    same: bool


def pairs_file(path: Path) -> Path:
    """The file of pairs itself, or the only one in the folder. Raises UsageError."""
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
    """All pairs of questions about one paragraph; the same where one's gold answers are the other's too."""
    return [
        Pair(a, b, int(answers == others))
        for asked in load_paragraphs(path)
        for (a, answers), (b, others) in combinations(asked, 2)
    ]


def halves(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Two halves such that a question, and whatever it was ever compared with, is in one of them only.

    Which half a group is in depends on its questions alone, so that it stays there in any subset.
    """
    leaders = connected(pairs)
    first: list[Pair] = []
    second: list[Pair] = []
    for pair in pairs:
        leader = leaders[pair.text_a]
        (second if hashlib.sha256(leader.encode()).digest()[0] % 2 else first).append(pair)
    return first, second


def questions(pairs: Iterable[Pair]) -> list[str]:
    """Each once, in order of appearance."""
    return list(dict.fromkeys(text for pair in pairs for text in (pair.text_a, pair.text_b)))


def connected(pairs: Sequence[Pair]) -> Mapping[str, str]:
    """For each question the alphabetically first of those connected with it."""
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
        raise UsageError(f"{path} holds no lines. Each is an object with the fields of {kind.__name__}.")
    return found
