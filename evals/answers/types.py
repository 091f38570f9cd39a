"""The nouns of answer evals: source files, questions with their gold, and what was scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ragapp.types import Turn, Verdict

ID, HALF = "id", "half"
"""Metadata keys of every ingested file: the dataset's id for it, and which half of the files it is in."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A document of the dataset. Files of one `group` speak of the same thing and stay in one half."""

    id: str
    name: str
    group: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class GoldEvidence:
    """Where an answer stands: in a document, on a page counted from 1, at characters `start` to `end`.

    What the dataset does not tell is None. Offsets count in the text as ragapp stores it.
    """

    document: str
    page: int | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """A question with its gold; any one of `answers`, and of `evidence`, is enough.

    `answerable` is None when neither an answer nor a refusal is right or wrong, as for a question that
    is too vague. `filters` restrict the documents that are asked.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    answerable: bool | None
    evidence: tuple[GoldEvidence, ...] = ()
    history: tuple[Turn, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerDataset:
    """`corpus_sha256` names the files alone (what is ingested), `sha256` the questions too."""

    name: str
    files: tuple[SourceFile, ...]
    questions: tuple[AnswerQuestion, ...]
    corpus_sha256: str
    sha256: str


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What became of one question. `scores` has the metrics that apply to it, from 0 to 1.

    `cited` are the (document id, page) pairs of its citations. No text of the dataset is kept, so that
    runs over sets that may not be passed on can be.
    """

    answerable: bool | None
    refused: bool
    scores: Mapping[str, float]
    verdicts: Mapping[Verdict, int]
    cited: tuple[tuple[str, int], ...]
    ms: float
    cpu_ms: float = 0.0
    """Of all threads; 0 where a run file does not say."""
