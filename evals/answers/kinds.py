"""Results by kind of question: how many answers hold the gold, refuse rightly, or show a sibling."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.answers.types import QuestionResult


@dataclass(frozen=True, slots=True)
class KindCounts:
    """Counts of one kind of question.

    `in_answer` and `in_first_sentence` are out of `with_gold`, `refused_rightly` out of `unanswerable`,
    `refused_wrongly` out of the answerable ones, `sibling_shown` out of `with_siblings`.
    """

    kind: str
    questions: int
    with_gold: int
    in_answer: int
    in_first_sentence: int
    unanswerable: int
    refused_rightly: int
    refused_wrongly: int
    with_siblings: int
    sibling_shown: int


KIND_COLUMNS = (
    *("kind", "questions", "answer in it", "in the first sentence"),
    *("refused rightly", "refused wrongly", "sibling shown"),
)


def by_kind(results: Sequence[QuestionResult]) -> tuple[KindCounts, ...]:
    """The counts for each kind of question, in the dataset's order. Questions without a kind are grouped by
    whether there is an answer.
    """
    groups: dict[str, list[QuestionResult]] = {}
    for result in results:
        groups.setdefault(_kind(result), []).append(result)
    return tuple(_counts(kind, group) for kind, group in groups.items())


def kind_rows(counts: Iterable[KindCounts]) -> list[tuple[str, ...]]:
    """A row of `KIND_COLUMNS` for each kind; a dash where a column does not apply."""
    return [
        (
            one.kind,
            str(one.questions),
            _of(one.in_answer, one.with_gold),
            _of(one.in_first_sentence, one.with_gold),
            _of(one.refused_rightly, one.unanswerable),
            _of(one.refused_wrongly, one.questions - one.unanswerable),
            _of(one.sibling_shown, one.with_siblings),
        )
        for one in counts
    ]


def _kind(result: QuestionResult) -> str:
    return result.kind or ("unanswerable" if result.answerable is False else "answerable")


def _counts(kind: str, group: Sequence[QuestionResult]) -> KindCounts:
    unanswerable = [one for one in group if one.answerable is False]
    refused = sum(one.refused for one in group)
    rightly = sum(one.refused for one in unanswerable)
    return KindCounts(
        kind=kind,
        questions=len(group),
        with_gold=len(_scores(group, "first_sentence_recall")),
        in_answer=_count(group, "answer_recall", 1.0),
        in_first_sentence=_count(group, "first_sentence_recall", 1.0),
        unanswerable=len(unanswerable),
        refused_rightly=rightly,
        refused_wrongly=refused - rightly,
        with_siblings=len(_scores(group, "without_sibling")),
        sibling_shown=_count(group, "without_sibling", 0.0),
    )


def _scores(group: Iterable[QuestionResult], metric: str) -> list[float]:
    return [one.scores[metric] for one in group if metric in one.scores]


def _count(group: Iterable[QuestionResult], metric: str, value: float) -> int:
    return _scores(group, metric).count(value)


def _of(count: int, whole: int) -> str:
    return f"{count} of {whole}" if whole else "–"
