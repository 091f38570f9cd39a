"""The common form of all training data: questions over the candidates of a document."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Half = Literal["train", "judge"]


@dataclass(frozen=True, slots=True)
class ReadableText:
    """A sentence, list item or table row. `answer` is the span of the answer in `text`, if any."""

    text: str
    answer: tuple[int, int] | None = None


class Place(NamedTuple):
    """The dataset of a text, its document (by which halves are split) and its title."""

    source: str
    document: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with candidates of one document. `gold` has the indexes of those that answer it.

    Without any `gold`, no candidate answers it. `ordered` means that the candidates follow each other in the
    document, so that neighbours can be joined to a passage. `origin` is the index of the candidate from which
    a near miss was made.
    """

    source: str
    document: str
    question: str
    title: str
    candidates: tuple[ReadableText, ...]
    gold: frozenset[int] = field(default_factory=frozenset)
    ordered: bool = True
    origin: int | None = None

    @property
    def answerable(self) -> bool:
        return bool(self.gold)


def draw(seed: str, key: str) -> float:
    """A pseudo-random number in [0, 1) that depends on the two texts alone."""
    digest = hashlib.sha256(f"{seed}\0{key}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def half_of(document: str) -> Half:
    """The half of a document, which is the same in every run and dataset."""
    return "train" if draw("reader halves", document) < 0.5 else "judge"
