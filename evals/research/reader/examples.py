"""What every data source is turned into: questions over the candidates of one document."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Half = Literal["train", "judge"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence, list item or table row. `answer` holds the characters of the answer in `text`, if any."""

    text: str
    answer: tuple[int, int] | None = None


class Place(NamedTuple):
    """The set that a text belongs to, its document (halves are parted by it) and title."""

    source: str
    document: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with candidates of one document. `gold` has the places of those that answer it.

    An empty `gold` makes it impossible: nothing among the candidates answers it. `ordered` says that the
    candidates follow each other in the document, so that neighbours can be joined to a passage.
    `origin` is the place of the candidate that a near miss was made from.
    """

    source: str
    document: str
    question: str
    title: str
    candidates: tuple[Candidate, ...]
    gold: frozenset[int] = field(default_factory=frozenset)
    ordered: bool = True
    origin: int | None = None

    @property
    def answerable(self) -> bool:
        return bool(self.gold)


def draw(seed: str, key: str) -> float:
    """A number in [0, 1) that depends on the two texts alone."""
    digest = hashlib.sha256(f"{seed}\0{key}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def half_of(document: str) -> Half:
    """The half of a document, the same in every run and for every set that holds it."""
    return "train" if draw("reader halves", document) < 0.5 else "judge"
