"""Pairs of questions with a judgement whether they mean the same, in two halves that share no question."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from evals.datasets.reading import read_rows
from ragapp.errors import UsageError

T = TypeVar("T")


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


def load_pairs(path: Path, judged: Path | None = None) -> list[Pair]:
    """Reads `{"text_a", "text_b", "label"}` lines; `judged` overrides labels. Raises UsageError."""
    pairs = _rows(path, Pair)
    if judged is None:
        return pairs
    again = {judgement.pair: judgement.same for judgement in _rows(judged, Judgement)}
    return [replace(pair, label=int(again.get(pair.digest, pair.label))) for pair in pairs]


def halves(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Two halves such that a question, and whatever it was ever compared with, is in one of them only.

    Which half a group is in depends on its questions alone, so that it stays there in any subset.
    """
    leaders = _leaders(pairs)
    first: list[Pair] = []
    second: list[Pair] = []
    for pair in pairs:
        leader = leaders[pair.text_a]
        (second if hashlib.sha256(leader.encode()).digest()[0] % 2 else first).append(pair)
    return first, second


def questions(pairs: Iterable[Pair]) -> list[str]:
    """Each once, in order of appearance."""
    return list(dict.fromkeys(text for pair in pairs for text in (pair.text_a, pair.text_b)))


def _leaders(pairs: Sequence[Pair]) -> Mapping[str, str]:
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
