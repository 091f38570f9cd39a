"""The types of answer evaluation: source files, questions with gold answers, and results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ragapp.types import Turn, Verdict

NEAR_MISS = "near miss"
"""The kind of a question about something that the documents have only a sibling of: it is to be refused."""

ID, HALF = "id", "half"
"""Metadata keys of every ingested file: its id in the dataset, and the half that it belongs to."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A document of the dataset. Files of one `group` have the same subject and stay in the same half."""

    id: str
    name: str
    group: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class GoldEvidence:
    """The location of an answer: document, page (counted from 1), and characters `start` to `end`.

    Fields that the dataset does not have are None. Offsets refer to the text as ragapp stores it.
    """

    document: str
    page: int | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """A question with its gold answers; any one of `answers` and any one of `evidence` suffices.

    `answerable` is None if neither an answer nor a refusal is wrong, for example because the question is
    vague. `filters` restrict the documents that are searched. `pattern` is a regular expression that a good
    answer matches, given beside or instead of `answers`. `must_not` are texts that a good answer does not
    contain, such as the value of a sibling. `follows` is the id of the question asked just before it in the
    same conversation, whose real answer becomes part of the history.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    answerable: bool | None
    evidence: tuple[GoldEvidence, ...] = ()
    history: tuple[Turn, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    pattern: str = ""
    must_not: tuple[str, ...] = ()
    follows: str = ""


@dataclass(frozen=True, slots=True)
class AnswerDataset:
    """A dataset. `corpus_sha256` is the hash of the files alone, which are ingested; `sha256` includes the
    questions.
    """

    name: str
    files: tuple[SourceFile, ...]
    questions: tuple[AnswerQuestion, ...]
    corpus_sha256: str
    sha256: str


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """The result of a question. `scores` has the applicable metrics, from 0 to 1.

    `cited` are the (document id, page) pairs of its citations. Texts of the dataset are not stored, so that
    runs over datasets that may not be redistributed can be published.
    """

    answerable: bool | None
    refused: bool
    scores: Mapping[str, float]
    verdicts: Mapping[Verdict, int]
    cited: tuple[tuple[str, int], ...]
    ms: float
    cpu_ms: float = 0.0
    """CPU time of all threads; 0 if the run file does not have it."""
    kind: str = ""
    """The question's kind; empty if the dataset or an older run file does not have it."""
