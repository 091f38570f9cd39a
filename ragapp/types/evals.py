"""Evaluations: question sets, runs, comparisons, and the files that store them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

EvalKind = Literal["retrieval", "answers", "citations", "cache"]
RunKind = Literal["retrieval", "answers"]
ArtifactKind = Literal["question set", "run", "report"]


@dataclass(frozen=True, slots=True)
class EvalSet:
    """A set of questions to evaluate with. `kinds` are the evaluations that it can be used for.

    A set is `own` unless it came with the program; own questions can be reviewed where they are `reviewable`.
    """

    name: str
    kinds: tuple[EvalKind, ...]
    own: bool
    reviewable: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What to evaluate: `limit` questions of a set, or all. `generator` writes the answers, for `answers`."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: EvalKind
    set: Annotated[str, Field(max_length=100)]
    limit: Annotated[int, Field(ge=1)] | None = None
    generator: Annotated[str, Field(max_length=200)] = "extractive"


@dataclass(frozen=True, slots=True)
class EvalRun:
    """The result of an evaluation as figures from 0 to 1. Its name is that of its run file."""

    name: str
    kind: RunKind
    dataset: str
    created_at: datetime
    system: str
    fingerprint: str
    questions: int
    figures: Mapping[str, float]
    has_report: bool


@dataclass(frozen=True, slots=True)
class FigureChange:
    """The difference of a figure between two runs, over the questions of both.

    `low` and `high` bound its 95% interval; `p` is corrected for the number of figures.
    """

    figure: str
    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float
    better: int
    equal: int
    worse: int


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """A question's score before and after."""

    question: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two runs over the same data. `moved` lists the questions whose `figure` changed most, largest first."""

    before: str
    after: str
    changes: tuple[FigureChange, ...]
    figure: str
    moved: tuple[QuestionChange, ...]


@dataclass(frozen=True, slots=True)
class QuestionTrace:
    """The results of one question in a run: its scores, and what was found or cited, best first."""

    question: str
    text: str | None
    scores: Mapping[str, float]
    found: tuple[str, ...]
    refused: bool | None
    verdicts: Mapping[str, int]
    ms: float | None


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """A question of a generated set. `accepted` is None until it was reviewed."""

    id: str
    question: str
    answers: tuple[str, ...]
    answerable: bool
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class Artifact:
    """A stored file that is not a document. `about` is a summary for lists, so that it need not be opened."""

    kind: ArtifactKind
    name: str
    sha256: str
    about: str
